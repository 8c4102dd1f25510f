"""`status`, `publish`, `backup`, `migrate` and `doctor`: what is stored."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, JsonOption, load_config
from collector.cli.output import print_json, say, show
from collector.errors import CollectorError

if TYPE_CHECKING:
    from collector.config import Config
    from collector.model import FeedStatus, Finding, Totals


def status(
    config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Show every feed with its state, last error and next poll, and what is stored.

    With --json a line for each feed, and a last one with the totals.
    """
    loaded = load_config(config, database)
    from collector.app import clock
    from collector.store import Store

    with closing(Store.ready(loaded.database)) as store:
        feeds, totals = store.feeds(), store.totals([topic.key for topic in loaded.topics])
    if as_json:
        for feed in feeds:
            print_json(asdict(feed))
        print_json(asdict(totals))
        return
    now = clock()
    show([_feed_row(feed, now) for feed in feeds])
    print(_summary(loaded, totals) if feeds else "Nothing is stored yet: `collector run` begins.")


def _feed_row(feed: FeedStatus, now: datetime) -> dict[str, Any]:
    from collector.web.words import relative

    notes = [feed.last_reason] if feed.last_reason else []
    if feed.gap_count:
        notes.append(f"may have missed entries {feed.gap_count} times")
    return {
        "feed": feed.key,
        "state": feed.state,
        "last poll": relative(feed.last_poll_at, now) if feed.last_poll_at else "never",
        "next poll": _next_poll(feed.next_poll_at, now),
        "entries": feed.entries,
        "kept": feed.kept,
        "note": "; ".join(notes),
    }


def _next_poll(when: datetime | None, now: datetime) -> str:
    from collector.web.words import relative

    if when is None:
        return "none"
    return "due" if when <= now else relative(when, now)


def _summary(config: Config, totals: Totals) -> str:
    topics = ", ".join(f"{topic.title} {totals.topics[topic.key]:,}" for topic in config.topics)
    return (
        f"\n{totals.entries:,} entries seen, {totals.pending:,} of them still to be collected; "
        f"{totals.articles:,} articles, {totals.kept:,} of them kept" + (f" ({topics})" if topics else "") + "."
    )


def publish(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to.")],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
) -> None:
    """Write the published feeds as files, for static hosting.

    The folder gets feed.xml, feed.atom, feed.json, the same for revisions, and for each topic below topics/. Only what
    changed is written. The service does it by itself where `settings.publish.folder` names a folder.
    """
    loaded = load_config(config, database)
    from collector.channels import Channels
    from collector.static import write_site
    from collector.store import Store

    with closing(Store.ready(loaded.database)) as store:
        written = write_site(Channels(store, lambda: loaded), loaded, out)
    say(f"Wrote {len(written)} changed files to {out}." if written else f"Everything in {out} is up to date.")


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
) -> None:
    """Copy the database, also while the service runs.

    The copy of an SQLite database is one; of a PostgreSQL database it is what pg_restore reads.
    """
    name = load_config(config, database).database
    if "://" not in name and not Path(name).exists():
        raise CollectorError(f"there is no database yet: {name}")
    from collector.store import Store

    with closing(Store.open(name)) as store:
        store.backup(file)
    say(f"The database is copied to {file}.")


def migrate(config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None) -> None:
    """Bring the database up to date; a new one is created.

    The other commands do this by themselves: it is for whoever wants to choose the moment.
    """
    loaded = load_config(config, database)
    from collector.store import Store

    with closing(Store.ready(loaded.database)) as store:
        say(f"The database is up to date: {store.name}")


def doctor(config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Examine the database, say what is wrong with it and what to do. Changes nothing.

    Works beside the running service. Exit code 0 when it is sound, 1 when something is wrong, 2 when there is nothing
    to examine.
    """
    loaded = load_config(config, database)
    from collector.app import clock
    from collector.doctor import examine, longest_wait

    findings = list(examine(loaded.database, clock(), longest_wait(loaded)))
    if as_json:
        for finding in findings:
            print_json(asdict(finding))
    else:
        show([_finding_row(finding) for finding in findings])
    if not all(finding.is_sound for finding in findings):
        raise typer.Exit(1)


def _finding_row(finding: Finding) -> dict[str, Any]:
    told = f"{finding.message}. What to do: {finding.advice}." if finding.advice else finding.message
    return {"check": finding.check, "": "ok" if finding.is_sound else "WRONG", "found": told}
