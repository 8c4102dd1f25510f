"""Retrieval by example: three articles of an event are the corpus; how high do the event's others stand?

    python -m tests.bench.relevance

Prints the mean average precision over 20 draws beside plain TF-IDF cosine, what an article costs, and how the number is
spread over pairs of one event and of different ones.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from collector.similar import Article, Examples
from collector.similar.report import said
from tests.bench.streams import STORIES, read_stream

STREAMS = ("ecb_tr", "ecb_dev")
DRAWS, SEED, CORPUS, LEAST = 20, 1, 3, 8

Rank = Callable[[list[int]], np.ndarray]


def collection(folder: Path = STORIES) -> tuple[list[Article], dict[str, list[int]]]:
    """All articles, and the places of those of each event that is large enough."""
    articles: list[Article] = []
    events: dict[str, list[int]] = defaultdict(list)
    for name in STREAMS:
        stream = read_stream(name, folder)
        for place, story in enumerate(stream.stories, len(articles)):
            events[f"{name} {story}"].append(place)
        articles += stream.articles
    return articles, {event: places for event, places in events.items() if len(places) >= LEAST}


def mean_average_precision(events: dict[str, list[int]], rank: Rank, draws: int = DRAWS) -> float:
    """`rank` gives every article's nearness to the examples at some places. Equal draws for every contestant."""
    dice = random.Random(SEED)
    precisions = [
        _average_precision(rank(corpus), set(corpus), set(events[event]) - set(corpus))
        for _ in range(draws)
        for event in sorted(events)
        for corpus in (dice.sample(events[event], CORPUS),)
    ]
    return sum(precisions) / len(precisions)


def _average_precision(nearness: np.ndarray, corpus: set[int], wanted: set[int]) -> float:
    ranked = [place for place in np.argsort(-nearness, kind="stable") if place not in corpus]
    hits = [rank for rank, place in enumerate(ranked, 1) if place in wanted]
    return sum(found / rank for found, rank in enumerate(hits, 1)) / len(wanted)


def by_examples(articles: Sequence[Article]) -> Rank:
    """What the collector says."""
    examples = Examples(articles)
    nearness = np.stack([examples.nearness(said(article)) for article in articles])
    return lambda corpus: nearness[:, corpus].max(axis=1)


def by_cosine(articles: Sequence[Article], *, damped: bool, together: Callable[..., np.ndarray]) -> Rank:
    """TF-IDF cosine over words in lower case, with the collection's own document frequencies."""
    table = tfidf(articles, damped=damped)
    cosines = (table @ table.T).toarray()
    return lambda corpus: together(cosines[corpus], axis=0)


def tfidf(articles: Sequence[Article], *, damped: bool = False):
    """A row of length 1 for each article (scipy.sparse)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [f"{article.title}\n{article.text}" for article in articles]
    return TfidfVectorizer(token_pattern=r"\w+", sublinear_tf=damped).fit_transform(texts)


def figures(folder: Path = STORIES) -> dict[str, float]:
    """What has a floor."""
    articles, events = collection(folder)
    return {"relevance, mean average precision": mean_average_precision(events, by_examples(articles))}


def main() -> None:
    articles, events = collection()
    print(f"{len(events)} events, {len(articles)} articles: mean average precision over {DRAWS} draws")
    contestants = {
        "TF-IDF cosine, nearest": by_cosine(articles, damped=False, together=np.max),
        "TF-IDF cosine, mean": by_cosine(articles, damped=False, together=np.mean),
        "TF-IDF cosine, log of counts, nearest": by_cosine(articles, damped=True, together=np.max),
        "TF-IDF cosine, log of counts, mean": by_cosine(articles, damped=True, together=np.mean),
        "collector": by_examples(articles),
    }
    for name, rank in contestants.items():
        print(f"  {name:40}{mean_average_precision(events, rank):.4f}", flush=True)
    examples = Examples([articles[place] for places in events.values() for place in places[:1]])
    records = [said(article) for article in articles]
    started = time.process_time()
    for record in records:
        examples.nearness(record)
    cost = 1e3 * (time.process_time() - started) / len(records)
    print(f"CPU beside the record, {len(events)} examples: {cost:.2f} ms an article")
    for name in (*STREAMS, "vi_tr", "neus_val"):
        _spread(name)


def _spread(name: str) -> None:
    """Prints quantiles of the similarity of pairs."""
    stream = read_stream(name)
    dice = random.Random(SEED)
    records = [said(article) for article in stream.articles]
    pairs: dict[bool, list[float]] = {True: [], False: []}
    for place in dice.sample(range(len(stream.articles)), min(60, len(stream.articles))):
        alone = Examples([stream.articles[place]])
        for other, value in enumerate(alone.nearness(record)[0] for record in records):
            if other != place:
                pairs[stream.stories[other] == stream.stories[place]].append(value)
    shares = (0.01, 0.1, 0.5, 0.9, 0.99)
    for is_same, label in ((True, "one event"), (False, "different events")):
        values = " ".join(f"{value:.2f}" for value in np.quantile(pairs[is_same], shares))
        print(f"  {name:10}{label:18} similarity at {shares}: {values}")


if __name__ == "__main__":
    main()
