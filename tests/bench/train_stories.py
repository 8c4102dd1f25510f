"""Learns when a report is of a story's event, and writes collector/similar/scorer.npz.

    python -m tests.bench.train_stories

Streams are replayed with their true stories, whole and in small parts, in several guises: as they are, lower-cased and
without dates, as headlines, all at one time, cut short, as in a language that nothing is known of. For each report and
each story that shares words with it the features are kept, and whether it is of that story; boosted trees that may move
only with the evidence are fitted to that.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
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

DEPTH, TREES, RATE = 3, 160, 0.07
# Two forests are averaged, each blind to something that one kind of text teaches and another contradicts.
_HIDDEN = (("rare", "rare_names", "numbers", "rare_phrases"), ("short", "long", "size"))
_SMALL = 90  # small streams of each stream
_UNSEEN = 0.1  # of the reports never come
_APART = 0.12  # of the reports start a second story of their event, as they do when grouping is not perfect
START = datetime(2021, 1, 1, tzinfo=UTC)

Guise = Callable[[Article, random.Random], Article]
_PLAIN, _OTHER = "bcdfghjklmnpqrstvwxzaeiouyBCDFGHJKLMNPQRSTVWXZAEIOUY", "kstrvnmplbdgzfhxcqjwoiaueyKSTRVNMPLBDGZFHXCQJWOIAUEY"
_CIPHER = str.maketrans(_PLAIN, _OTHER)


def _snippet(article: Article, dice: random.Random) -> Article:
    return replace(article, title=article.title.lower(), text=article.text[:300].lower(), published_at=None)


def _headline(article: Article, dice: random.Random) -> Article:
    return replace(article, text="" if article.title else article.text[:80])


def _cut(article: Article, dice: random.Random) -> Article:
    length, at = dice.choice((0, 150, 400, 1_000, 3_000)), dice.choice((None, article.published_at))
    return replace(article, text=article.text[:length], published_at=at)


def _unknown(article: Article, dice: random.Random) -> Article:
    """As a language of which nothing is known looks: no word is common, none has a stem."""
    title, text = article.title.translate(_CIPHER), article.text[: dice.choice((300, 6_000))].translate(_CIPHER)
    return replace(article, language="qxx", title=title, text=text)


def _one_time(article: Article, dice: random.Random) -> Article:
    return replace(article, published_at=START)


GUISES: dict[str, Guise] = {
    "as it is": lambda article, dice: article,
    "snippets": _snippet,
    "headlines": _headline,
    "one time": _one_time,
    "cut short": _cut,
    "unknown language": _unknown,
}
HEADLINES = ("as it is", "snippets", "unknown language")  # the guises of a stream that has no texts
Examples = tuple[np.ndarray, np.ndarray]


def examples(stream: Stream, guise: Guise, seed: int = 1) -> Examples:
    """The features of each report beside each near story, and whether it is of it."""
    dice = random.Random(seed)
    grouper = Grouper()
    parts: dict[str, list[int]] = {}  # of each true story
    of: dict[int, str] = {}
    tables, truths = [np.zeros((0, len(FEATURES)), np.float32)], [np.zeros(0, bool)]
    for number, (article, story) in enumerate(zip(stream.articles, stream.stories, strict=True), 1):
        record = read(guise(article, dice), article.published_at or START)
        if (look := grouper.look(record)) is not None:
            tables.append(look.beside.table)
            truths.append(np.array([of[part] == story for part in look.beside.stories.tolist()]))
        if dice.random() < _UNSEEN:
            continue
        if story not in parts or dice.random() < _APART:
            parts.setdefault(story, []).append(len(of) + 1)
            of[len(of) + 1] = story
        part = dice.choice(parts[story])
        if look is not None:
            look.beside.settle(record, part)
        grouper.keep(number, part, record)
    return np.concatenate(tables), np.concatenate(truths)


def small_streams(stream: Stream, count: int, seed: int = 2) -> Iterator[Stream]:
    """Days on which little happened, most of it alike: a story, those most like it, and a few others."""
    dice = random.Random(seed)
    texts: dict[str, str] = {}
    for article, story in zip(stream.articles, stream.stories, strict=True):
        texts[story] = f"{texts.get(story, '')} {article.title} {article.text[:1_000]}"
    from sklearn.feature_extraction.text import TfidfVectorizer

    table = TfidfVectorizer(sublinear_tf=True).fit_transform(texts.values())
    names = list(texts)
    for _ in range(count):
        near = np.argsort(-(table @ table[dice.randrange(len(names))].T).toarray().ravel())
        some = {names[at] for at in near[: dice.randint(2, 5)]} | set(dice.sample(names, dice.randint(0, 3)))
        kept = [at for at, story in enumerate(stream.stories) if story in some]
        if len(kept) > 40:
            kept = sorted(dice.sample(kept, 40))
        yield Stream(stream.name, [stream.articles[at] for at in kept], [stream.stories[at] for at in kept])


def all_examples(name: str) -> Examples:
    """What a stream teaches, in all its guises, whole and in small parts."""
    stream = read_stream(name)
    has_texts = any(article.text for article in stream.articles)
    guises = [guise for label, guise in GUISES.items() if has_texts or label in HEADLINES]
    found = [examples(stream, guise) for guise in guises]
    for at, small in enumerate(small_streams(stream, _SMALL)):
        found.append(examples(small, guises[at % len(guises)], seed=at))
    tables, truths = zip(*found, strict=True)
    return np.concatenate(tables), np.concatenate(truths)


def learn(sources: Sequence[str], *, cache: dict[str, Examples] | None = None) -> Scorer:
    """A scorer learned from some sources of streams; each source weighs as much."""
    from lightgbm import LGBMClassifier

    known = {} if cache is None else cache
    tables, truths, weights = [], [], []
    for source in sources:
        for name in SOURCES[source]:
            if name not in known:
                known[name] = all_examples(name)
        table, truth = (np.concatenate([known[name][at] for name in SOURCES[source]]) for at in (0, 1))
        tables.append(table)
        truths.append(truth)
        weights.append(np.full(len(truth), 1 / np.sqrt(truth.sum())))
    weight = np.concatenate(weights)
    models = []
    for hidden in _HIDDEN:
        table = np.where(np.isin(list(FEATURES), hidden), np.float32(0), np.concatenate(tables))
        model = LGBMClassifier(
            n_estimators=TREES, learning_rate=RATE, max_depth=DEPTH, num_leaves=2**DEPTH, min_child_samples=40,
            monotone_constraints=list(FEATURES.values()), reg_lambda=5.0, subsample=0.8, subsample_freq=1,
            colsample_bytree=0.7, random_state=1, n_jobs=1, verbose=-1, deterministic=True,
        )  # fmt: skip
        model.fit(table, np.concatenate(truths), sample_weight=weight / weight.mean())
        models.append(model.booster_.dump_model())
    return as_scorer(models)


def as_scorer(models: Sequence[dict]) -> Scorer:
    """What LightGBM learned as complete trees: a leaf above the bottom is repeated below. The mean of the models."""
    trees = [info["tree_structure"] for model in models for info in model["tree_info"]]
    inner = 2**DEPTH - 1
    count = len(trees)
    feature, threshold = np.zeros((count, inner), np.int8), np.full((count, inner), np.inf, np.float32)
    nan_left, value = np.ones((count, inner), bool), np.zeros((count, inner + 1), np.float32)

    def fill(tree: int, node: int, of: dict) -> None:
        if node >= inner:
            value[tree, node - inner] = of["leaf_value"] / len(models)
        elif "leaf_value" in of:
            fill(tree, 2 * node + 1, of)
            fill(tree, 2 * node + 2, of)
        else:
            feature[tree, node], threshold[tree, node] = of["split_feature"], min(of["threshold"], 3e38)
            nan_left[tree, node] = of["default_left"]
            fill(tree, 2 * node + 1, of["left_child"])
            fill(tree, 2 * node + 2, of["right_child"])

    for tree, structure in enumerate(trees):
        fill(tree, 0, structure)
    return Scorer(feature, threshold, nan_left, value)


def main() -> None:
    scorer = learn(list(SOURCES))
    path = Path(shipped.__file__).with_name(shipped.TABLE)
    scorer.save(path)
    print(f"{path.stat().st_size / 1024:.0f} KiB: {path}")


if __name__ == "__main__":
    main()
