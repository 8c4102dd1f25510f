"""`status`, `publish`, `backup` and `migrate`: what is stored."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, JsonOption, load_config, say, show


def status(config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Show every feed with its state, last error and next poll, and what is stored."""
    from collector.app import open_store

    loaded = load_config(config, database)
    store = open_store(loaded)
    try:
        feeds, totals = store.feeds(), store.totals([topic.key for topic in loaded.topics])
    finally:
        store.close()
    columns = ("key", "state", "last_outcome", "last_reason", "last_poll_at", "next_poll_at", "entries", "kept", "gap_count")
    show([asdict(feed) for feed in feeds], as_json, columns=columns)
    show([asdict(totals)], as_json, columns=("feeds", "entries", "pending", "articles", "kept", "topics"))


def publish(
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.")],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
) -> None:
    """Write the published feeds as files, for static hosting."""
    from collector.app import open_store
    from collector.channels import Channels
    from collector.static import write_site

    loaded = load_config(config, database)
    store = open_store(loaded)
    try:
        written = write_site(Channels(store, lambda: loaded), loaded, out)
    finally:
        store.close()
    say(f"Wrote {len(written)} changed files to {out}.")


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
) -> None:
    """Copy the database, also while the service runs."""
    from collector.store import Store

    store = Store.open(load_config(config, database).database)
    try:
        store.backup(file)
    finally:
        store.close()
    say(f"The database is copied to {file}.")


def migrate(config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None) -> None:
    """Bring the database up to date. `run` and `once` do this by themselves."""
    from collector.app import open_store

    loaded = load_config(config, database)
    open_store(loaded).close()
    say("The database is up to date.")
