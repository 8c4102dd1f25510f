"""`add`, `import` and `export`: feeds in and out, articles out."""

from __future__ import annotations

import sys
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, load_config
from collector.cli.output import say
from collector.errors import CollectorError, Problem

if TYPE_CHECKING:
    from collector.config import Config
    from collector.discover import Found


class Export(StrEnum):
    """What can be exported."""

    OPML = "opml"
    JSONL = "jsonl"
    CSV = "csv"


def add(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="A feed, or a site whose feed is to be found.")
    ],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
) -> None:
    """Add a feed to feeds.yaml, or find the feed of a site and add that; comments are kept.

    A running service picks it up by itself.
    """
    loaded = load_config(config, database)
    from collector.config import add_feeds
    from collector.loop import run_loop

    found, *others = run_loop(_find(url, loaded))
    what = f"{found.title} ({found.url})" if found.title else found.url
    if add_feeds(config, [{"url": found.url, "name": found.title, "language": found.language}]):
        say(f"Added {what}, which shows {found.entries} entries now.")
    else:
        say(f"{what} is in {config} already.")
    for other in others:
        say(f"The site also has {other.title or 'a feed without a title'}: collector add {other.url}")


def import_(
    source: Annotated[
        str,
        typer.Argument(metavar="FILE-OR-URL", help="OPML, or a text with an address a line; a file or a URL."),
    ],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
) -> None:
    """Add the feeds of an OPML file, or of a list of addresses, to feeds.yaml; comments are kept.

    Folders become labels. What is no address of a feed is passed over, and said. A running service picks the
    feeds up by itself.
    """
    loaded = load_config(config, database)
    from collector.addresses.urls import without_credentials
    from collector.config import add_feeds
    from collector.publish.opml import read_opml

    data = _download(source, loaded) if "://" in source else Path(source).expanduser().read_bytes()
    passed_over: list[Problem] = []
    feeds = read_opml(data, without_credentials(source), passed_over)
    added = add_feeds(
        config,
        [{"url": f.url, "name": f.title, "language": f.language, "labels": list(f.labels)} for f in feeds],
    )
    for problem in passed_over:
        say(f"passed over: {problem}")
    say(f"Added {len(added)} of {len(feeds)} feeds; {len(feeds) - len(added)} were there already.")


def export(
    what: Annotated[
        Export, typer.Argument(metavar="opml|jsonl|csv", help="opml: the feeds; jsonl or csv: the articles.")
    ],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    everything: Annotated[bool, typer.Option("--all", help="With the articles that match no topic.")] = False,
) -> None:
    """Print the feeds as OPML, or the articles as JSON Lines or CSV.

    For example: collector export csv > articles.csv
    """
    loaded = load_config(config, database)
    if what == Export.OPML:
        from collector.publish.opml import render_opml

        sys.stdout.buffer.write(render_opml(loaded.settings.publish.title, loaded.feeds))
        return
    from collector.export import write_csv, write_jsonl
    from collector.store import Store

    write = write_csv if what == Export.CSV else write_jsonl
    with closing(Store.ready(loaded.database)) as store:
        write(store.articles(kept_only=not everything), sys.stdout)


async def _find(url: str, config: Config) -> list[Found]:
    """The feeds at an address; one without a scheme is tried with https first."""
    from collector.app import network
    from collector.discover import NothingFound, find_feeds

    addresses = [url] if "://" in url else [f"https://{url}", f"http://{url}"]
    async with network(config) as (fetcher, workers):
        for address in addresses[:-1]:
            try:
                return await find_feeds(address, fetcher, workers)
            except NothingFound:
                continue
        return await find_feeds(addresses[-1], fetcher, workers)


def _download(url: str, config: Config) -> bytes:
    from collector.app import network
    from collector.loop import run_loop
    from collector.model import Fetched, FetchFailed, FetchRequest

    async def fetch() -> Fetched | FetchFailed:
        async with network(config) as (fetcher, _):
            return await fetcher.fetch(FetchRequest(url=url))  # type: ignore[return-value]  # no validator was sent

    answer = run_loop(fetch())
    if isinstance(answer, FetchFailed):
        raise CollectorError(f"{answer.url}: {answer.reason}")  # without credentials
    return answer.body
