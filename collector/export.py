"""Articles as JSON Lines and CSV, for other programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TextIO

# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"), in either width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_jsonl(rows: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    """One article a line. Times are ISO 8601 in UTC."""
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")


def write_csv(rows: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    """RFC 4180, the columns of the first article as header. Lists are joined by "; "; no cell can be a formula."""
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, fieldnames=list(row))
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple | dict):
        is_plain = all(isinstance(one, str) for one in value) and not isinstance(value, dict)
        value = "; ".join(value) if is_plain else json.dumps(value, ensure_ascii=False, default=_plain)
    text = _plain(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
