"""One event, one story: streams of articles grouped online, beside the cosine of TF-IDF.

    python -m tests.bench.stories               each source is left out of the training in turn
    python -m tests.bench.stories --shipped     with the scorer that ships, which has seen all of them

BCubed F1 and pairwise F1 in per cent. The cosine stands there twice: with the threshold that is best for the article
streams on average, the one that is judged among them, and with the one that is best for those of the other sources.
"""

from __future__ import annotations

import argparse
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from collector.similar import Article, Grouper, Stories
from collector.similar.scorer import Scorer
from tests.bench.scores import bcubed, pairwise
from tests.bench.streams import SOURCES, STORIES, Stream, headlines, read_stream, snippets

ARTICLES = ("neus_val", "as_tr", "ecb_tr", "ecb_dev", "vi_tr")
_CHEAP = ("neus_val", "as_tr", "ecb_dev", "vi_tr")
COSINES = (0.15, 0.18, 0.2, 0.22, 0.25, 0.28, 0.3, 0.35, 0.4)  # thresholds
_WORD = re.compile(r"\w+")


def grouped(articles: Sequence[Article], scorer: Scorer | None = None) -> list[int]:
    """The story of each article as it stands after the last."""
    grouper = Grouper(scorer=scorer)
    stories = Stories()
    seen = datetime(2021, 1, 1, tzinfo=UTC)
    for number, article in enumerate(articles, 1):
        seen = article.published_at or seen
        stories.follow(grouper.add(number, article, seen))
    return list(stories.of.values())


def by_cosine(articles: Sequence[Article], join: float) -> list[int]:
    """Each article joins the story whose mean vector is nearest, if near enough; IDF counts what came before."""
    documents: Counter[str] = Counter()
    sums: list[Counter[str]] = []  # of the vectors of each story
    squares: list[float] = []
    having: defaultdict[str, set[int]] = defaultdict(set)
    stories: list[int] = []
    for at, article in enumerate(articles, 1):
        counts = Counter(_WORD.findall(f"{article.title}\n{article.text}".lower()))
        documents.update(counts.keys())
        weights = {word: (1 + math.log(n)) * math.log((1 + at) / documents[word]) for word, n in counts.items()}
        length = math.sqrt(sum(x * x for x in weights.values())) or 1.0
        dots: Counter[int] = Counter()
        for word, x in weights.items():
            for story in having[word]:
                dots[story] += x / length * sums[story][word]
        best = max(dots, key=lambda story: (dots[story] / math.sqrt(squares[story] or 1.0), -story), default=-1)
        if best < 0 or dots[best] < join * math.sqrt(squares[best]):
            best = len(sums)
            sums.append(Counter())
            squares.append(0.0)
        squares[best] += 1 + 2 * dots[best]
        for word, x in weights.items():
            sums[best][word] += x / length
            having[word].add(best)
        stories.append(best)
    return stories


def figures(folder: Path = STORIES) -> dict[str, float]:
    """What has a floor: the scorer that ships, on the streams that cost least."""
    streams = [read_stream(name, folder) for name in _CHEAP]
    streams += [snippets(streams[0]), headlines(streams[0])]
    found: dict[str, float] = {}
    for stream in streams:
        stories = grouped(stream.articles)
        found[f"stories, {stream.name}, BCubed"] = bcubed(stream.stories, stories)
        found[f"stories, {stream.name}, pairs"] = pairwise(stream.stories, stories)
    return found


def tests(source: str) -> list[Stream]:
    """What a source is judged on."""
    streams = [read_stream(name) for name in SOURCES[source] if name != "neus_tr"]
    if source == "neus":
        streams += [snippets(streams[0]), headlines(streams[0])]
    if source == "as":
        streams += [snippets(streams[0])]
    return streams


def cosines() -> dict[str, dict[float, float]]:
    """The BCubed F1 of the cosine on each article stream, by threshold."""
    streams = map(read_stream, ARTICLES)
    return {
        stream.name: {join: bcubed(stream.stories, by_cosine(stream.articles, join)) for join in COSINES}
        for stream in streams
    }


def best(found: dict[str, dict[float, float]], *, without: Sequence[str] = ()) -> float:
    """The threshold that is best for the streams on average, some left out."""
    return max(COSINES, key=lambda join: sum(by_join[join] for name, by_join in found.items() if name not in without))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shipped", action="store_true")
    options = parser.parse_args()
    cache: dict = {}
    totals: dict[str, tuple[float, ...]] = {}
    known = cosines()
    print(f"{'':24}{'stories':>9}{'true':>7}{'BCubed':>9}{'pairs':>7}{'cosine':>9}{'pairs':>7}{'of others':>11}{'pairs':>7}")
    for source in SOURCES:
        scorer = None
        if not options.shipped:
            from tests.bench.train_stories import learn

            scorer = learn([other for other in SOURCES if other != source], cache=cache)
        for stream in tests(source):
            found = grouped(stream.articles, scorer)
            joins = best(known), best(known, without=SOURCES[source])
            plain, fair = (by_cosine(stream.articles, join) for join in joins)
            row = tuple(100 * f(stream.stories, p) for p in (found, plain, fair) for f in (bcubed, pairwise))
            totals[stream.name] = row
            counts = f"{stream.name:24}{len(set(found)):9}{len(set(stream.stories)):7}"
            print(counts + _columns(row), flush=True)
    mean = [sum(totals[name][at] for name in ARTICLES) / len(ARTICLES) for at in range(6)]
    print(f"{'mean of article streams':40}{_columns(mean)}")


def _columns(row: Sequence[float]) -> str:
    return "".join(f"{figure:{width}.1f}" for figure, width in zip(row, (9, 7, 9, 7, 11, 7), strict=True))


if __name__ == "__main__":
    main()
