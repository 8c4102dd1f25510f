"""Articles out: JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
import json

from collector.export import write_csv, write_jsonl

ROWS = [
    {"id": 1, "title": '=HYPERLINK("http://x")', "topics": ["russia", "brics"], "text": "One\ntwo, “three”", "site": None},
    {"id": 2, "title": "@sum", "topics": [], "text": "북한", "site": "A"},
]


def test_jsonl_gives_back_what_was_put_in():
    out = io.StringIO()
    write_jsonl(ROWS, out)

    assert [json.loads(line) for line in out.getvalue().splitlines()] == ROWS


def test_no_cell_of_the_csv_can_be_taken_for_a_formula():
    out = io.StringIO()
    write_csv(ROWS, out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))

    assert [row["title"] for row in rows] == ["'=HYPERLINK(\"http://x\")", "'@sum"]
    assert rows[0]["topics"] == "russia; brics"
    assert rows[0]["text"] == "One\ntwo, “three”"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_no_articles_is_an_empty_file():
    out = io.StringIO()
    write_csv([], out)

    assert out.getvalue() == ""
