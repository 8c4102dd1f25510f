"""The options that commands share, and the configuration that they lead to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.errors import CollectorError

if TYPE_CHECKING:
    from collector.config import Config

CONFIG = "COLLECTOR_CONFIG"
DATABASE = "COLLECTOR_DATABASE"

ConfigOption = Annotated[
    Path, typer.Option("--config", metavar="FILE", envvar=CONFIG, help="The configuration file.")
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="PATH-OR-URL",
        envvar=DATABASE,
        help="Another database than the configured one: a file, or postgresql://…",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON, one object a line, instead of a table.")
]

FEEDS_YAML = Path("feeds.yaml")


def load_config(path: Path, database: str | None = None) -> Config:
    """The configuration at `path`, with the database that the command line names. Raises ConfigError."""
    if not path.exists():
        raise CollectorError(
            f"there is no {path}: `collector init` writes one to start from, or name yours with --config"
        )
    from collector.config import load

    config = load(path, os.environ)
    return config.with_database(database) if database else config
