"""How long it takes to build the grouper from the database: `python -m tests.bench.stories_rebuilt [--stories 20000]`.

Prints seconds of CPU for reading the members, for restoring the grouper, and for both; the size of the database file; and
the largest size of a process that did that alone.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

from collector.grouping import Grouping
from collector.model import ArticleDraft, Collected, EntryOutcome, Evidence, Joining, Match, TextSource
from collector.similar import OPEN, Article, Grouper
from collector.store import Store

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
REPORTS = 1.5  # of a story, on average
WORDS = 180  # of a report
_CHUNK = 500
_MATCH = Match(topic="t", evidence=(Evidence(term="t", field="text", words="t", start=0, end=1),))


def main() -> None:
    """Fills a database, and has a process of its own build the grouper from it."""
    options = argparse.ArgumentParser()
    options.add_argument("--stories", type=int, default=OPEN)
    options.add_argument("--rebuild", metavar="FILE", help="only build the grouper from this database")
    asked = options.parse_args()
    if asked.rebuild:
        rebuild(Path(asked.rebuild))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stories.sqlite3"
        fill(file, asked.stories)
        print(f"database         {file.stat().st_size / 2**20:8.0f} MiB")
        command = [sys.executable, "-m", "tests.bench.stories_rebuilt", "--rebuild", str(file)]
        subprocess.run(command, check=True)


def fill(file: Path, stories: int) -> None:
    """So many stories of articles with words of their own, each packed as the grouper does."""
    store, chance = Store.open(file), random.Random(1)
    store.prepare()
    packer, texts = Grouper(), list(_texts(chance))
    steps = []
    number = 0
    for story in range(1, stories + 1):
        for nth in range(1 if chance.random() < 0.75 else 3):
            number += 1
            title, text = _title(chance), " ".join(chance.sample(texts, WORDS))
            steps.append((number, story, nth, title, text))
    for start in range(0, len(steps), _CHUNK):
        part = steps[start : start + _CHUNK]
        store.save_collected([_record(n, title, text) for n, _, _, title, text in part])
        store.save_grouping(0, [_joining(packer, *one) for one in part], NOW)
        print(f"\r{start + len(part):,} of {len(steps):,} reports", end="", file=sys.stderr)
    print(f"\nstories          {stories:8,}\nreports          {len(steps):8,}")
    store.close()


def rebuild(file: Path) -> None:
    """Builds the grouper as the service does at its first article."""
    store = Store.open(file)
    started = time.process_time()
    memory = store.grouping_memory(OPEN)
    read = time.process_time()
    del memory
    stage = Grouping(
        store=store, current=SimpleNamespace(examples=()), now=lambda: NOW, on_grouped=print, fault=print
    )  # fmt: skip
    again = time.process_time()
    stage._known()
    done = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"read             {read - started:8.2f} s of CPU\nread and restored {done - again:7.2f} s of CPU")
    print(f"largest size     {peak:8.0f} MiB")


def _texts(chance: random.Random) -> Iterator[str]:
    for _ in range(30_000):
        word = "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(chance.randrange(2, 5)))
        yield word.title() if chance.random() < 0.2 else word


def _title(chance: random.Random) -> str:
    return " ".join(islice(_texts(random.Random(chance.randrange(10**9))), 8))


def _record(number: int, title: str, text: str) -> Collected:
    address, seen = f"https://news.example/{number}", NOW - timedelta(minutes=number)
    draft = ArticleDraft(
        canonical_url=address, url=address, title=title, first_seen_at=seen, text=text, text_source=TextSource.PAGE,
        language="en", published_at=seen,
    )  # fmt: skip
    return Collected(
        entry_id=None, feed_id=None, article_id=None, article=draft, matches=(_MATCH,), outcome=EntryOutcome.KEPT,
        collected_at=NOW,
    )  # fmt: skip


def _joining(packer: Grouper, number: int, story: int, nth: int, title: str, text: str) -> Joining:
    article = Article(key=str(number), title=title, text=text, language="en", published_at=NOW)
    first, *_ = packer.start(number, article, NOW)
    packer.forget(number)
    return Joining(article_id=number, story=story, evidence=None, packed=first.packed)


if __name__ == "__main__":
    main()
