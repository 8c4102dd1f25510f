"""The stages as commands, over real documents."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.scenario.service import ENVIRONMENT, PROGRAM

pytestmark = pytest.mark.shared


def test_parse_reads_every_real_feed(shared: Path):
    """A line for each of all the files, in their order; as many entries as gofeed finds; nothing raised."""
    files = sorted(path for path in (shared / "feeds").rglob("*") if path.is_file())
    done = subprocess.run([*PROGRAM, "parse", *files], env=ENVIRONMENT, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    entries = {Path(row["file"]): len(row.get("entries", ())) for row in rows}

    assert done.stderr == ""
    assert list(entries) == files
    assert not [row for row in rows if "could not be read" in row.get("reason", "")]
    expected = {
        path: json.loads(path.with_suffix(".json").read_text("utf-8"))
        for path in (shared / "feeds/gofeed").rglob("*.xml")
        if path.with_suffix(".json").exists()
    }
    assert len(expected) > 400
    counts = {path: len(told.get("items") or told.get("entries") or ()) for path, told in expected.items()}
    assert {path: entries[path] for path in counts} == counts
