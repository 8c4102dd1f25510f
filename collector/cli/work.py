"""`run` and `once`: the service, and one pass over what is due."""

from __future__ import annotations

import resource
import signal
from collections import Counter
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, JsonOption, load_config
from collector.cli.output import print_json, show

if TYPE_CHECKING:
    from collector.config import Config
    from collector.model import Collected, PendingEntry, PollRecord, Visited

VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Log every poll, also those that brought nothing.")
]


def run(
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Run the service: poll, collect, and serve the feed until stopped.

    SIGTERM and Ctrl-C end it within ten seconds. A saved change of feeds.yaml or the corpus is picked up while it runs.
    The log goes to standard error: readable on a terminal, elsewhere as JSON, one event a line.
    """
    loaded = load_config(config, database)
    from collector import log
    from collector.loop import run_loop
    from collector.service import run as serve

    log.configure(verbose=verbose)
    _allow_many_sockets()
    run_loop(serve(loaded, _tell))


def once(
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Poll every feed now, except those told to wait and those gone.")
    ] = False,
    no_pages: Annotated[
        bool, typer.Option("--no-pages", help="Leave the article pages pending, those to visit again too.")
    ] = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Poll what is due, collect what is pending, visit pages again, print what came of it, and exit.

    Stopped by Ctrl-C or SIGTERM, it keeps what it has so far.
    """
    loaded = load_config(config, database)
    from collector import log
    from collector.loop import run_loop

    log.configure(verbose=verbose)
    _allow_many_sockets()
    report = _Report(verbose)
    try:
        run_loop(_until_stopped(_once(loaded, report, everything, no_pages)))
    except KeyboardInterrupt:
        report.show(as_json)
        raise
    report.show(as_json)


class _Report:
    """Counts how polls and entries ended, and keeps what failed; with `verbose` it logs them all."""

    def __init__(self, verbose: bool) -> None:
        self.verbose = verbose
        self.polls: Counter[str] = Counter()
        self.entries: Counter[str] = Counter()
        self.visits: Counter[str] = Counter()
        self.stories: Counter[str] = Counter()
        self.failed: list[dict[str, str]] = []

    def polled(self, record: PollRecord) -> None:
        from collector import log

        self.polls[record.outcome] += 1
        if record.reason:
            outcome = record.failure or record.outcome
            self.failed.append({"feed": record.feed.key, "outcome": str(outcome), "reason": record.reason})
        if self.verbose:
            log.polled(record)

    def collected(self, pending: PendingEntry, record: Collected) -> None:
        from collector import log

        self.entries[record.outcome] += 1
        if self.verbose:
            log.collected(pending, record)

    def visited(self, record: Visited) -> None:
        from collector import log

        self.visits[record.outcome] += 1
        if self.verbose:
            log.visited(record)

    def grouped(self, counts: Mapping[str, int]) -> None:
        from collector import log

        self.stories.update(counts)
        if self.verbose:
            log.grouped(counts)

    def show(self, as_json: bool) -> None:
        """Prints what was done: how polls, entries and visits ended, and which feeds failed."""
        rows: list[dict[str, Any]] = [
            {"what": what, "outcome": str(outcome), "count": number}
            for what, counts in (
                ("poll", self.polls), ("entry", self.entries), ("visit", self.visits), ("story", self.stories),
            )
            for outcome, number in sorted(counts.items())
        ]
        if as_json:
            for row in rows + self.failed:
                print_json(row)
        elif rows:
            show(rows)
            show(sorted(self.failed, key=lambda row: row["feed"]), "\nFeeds that failed")
        else:
            print("Nothing was due.")


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Does the work, and ends it at SIGTERM or Ctrl-C with KeyboardInterrupt; what swallows the end is told again."""
    import asyncio

    task, stop = asyncio.ensure_future(work), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        return task.result()
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)
    raise KeyboardInterrupt


async def _once(config: Config, report: _Report, everything: bool, no_pages: bool) -> None:
    from collector.app import opened
    from collector.cli.progress import progress

    with progress() as bar:

        def polled(record: PollRecord) -> None:
            report.polled(record)
            bar.advance()

        def collected(pending: PendingEntry, record: Collected) -> None:
            report.collected(pending, record)
            bar.advance()

        def visited(record: Visited) -> None:
            report.visited(record)
            bar.advance()

        async with opened(config, polled, collected, visited, report.grouped) as app:
            ask = app.store.pollable_feeds if everything else app.store.due_feeds
            bar.begin("feeds polled", len(ask(app.now())))
            await app.poll_due(everything=everything)
            if not no_pages:
                bar.begin("entries collected", app.store.pending_count(app.now()))
                await app.collector.collect_due()
                bar.begin("pages visited again", app.store.visit_count(app.now()))
                await app.revisitor.revisit_due()
            await app.replay.run()
            await app.grouping.run()


def _tell(line: str) -> None:
    print(line, flush=True)


def _allow_many_sockets() -> None:
    """Raises the number of files that may be open to what the system allows: hundreds of fetches go on at once."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(ValueError, OSError):  # macOS calls it unlimited, and refuses that
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
