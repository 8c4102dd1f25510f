"""What every command shares: where the configuration is, and how results are shown."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.errors import CollectorError

if TYPE_CHECKING:
    from collector.config import Config

ConfigOption = Annotated[
    Path, typer.Option("--config", envvar="COLLECTOR_CONFIG", help="The configuration file.", show_default=True)
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", envvar="COLLECTOR_DATABASE", help="A database instead of the configured one: path or URL."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line, instead of a table.")]

FEEDS_YAML = Path("feeds.yaml")


def load_config(path: Path, database: str | None = None) -> Config:
    """The configuration at `path`, with the database that the command line names. Raises ConfigError."""
    from collector.config import load

    if not path.exists():
        raise NoConfig(path)
    config = load(path, os.environ)
    return config.with_database(database) if database else config


class NoConfig(CollectorError):
    """There is no configuration file yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no {path}: `collector init` writes one to start from, or name yours with --config")


def show(rows: Iterable[Mapping[str, Any]], as_json: bool, title: str = "", columns: Sequence[str] | None = None) -> None:
    """Prints rows as a table for eyes, or as JSON lines for programs. Column names are the keys of the rows."""
    rows = list(rows)
    if as_json:
        for row in rows:
            print_json(row)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    names = list(columns or (rows[0] if rows else ()))
    table = Table(*names, title=title or None, box=None, title_justify="left", header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_cell(row.get(name))) for name in names))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def print_json(value: Any) -> None:
    """One JSON object on a line of its own."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def say(line: str) -> None:
    """A line for the person at the terminal. Standard output is for results."""
    typer.echo(line, err=True)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    text = str(value)
    return "".join(c if c.isprintable() else " " for c in text)
