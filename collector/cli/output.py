"""What commands print: results to standard output, as a table for eyes or as JSON lines for programs; words to
the person at the terminal to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import typer

_WIDE = 100_000  # columns: what is no terminal never breaks a line


def show(rows: Sequence[Mapping[str, Any]], title: str = "") -> None:
    """Prints rows as a table. The keys of the first row are the names of the columns; no rows print nothing."""
    if not rows:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, title=title or None, title_justify="left", header_style="bold", pad_edge=False)
    for name, value in rows[0].items():
        table.add_column(name, justify="right" if isinstance(value, int) else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False).print(table)


def print_json(value: Any) -> None:
    """One JSON object on a line of its own; times in ISO 8601."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain) + "\n")


def say(line: str) -> None:
    """A line for the person at the terminal."""
    typer.echo(line, err=True)


def use_unicode() -> None:
    """Results are UTF-8 for whoever reads them from a file or a pipe; a terminal gets what it can show."""
    if not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    return "".join(c if c.isprintable() else " " for c in text)
