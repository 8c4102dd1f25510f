"""`collector plan` over many stored articles: how long it takes, and how much memory.

    python -m tests.bench.plan                 # 100,000 articles
    python -m tests.bench.plan --articles 5000

The articles are made of a vocabulary of their own, 2,500 characters each on average; one in ten names what a topic of the
shipped feeds.yaml asks for. The plan is that of the shipped feeds.yaml with one topic changed, and runs as its own process.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collector.model import ArticleDraft, Collected, EntryOutcome, TextSource
from collector.shipped import shipped
from collector.store import Store

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CHARACTERS = 2_500
NAMED = ("North Korea", "Россия", "BRICS", "俄罗斯", "Nordkorea")


def draft(number: int, rand: random.Random, words: list[str]) -> ArticleDraft:
    """An article of words without meaning; every tenth names a topic."""
    size = rand.randint(CHARACTERS // 2, 3 * CHARACTERS // 2)
    text, lines = [], 0
    while lines < size:
        line = " ".join(rand.choices(words, k=60)).capitalize() + "."
        text.append(line)
        lines += len(line)
    if number % 10 == 0:
        text.insert(len(text) // 2, f"{rand.choice(NAMED)} {rand.choice(words)}.")
    address = f"https://bench.example/{number}"
    return ArticleDraft(
        canonical_url=address,
        url=address,
        title=" ".join(rand.choices(words, k=9)).capitalize(),
        published_at=NOW - timedelta(minutes=number),
        first_seen_at=NOW,
        language="en",
        text="\n".join(text),
        text_source=TextSource.PAGE,
    )


def fill(store: Store, articles: int) -> None:
    """Stores the articles as collected, and judged by nobody yet."""
    rand = random.Random(1)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words = ["".join(rand.choices(letters, range(26, 0, -1), k=rand.randint(2, 11))) for _ in range(8_000)]
    for start in range(0, articles, 500):
        drafts = (draft(number, rand, words) for number in range(start, min(start + 500, articles)))
        store.save_collected([
            Collected(
                entry_id=None, feed_id=None, article_id=None, article=one, outcome=EntryOutcome.UNMATCHED, collected_at=NOW
            )
            for one in drafts
        ])  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--articles", type=int, default=100_000)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "bench.sqlite3")
        store = Store.open(database)
        store.prepare()
        fill(store, asked.articles)
        store.close()
        edited = Path(folder, "feeds.yaml")
        text = shipped("feeds.yaml").read_text("utf-8")
        edited.write_text(text.replace("topics:\n", "topics:\n  - {key: added, keywords: [ethanol, tin]}\n", 1), "utf-8")
        command = [sys.executable, "-m", "collector", "plan", "--json", "--config", str(edited), "--database", str(database)]
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds, used = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    for change in map(json.loads, done.stdout.splitlines()):
        print(f"{change['topic']}: {change['before']:,} articles, gains {change['gains']:,}, loses {change['losses']:,}")
    print(done.stderr, end="")
    print(
        f"{asked.articles:,} articles on {os.cpu_count()} cores: {seconds:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of "
        f"CPU; largest process {used.ru_maxrss / 1024:.0f} MiB"
    )
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
