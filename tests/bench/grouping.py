"""What grouping costs: CPU an article among 2,000 and among 20,000 open stories, memory, and the time to take up again.

    python -m tests.bench.grouping

The articles are those of the shared streams with other names: each event has its own. What is restored and the articles
that are added are made by one process and measured in another, so that the memory is that of grouping alone. All times
are CPU of one core; an article's includes reading it.
"""

from __future__ import annotations

import pickle
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from collector.model import Remembered
from collector.similar import Article, Grouper
from collector.similar.report import pack, read
from tests.bench.streams import read_stream
from tests.bench.train_stories import START

STREAMS = ("as_tr", "ecb_tr", "vi_tr", "neus_tr")
SIZES = (2_000, 20_000)
ADDED = 1_500
SEED = 1
_WORD = re.compile(r"\w{4,}")
_CHANGED = 0.6  # of the words of a report are those of its event alone
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
_WORDS = ["".join(some) for some in islice(product(_SYLLABLES, repeat=3), 0, None, 9)]  # about 38,000


def articles(events: int, seed: int = SEED) -> Iterator[tuple[int, Article, datetime]]:
    """Reports of so many events, each event's between those of others: its number, the report, and when it is seen."""
    dice = random.Random(seed)
    by_story: dict[str, list[Article]] = {}
    for name in STREAMS:
        stream = read_stream(name)
        for article, story in zip(stream.articles, stream.stories, strict=True):
            by_story.setdefault(f"{name} {story}", []).append(article)
    models = sorted(by_story)
    waiting: list[tuple[int, Article]] = []
    for event in range(events):
        model = dice.choice(models)
        chosen = dice.sample(by_story[model], min(len(by_story[model]), dice.choice((1, 1, 1, 2, 2, 3))))
        names: dict[str, str] = {}
        waiting += [(event + 1, _renamed(article, names, dice)) for article in chosen]
        while len(waiting) > 40:
            story, article = waiting.pop(dice.randrange(len(waiting)))
            at = START + timedelta(minutes=event)
            yield story, replace(article, key=f"{event}", published_at=at), at


def _renamed(article: Article, names: dict[str, str], dice: random.Random) -> Article:
    def other(found: re.Match[str]) -> str:
        name = found.group()
        if name not in names:
            changed = dice.choice(_WORDS)
            names[name] = name if dice.random() > _CHANGED else changed.capitalize() if name[0].isupper() else changed
        return names[name]

    return replace(article, title=_WORD.sub(other, article.title), text=_WORD.sub(other, article.text))


def make(file: Path, size: int) -> None:
    """Writes what is remembered of so many stories, and the articles that come next."""
    members: list[Remembered] = []
    added: list[tuple[Article, datetime]] = []
    for number, (story, article, at) in enumerate(articles(size + ADDED), 1):
        if story <= size:
            members.append(Remembered(number=number, story=story, packed=pack(read(article, at)), copy_of=None))
        elif len(added) < ADDED:
            added.append((article, at))
    with file.open("wb") as out:
        pickle.dump((size, added), out)
        for member in members:
            pickle.dump(member, out)


def _members(file: BinaryIO) -> Iterator[Remembered]:
    with suppress(EOFError):
        while True:
            yield pickle.load(file)


def measure(file: Path) -> None:
    """Prints what the file's articles cost."""
    grouper = Grouper()
    with file.open("rb") as opened:
        size, added = pickle.load(opened)
        for article, at in added:
            read(article, at)  # a service that runs has met nearly all words before
        started = time.process_time()
        grouper.restore(_members(opened), frozen=(), next_story=size + 1_000)
        restored = time.process_time() - started
    started = time.process_time()
    joined = 0
    for number, (article, at) in enumerate(added, 10 * size):
        joined += grouper.add(number, article, at)[0].evidence is not None  # type: ignore[union-attr]
    cost = (time.process_time() - started) / len(added)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(size, cost * 1e3, restored, most, joined / len(added))


def main() -> None:
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
        return
    print(f"{'stories':>8}{'ms an article':>15}{'a second':>10}{'restored s':>12}{'MiB':>7}{'joined':>8}")
    costs = []
    with TemporaryDirectory() as folder:
        for size in SIZES:
            file = Path(folder) / f"{size}"
            make(file, size)
            told = subprocess.run([sys.executable, "-m", "tests.bench.grouping", str(file)], capture_output=True, check=True)
            stories, cost, restored, most, joined = map(float, told.stdout.split())
            costs.append(cost)
            print(f"{stories:8,.0f}{cost:15.2f}{1e3 / cost:10.0f}{restored:12.2f}{most:7.0f}{joined:8.0%}", flush=True)
    print(f"an article among {SIZES[-1]:,} stories costs {costs[-1] / costs[0]:.2f} times that among {SIZES[0]:,}")


if __name__ == "__main__":
    main()
