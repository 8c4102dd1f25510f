"""`init`, `check` and `schema`: the configuration."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, JsonOption, load_config
from collector.cli.output import print_json, say, show
from collector.errors import CollectorError

if TYPE_CHECKING:
    from collector.config import Config, FeedConfig


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to write; the folder is made when it is missing.")
    ] = Path(),
) -> None:
    """Write a feeds.yaml and a corpus to start from. What is there already is left as it is."""
    from collector.shipped import shipped

    target, corpus = folder / FEEDS_YAML, folder / "corpus"
    if target.exists():
        raise CollectorError(f"{target} exists already; it is left as it is")
    folder.mkdir(parents=True, exist_ok=True)
    if not corpus.exists():
        shutil.copytree(shipped("corpus"), corpus)
    shutil.copyfile(shipped("feeds.yaml"), target)
    say(f"Wrote {target} and {corpus}. Edit them as you like, then: collector run")


def check(
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    online: Annotated[
        bool,
        typer.Option("--online", help="Fetch and read every feed, and a page of every site, too; nothing is stored."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the configuration; with --online, each feed and the selectors of each site too.

    Everything that is wrong with the file is told at once, each with file:line:column. Exit code 2 when it is wrong,
    1 when a feed cannot be read.
    """
    loaded = load_config(config, database)
    from collector.seeds import read_corpus

    seeds = read_corpus(loaded.corpus)
    say(f"{config} is right: {len(loaded.topics)} topics, {len(loaded.feeds)} feeds, {len(seeds)} seed articles.")
    if not online:
        return
    from collector.loop import run_loop

    rows = run_loop(_check_online(loaded))
    if as_json:
        for row in rows:
            print_json(row)
    else:
        show(rows)
    failed = sum(row["outcome"] != "ok" for row in rows)
    if failed:
        say(f"{failed} of {len(rows)} feeds{' and sites' if loaded.sites else ''} cannot be read.")
        raise typer.Exit(1)


def schema() -> None:
    """Print the JSON Schema of feeds.yaml, for editors.

    For example: collector schema > feeds.schema.json
    """
    from collector.config import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


async def _check_online(config: Config) -> list[dict[str, Any]]:
    from collector.app import network
    from collector.batching import each
    from collector.check import check_feed, check_site
    from collector.cli.progress import progress

    rows: dict[str, dict[str, Any]] = {}
    feeds = [feed for feed in config.feeds if not feed.disabled]
    with progress() as bar:
        bar.begin("feeds checked", len(feeds))
        async with network(config) as (fetcher, workers):

            async def check_one(feed: FeedConfig) -> None:
                rows[feed.key] = await check_feed(feed, config, fetcher, workers)
                bar.advance()

            await each(feeds, config.settings.poll.concurrency, check_one)
            links = [link for row in rows.values() for link in row.pop("links", ())]
            sites = [await check_site(site, links, config, fetcher, workers) for site in config.sites]
    return [*(rows[feed.key] for feed in feeds), *sites]
