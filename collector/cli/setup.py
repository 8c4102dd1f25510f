"""`init`, `check` and `schema`: the configuration."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.errors import CollectorError
from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, JsonOption, load_config, print_json, say, show

if TYPE_CHECKING:
    from collector.config import Config


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; the folder is made when it is missing.")] = Path(),
) -> None:
    """Write a feeds.yaml and a corpus to start from."""
    from collector.shipped import shipped

    target = folder / FEEDS_YAML
    if target.exists():
        raise CollectorError(f"{target} exists already; it is left as it is")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped("feeds.yaml"), target)
    corpus = folder / "corpus"
    if not corpus.exists():
        shutil.copytree(shipped("corpus"), corpus)
    say(f"Wrote {target} and {corpus}. Edit them as you like, then: collector run")


def check(
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    online: Annotated[bool, typer.Option("--online", help="Fetch and read every feed as well; nothing is stored.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the configuration; with --online, each feed too. Exit code 1 when a feed cannot be read."""
    from collector.seeds import read_corpus

    loaded = load_config(config, database)
    seeds = read_corpus(loaded.corpus)
    say(f"{config} is right: {len(loaded.topics)} topics, {len(loaded.feeds)} feeds, {len(seeds)} seed articles.")
    if online:
        from collector.loop import run_loop

        rows = run_loop(_check_online(loaded))
        show(rows, as_json)
        if any(row["outcome"] != "ok" for row in rows):
            raise typer.Exit(1)


def schema() -> None:
    """Print the JSON Schema of feeds.yaml, for editors."""
    from collector.config import json_schema

    print_json(json_schema())


async def _check_online(config: Config) -> list[dict[str, Any]]:
    from collector.app import network
    from collector.batching import each
    from collector.check import check_feed

    rows: dict[str, dict[str, Any]] = {}
    async with network(config) as (fetcher, workers):

        async def check_one(feed: Any) -> None:
            rows[feed.key] = await check_feed(feed, config, fetcher, workers)

        await each([feed for feed in config.feeds if not feed.disabled], config.settings.poll.concurrency, check_one)
    return [rows[feed.key] for feed in config.feeds if feed.key in rows]
