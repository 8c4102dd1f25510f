"""`add`, `import` and `export`: feeds in and out, articles out."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from collector.errors import CollectorError
from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, load_config, say


class Export(StrEnum):
    """What can be exported."""

    OPML = "opml"
    JSONL = "jsonl"
    CSV = "csv"


def add(
    url: Annotated[str, typer.Argument(help="A feed, or a site whose feed is to be found.")],
    config: ConfigOption = FEEDS_YAML,
) -> None:
    """Add a feed to feeds.yaml, keeping its comments. A running service picks it up by itself."""
    from collector.app import network
    from collector.config import add_feeds
    from collector.discover import Found, find_feeds
    from collector.loop import run_loop

    loaded = load_config(config)
    address = url if "://" in url else f"https://{url}"

    async def find() -> list[Found]:
        async with network(loaded) as (fetcher, workers):
            return await find_feeds(address, fetcher, workers)

    found, *others = run_loop(find())
    added = add_feeds(config, [{"url": found.url, "name": found.title, "language": found.language}])
    say(f"Added {found.title or found.url} ({found.url}, {found.entries} entries)." if added else f"{found.url} is there already.")
    for other in others:
        say(f"The site also has {other.title or 'a feed'}: {other.url}")


def import_(
    source: Annotated[str, typer.Argument(help="An OPML file or a list of addresses, one a line; a path or a URL.")],
    config: ConfigOption = FEEDS_YAML,
) -> None:
    """Import feeds from OPML into feeds.yaml, keeping its comments."""
    from collector.config import add_feeds
    from collector.publish.opml import read_opml

    loaded = load_config(config)
    data = _download(source, loaded) if "://" in source else _read(Path(source))
    feeds = read_opml(data)
    added = add_feeds(config, [{"url": f.url, "name": f.title, "labels": list(f.labels)} for f in feeds])
    say(f"Added {len(added)} of {len(feeds)} feeds; {len(feeds) - len(added)} were there already.")


def export(
    what: Annotated[Export, typer.Argument(help="opml: the feeds; jsonl, csv: the articles.")],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Articles that match no topic, too.")] = False,
) -> None:
    """Export the feeds as OPML, or the articles as JSON Lines or CSV, to standard output."""
    from collector.app import open_store
    from collector.export import write_csv, write_jsonl
    from collector.publish.opml import render_opml

    loaded = load_config(config, database)
    if what == Export.OPML:
        sys.stdout.buffer.write(render_opml(loaded.settings.publish.title, loaded.feeds))
        return
    store = open_store(loaded)
    try:
        (write_csv if what == Export.CSV else write_jsonl)(store.articles(kept_only=not everything), sys.stdout)
    finally:
        store.close()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise CollectorError(f"{path}: {exc.strerror}") from exc


def _download(url: str, config: object) -> bytes:
    from collector.app import network
    from collector.loop import run_loop
    from collector.model import FetchRequest, Fetched

    async def fetch() -> bytes:
        async with network(config) as (fetcher, _):  # type: ignore[arg-type]
            answer = await fetcher.fetch(FetchRequest(url=url))
        if isinstance(answer, Fetched):
            return answer.body
        raise CollectorError(f"{url}: {answer.reason}")  # type: ignore[union-attr]  # no validator was sent

    return run_loop(fetch())
