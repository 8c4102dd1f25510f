"""Learns when a report is of a story's event, and writes collector/similar/scorer.npz.

    python -m tests.bench.train_stories

Streams are replayed with their true stories, in several guises: as they are, lower-cased, as headlines, without dates,
all at one time, cut short. For each report and each story that shares words with it the features are kept, and whether it is
of that story; boosted trees that may only move with the evidence are fitted to that.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from collector.similar import Article
from collector.similar import scorer as shipped
from collector.similar.features import FEATURES
from collector.similar.grouper import Grouper
from collector.similar.report import read
from collector.similar.scorer import Scorer
from tests.bench.streams import SOURCES, Stream, read_stream

DEPTH, TREES, RATE = 4, 220, 0.07
_UNSEEN = 0.1  # of the reports never come
_APART = 0.12  # of the reports start a second story of their event, as they do when grouping is not perfect
START = datetime(2021, 1, 1, tzinfo=UTC)

Guise = Callable[[Article, random.Random], Article]
GUISES: dict[str, Guise] = {
    "as it is": lambda article, dice: article,
    "lower case, undated": lambda article, dice: replace(
        article, title=article.title.lower(), text=article.text[:300].lower(), published_at=None
    ),
    "headlines": lambda article, dice: replace(article, text="" if article.title else article.text[:80]),
    "one time": lambda article, dice: replace(article, published_at=START),
    "cut short": lambda article, dice: replace(
        article, text=article.text[: dice.choice((0, 150, 400, 1_000, 3_000))], published_at=dice.choice((None, article.published_at))
    ),
}  # fmt: skip


def examples(stream: Stream, guise: Guise, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """The features of each report beside each near story, and whether it is of it."""
    dice = random.Random(seed)
    grouper = Grouper()
    parts: dict[str, list[int]] = {}  # of each true story
    of: dict[int, str] = {}
    tables, truths = [], []
    for number, (article, story) in enumerate(zip(stream.articles, stream.stories, strict=True), 1):
        record = read(guise(article, dice), article.published_at or START)
        if (look := grouper.look(record)) is not None:
            tables.append(look.beside.table)
            truths.append([of[part] == story for part in look.beside.stories.tolist()])
            record["crowd"] = round(255 * look.beside.crowd)
        if dice.random() < _UNSEEN:
            continue
        if story not in parts or dice.random() < _APART:
            parts.setdefault(story, []).append(len(of) + 1)
            of[len(of) + 1] = story
        grouper.keep(number, dice.choice(parts[story]), record)
    return np.concatenate(tables), np.concatenate(truths)


def learn(sources: Sequence[str], *, trees: int = TREES, cache: dict | None = None) -> Scorer:
    """A scorer learned from some sources of streams; each source weighs as much."""
    from lightgbm import LGBMClassifier

    tables, truths, weights = [], [], []
    for source in sources:
        parts = [found for name in SOURCES[source] for found in _all_guises(name, cache)]
        table, truth = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        tables.append(table)
        truths.append(truth)
        weights.append(np.full(len(truth), 1 / np.sqrt(truth.sum())))
    model = LGBMClassifier(
        n_estimators=trees, learning_rate=RATE, max_depth=DEPTH, num_leaves=2**DEPTH, min_child_samples=40,
        monotone_constraints=list(FEATURES.values()), monotone_constraints_method="advanced", reg_lambda=5.0,
        subsample=0.8, subsample_freq=1, colsample_bytree=0.7, random_state=1, n_jobs=1, verbose=-1, deterministic=True,
    )  # fmt: skip
    weight = np.concatenate(weights)
    model.fit(np.concatenate(tables), np.concatenate(truths), sample_weight=weight / weight.mean())
    return as_scorer(model.booster_.dump_model())


def _all_guises(name: str, cache: dict | None) -> list[tuple[np.ndarray, np.ndarray]]:
    known = cache if cache is not None else {}
    if name not in known:
        stream = read_stream(name)
        has_texts = any(article.text for article in stream.articles)
        guises = [guise for name, guise in GUISES.items() if has_texts or name in ("as it is", "lower case, undated")]
        known[name] = [examples(stream, guise) for guise in guises]
    return known[name]


def as_scorer(model: dict) -> Scorer:
    """What LightGBM learned as complete trees: a leaf above the bottom is repeated below."""
    inner = 2**DEPTH - 1
    count = len(model["tree_info"])
    feature, threshold = np.zeros((count, inner), np.int8), np.full((count, inner), np.inf, np.float32)
    nan_left, value = np.ones((count, inner), bool), np.zeros((count, inner + 1), np.float32)

    def fill(tree: int, node: int, of: dict) -> None:
        if node >= inner:
            value[tree, node - inner] = of["leaf_value"]
        elif "leaf_value" in of:
            fill(tree, 2 * node + 1, of)
            fill(tree, 2 * node + 2, of)
        else:
            feature[tree, node], threshold[tree, node] = of["split_feature"], min(of["threshold"], 3e38)
            nan_left[tree, node] = of["default_left"]
            fill(tree, 2 * node + 1, of["left_child"])
            fill(tree, 2 * node + 2, of["right_child"])

    for tree, info in enumerate(model["tree_info"]):
        fill(tree, 0, info["tree_structure"])
    return Scorer(feature, threshold, nan_left, value)


def main() -> None:
    scorer = learn(list(SOURCES))
    path = Path(shipped.__file__).with_name(shipped.TABLE)
    scorer.save(path)
    print(f"{path.stat().st_size / 1024:.0f} KiB: {path}")


if __name__ == "__main__":
    main()
