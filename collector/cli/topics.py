"""`why` and `plan`: why an article is where it is, and what a changed configuration would do."""

from __future__ import annotations

import os
import pickle
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, JsonOption, load_config
from collector.cli.output import print_json, say, show

if TYPE_CHECKING:
    from collector.plan import Change


def why(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of an article; or its key, or a corpus file.")],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what happened to an article at each step, from the feed it was seen in to the rule that kept or dropped it.

    Exit code 1 when no feed showed it.
    """
    loaded = load_config(config, database)
    from collector.current import Current
    from collector.seeds import examples, read_corpus
    from collector.store import Store
    from collector.tracing import explain, unseen

    with closing(Store.ready(loaded.database)) as store:
        found = explain(store, Current(loaded, examples(read_corpus(loaded.corpus))), url)
        if found is None:
            say(unseen(store, url))
            raise typer.Exit(1)
    rows = [asdict(step) for step in found.steps]
    if as_json:
        for row in rows:
            print_json(row)
    else:
        show([{"step": row["step"], "of": row["subject"], "what happened": row["text"]} for row in rows])


def plan(
    config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Show what the configuration, as it is saved, would add to and take from each topic over what is stored.

    Nothing is changed, and nothing is fetched. A running service applies a saved change by itself: try a changed copy
    with --config.
    """
    loaded = load_config(config, database)
    from collector.loop import run_loop
    from collector.plan import plan as make_plan
    from collector.seeds import examples, read_corpus
    from collector.store import Store
    from collector.workers.pool import Workers

    async def work() -> list[Change]:
        cores = os.cpu_count() or 1
        workers = Workers(cores)
        rules = pickle.dumps((loaded.topics, loaded.feeds, examples(read_corpus(loaded.corpus))))
        try:
            with closing(Store.ready(loaded.database)) as store:
                return await make_plan(store, rules, workers, 2 * cores)
        finally:
            await workers.close()

    changes = run_loop(work())
    if as_json:
        for change in changes:
            print_json(asdict(change) | {"after": change.after})
        return
    show([
        {"topic": one.topic, "now": one.before, "gains": one.gains, "loses": one.losses, "then": one.after}
        for one in changes
    ])  # fmt: skip
    for one in changes:
        for title, examples_of in ((f"\n{one.topic} gains", one.gained), (f"\n{one.topic} loses", one.lost)):
            show([{"title": e.title, "why": e.why, "address": e.url or ""} for e in examples_of], title)
    if not any(one.gains or one.losses for one in changes):
        print("\nNothing would change.")
