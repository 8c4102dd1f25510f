"""`run` and `once`: the service, and one pass over what is due."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, JsonOption, load_config, say, show

if TYPE_CHECKING:
    from collector.config import Config
    from collector.model import Collected, PendingEntry, PollRecord

Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log every poll, also those that brought nothing.")]


def run(
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    verbose: Verbose = False,
) -> None:
    """Run the service: poll, collect, and serve the feed until stopped."""
    from collector import log
    from collector.loop import run_loop
    from collector.service import run as serve

    loaded = load_config(config, database)
    log.configure(verbose=verbose)
    run_loop(serve(loaded, say))


def once(
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Poll every feed now, but those told to wait and those gone.")] = False,
    no_pages: Annotated[bool, typer.Option("--no-pages", help="Leave the article pages pending.")] = False,
    as_json: JsonOption = False,
    verbose: Verbose = False,
) -> None:
    """Poll what is due, collect what is pending, print what came of it, and exit."""
    from collector import log
    from collector.loop import run_loop

    loaded = load_config(config, database)
    log.configure(verbose=verbose)
    report = _Report()
    run_loop(_once(loaded, report, all_, no_pages))
    show(report.rows(), as_json)
    if report.failed:
        show(report.failed, as_json, title="\nFeeds that brought nothing")


class _Report:
    """Counts how polls and entries ended, and keeps what failed."""

    def __init__(self) -> None:
        self.polls: Counter[str] = Counter()
        self.entries: Counter[str] = Counter()
        self.failed: list[dict[str, str]] = []

    def polled(self, record: PollRecord) -> None:
        self.polls[record.outcome] += 1
        if record.failure or record.reason:
            self.failed.append({"feed": record.feed.key, "outcome": str(record.outcome), "reason": record.reason})

    def collected(self, pending: PendingEntry, record: Collected) -> None:
        self.entries[record.outcome] += 1

    def rows(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = [{"what": "poll", "outcome": k, "count": n} for k, n in sorted(self.polls.items())]
        return rows + [{"what": "entry", "outcome": k, "count": n} for k, n in sorted(self.entries.items())]


async def _once(config: Config, report: _Report, poll_all: bool, no_pages: bool) -> None:
    from collector.app import opened

    with ExitStack() as stack:
        advance = _progress(stack)

        def polled(record: PollRecord) -> None:
            report.polled(record)
            advance("feeds polled")

        def collected(pending: PendingEntry, record: Collected) -> None:
            report.collected(pending, record)
            advance("entries collected")

        async with opened(config, polled, collected) as app:
            await app.poll_due(everything=poll_all)
            if not no_pages:
                await app.collector.collect_due()


def _progress(stack: ExitStack) -> Callable[[str], None]:
    """Counts on a terminal while the work goes on; says nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda what: None
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"), TimeElapsedColumn())
    progress = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
    tasks: dict[str, Any] = {}

    def advance(what: str) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=None)
        progress.advance(tasks[what])

    return advance
