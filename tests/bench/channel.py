"""What a subscriber costs: rendering a channel of 1,000 articles, beside feedgen alone, and answering 304.

    python tests/bench/channel.py [--items 1000] [--requests 2000]

Prints for each format the CPU milliseconds of rendering, and of reading the articles and rendering them, and what
feedgen alone takes for the same items (median of nine); then, for the running service, the CPU milliseconds of one
answer to a subscriber who has the channel already.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from feedgen.feed import FeedGenerator

from collector.channels import Channels
from collector.config import Config, load
from collector.draft import excerpt
from collector.model import (
    ArticleDraft,
    Channel,
    ChannelQuery,
    Collected,
    EntryOutcome,
    Evidence,
    Match,
    TextSource,
)
from collector.publish import FORMATS
from collector.store import Store

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PARAGRAPH = "The ministers met in the capital on Wednesday & signed a treaty “of friendship”, officials said. "
CONFIG = """
topics: [{{key: all, keywords: ["*"]}}]
feeds: [{{url: "https://news.example/rss", name: Example News, disabled: true}}]
settings:
  publish: {{items: {items}, full_text: {full_text}}}
  web: {{port: {port}}}
"""


def main() -> None:
    """Fills a database of its own, renders, serves, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--port", type=int, default=8632)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "feeds.yaml")
        for full_text in ("false", "true"):
            path.write_text(CONFIG.format(items=args.items, full_text=full_text, port=args.port))
            config = load(path, {})
            if full_text == "false":
                fill(config, args.items)
            render(config, "whole texts" if full_text == "true" else "excerpts")
        serve(config, args.requests)


def fill(config: Config, items: int) -> None:
    """Stores so many kept articles, in the way they are stored when they are collected."""
    store = Store.ready(config.database)
    store.sync_feeds(config.feeds, NOW)
    store.save_collected([_collected(number) for number in range(items)])
    store.close()


def _collected(number: int) -> Collected:
    url, at = f"https://news.example/2026/03/{number}.html", NOW - timedelta(minutes=number)
    text = "\n".join([PARAGRAPH * 4] * 8)
    draft = ArticleDraft(
        canonical_url=url, url=url, title=f"Report {number} of the conference", authors=("Ada Writer",), published_at=at,
        first_seen_at=NOW, language="en", site="Example News", image=f"{url}.jpg", summary=excerpt(text), text=text,
        text_source=TextSource.PAGE,
    )  # fmt: skip
    match = Match(topic="all", evidence=(Evidence(term="*", words="The", field="text", start=0, end=3),))
    return Collected(
        entry_id=None, feed_id=1, article_id=None, article=draft, addresses=(url,), matches=(match,),
        outcome=EntryOutcome.KEPT, reason="", collected_at=NOW,
    )  # fmt: skip


def render(config: Config, what: str) -> None:
    """Prints what rendering costs."""
    store = Store.ready(config.database)
    channel = _channel(config, store)
    print(f"\n{len(channel.items)} items, {what}      rendered   with the articles read   bytes")
    for form, row in FORMATS.items():
        alone = milliseconds(lambda row=row: row.render(channel))
        whole = milliseconds(lambda form=form: Channels(store, lambda: config).render(form))
        print(f"  {form:26} {alone:7.1f} ms   {whole:17.1f} ms   {len(row.render(channel)) / 1e6:.1f} MB")
    for name in ("rss_str", "atom_str"):
        cost = milliseconds(lambda name=name: getattr(feedgen_alone(channel), name)(pretty=True))
        print(f"  {f'feedgen alone, {name[:-4]}':26} {cost:7.1f} ms")
    store.close()


def _channel(config: Config, store: Store) -> Channel:
    items = store.channel(ChannelQuery(topics=("all",), limit=config.settings.publish.items)).items
    base = config.base_url
    return Channel(
        title="News", description="News", home_url=f"{base}/", self_url=f"{base}/feed.xml", first_url=f"{base}/feed.xml",
        next_url=None, updated_at=NOW, items=items, topic_titles={"all": "All"}, full_text=config.settings.publish.full_text,
    )  # fmt: skip


def feedgen_alone(channel: Channel) -> FeedGenerator:
    """The same items through feedgen's own methods, with nothing that it does not do itself."""
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.id(channel.home_url)
    feed.title(channel.title)
    feed.description(channel.description)
    feed.link(href=channel.home_url)
    for item in channel.items:
        entry = feed.add_entry(order="append")
        entry.id(item.id)
        entry.title(item.title)
        entry.link(href=item.url)
        entry.published(item.dated_at)
        entry.updated(item.updated_at)
        entry.summary(item.summary)
        entry.category(term="all", label="All")
        entry.dc.dc_creator(list(item.authors))
        if channel.full_text:
            entry.content(item.text)
    return feed


def milliseconds(work: Callable[[], object]) -> float:
    """CPU milliseconds of one call: the median of nine, after one that fills the caches."""
    times = []
    for _ in range(10):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return median(times[1:])


def serve(config: Config, requests: int) -> None:
    """Prints what an answer costs the running service, on one connection that is kept."""
    command = [sys.executable, "-P", "-m", "collector", "run"]
    with subprocess.Popen(command, cwd=config.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as service:
        try:
            client = connect(config.settings.web.port)
            known = {"If-None-Match": at_rest(client), "Accept-Encoding": "gzip"}
            ask(client, known)
            idle, start = cpu(service.pid), time.monotonic()
            time.sleep(2)
            rate = (cpu(service.pid) - idle) / (time.monotonic() - start)
            before, start = cpu(service.pid), time.monotonic()
            statuses = {ask(client, known)[0] for _ in range(requests)}
            took = time.monotonic() - start
            cost = 1000 * (cpu(service.pid) - before - rate * took) / requests
        finally:
            service.terminate()
    assert statuses == {304}, statuses
    print(f"\n{requests} answers 304, the running service: {cost:.2f} ms of CPU each, {requests / took:.0f} a second")


def connect(port: int) -> HTTPConnection:
    """A connection to the service, once it listens."""
    client = HTTPConnection("127.0.0.1", port)
    for _ in range(300):
        try:
            client.connect()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return client
    sys.exit("the service does not listen")


def at_rest(client: HTTPConnection) -> str:
    """The channel's entity tag, once it stays: first the articles are placed in stories."""
    tag, since = ask(client, {})[1], time.monotonic()
    while time.monotonic() - since < 5:
        time.sleep(0.5)
        now = ask(client, {})[1]
        if now != tag:
            tag, since = now, time.monotonic()
    return tag


def ask(client: HTTPConnection, headers: dict[str, str]) -> tuple[int, str]:
    """Status and entity tag of the channel."""
    client.request("GET", "/feed.xml", headers=headers)
    answer = client.getresponse()
    answer.read()
    return answer.status, answer.headers["ETag"]


def cpu(pid: int) -> float:
    """User and system seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
