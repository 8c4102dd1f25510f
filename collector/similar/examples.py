"""Relevance by example: how near an article is to the nearest of some articles that were chosen by hand.

What counts is the article and the examples alone. How common a word is comes from a shipped table, so that neither the
order nor the amount of what is collected moves the number.

The number says, on texts of some length (`python -m tests.bench.relevance` prints how it is spread):

    below 0.2   nothing in common but the kind of text
    0.4         the same subject: people, places and words of an example come up again
    0.6         reports of one event
    0.95        the same text
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collector.similar.article import Article
from collector.similar.common import rarity
from collector.similar.report import IDS, LEAD, NAME, NUMBER, counts, said

METHOD = 2  # counted up when an article's number becomes another one: what is stored is then judged anew
# What the cosine of each part counts within one language.
_BODY, _LEAD, _NAMES, _NUMBERS = 0.45, 0.25, 0.2, 0.1
# Texts in two languages share only a part of what a translation would: their cosine is lifted to the other's scale.
_ABROAD = 1.5
_BEND = 0.67  # spreads the low values, where subjects differ, and brings "the same subject" to 0.4

Vector = tuple[np.ndarray, np.ndarray]  # ids, and what each weighs


class Examples:
    """The chosen articles. One that has no words is like nothing."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._keys = [article.key for article in articles]
        records = [said(article) for article in articles]
        self._languages = np.array([record["language"] for record in records])
        parts = [_parts(record) for record in records]
        self._tables = [_Table(vectors) for vectors in zip(*parts, strict=True)]

    def similarity(self, article: Article) -> tuple[float, str | None]:
        """How near the article is to the nearest example, from 0 to 1, and that one's key; (0.0, None) without any.

        An example itself, known by its key, is compared with the others.
        """
        if not self._keys:
            return 0.0, None
        near = self.nearness(said(article))
        if article.key in self._keys:
            near[self._keys.index(article.key)] = 0.0
        nearest = int(near.argmax())
        value = round(float(near[nearest]), 3)
        return value, self._keys[nearest] if value else None

    def nearness(self, record: np.void) -> np.ndarray:
        """How near what a record says is to each example, in their order."""
        *within, abroad = [table.dots(*part) for table, part in zip(self._tables, _parts(record), strict=True)]
        near = sum(share * dots for share, dots in zip((_BODY, _LEAD, _NAMES, _NUMBERS), within, strict=True))
        is_other = self._languages != record["language"]
        near = np.maximum(near, np.where(is_other, _ABROAD * abroad, 0.0))
        return np.minimum(1.0, near) ** _BEND


class _Table:
    """Vectors of one part, by term: which of them have it, and how much."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        self._count = len(vectors)
        ids = np.concatenate([ids for ids, _ in vectors])
        rows = np.repeat(np.arange(self._count), [len(ids) for ids, _ in vectors])
        order = np.argsort(ids, kind="stable")
        self._ids, self._rows = ids[order], rows[order]
        self._weights = np.concatenate([weights for _, weights in vectors])[order]

    def dots(self, ids: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The scalar product with each vector."""
        first, last = np.searchsorted(self._ids, ids, "left"), np.searchsorted(self._ids, ids, "right")
        lengths = last - first
        if not lengths.any():
            return np.zeros(self._count)
        starts = np.cumsum(lengths) - lengths
        places = np.arange(lengths.sum()) + np.repeat(first - starts, lengths)
        products = self._weights[places] * np.repeat(weights, lengths)
        return np.bincount(self._rows[places], products, self._count)


def _parts(record: np.void) -> tuple[Vector, ...]:
    """What is compared: all words, those of the lead (each once), names, numbers; and what languages share."""
    words = record["words"][record["words"] != 0]
    foreign = record["foreign"][record["foreign"] != 0]
    rare = rarity(words & IDS)
    said = counts(words) * rare
    chosen = [(words & flag != 0, weights) for flag, weights in ((LEAD, rare), (NAME, said), (NUMBER, said))]
    return (
        _unit(words, said),
        *(_unit(words[which], weights[which]) for which, weights in chosen),
        _unit(foreign, counts(foreign) * rarity(foreign & IDS)),
    )


def _unit(terms: np.ndarray, weights: np.ndarray) -> Vector:
    """A vector of length 1."""
    length = float(np.sqrt(weights @ weights))
    return terms & IDS, weights / length if length else weights
