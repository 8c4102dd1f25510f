"""Dates are read as a person would read them, and absurd ones are no dates."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.text.dates import parse_date

TABLE = Path(__file__).parents[1] / "data" / "dates.tsv"
FORMS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("text", "meaning"), FORMS)
def test_a_form_seen_in_the_wild_has_its_meaning(text: str, meaning: str):
    """Every row of the table: the moment it names, or none where it names none."""
    expected = datetime.fromisoformat(meaning) if meaning else None

    assert parse_date(text) == expected


@given(st.one_of(st.text(), st.from_regex(r"[0-9a-z:+,. /TZ-]{0,60}"), st.datetimes().map(str)))
@example("9" * 5000)
@example("2026-01-05T10:00:00+00:" + "0" * 5000)
@example("1" * 18)
@example("5 jan 2026 10:00 ../etc/passwd")
def test_nothing_raises_and_every_date_is_plausible(text: str):
    """Whatever a publisher writes, the answer is None or an aware UTC moment between 1970 and 2100."""
    moment = parse_date(text)

    assert moment is None or (moment.tzinfo is UTC and 1970 <= moment.year <= 2100)


@pytest.mark.shared
def test_hostile_dates_cost_no_time(shared: Path):
    """No date of the hostile list takes 50 ms, however long."""
    for line in (shared / "hostile/payloads/lists/dates.txt").read_text("utf-8").splitlines():
        start = time.process_time()
        parse_date(line)

        assert time.process_time() - start < 0.05, line[:80]
