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
from collector.similar.profile import BODY, FOREIGN, LEAD, MARKS, NAMES, Part, Profile, profile

# What the cosine of each part counts within one language.
_WITHIN = {BODY: 0.45, LEAD: 0.25, NAMES: 0.2, MARKS: 0.1}
# Texts in two languages share only a part of what a translation would: their cosine is lifted to the other's scale.
_ACROSS = {FOREIGN: 1.5}
_BEND = 0.7  # spreads the low values, where subjects differ, and brings "the same subject" to 0.4


class Examples:
    """The chosen articles. One that has no words is like nothing."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._keys = [article.key for article in articles]
        profiles = [profile(article) for article in articles]
        self._languages = [example.language for example in profiles]
        self._parts = {
            part: _Table([_unit(example, part) for example in profiles]) for part in (*_WITHIN, *_ACROSS)
        }

    def similarity(self, article: Article) -> tuple[float, str | None]:
        """How near the article is to the nearest example, from 0 to 1, and that one's key; (0.0, None) without any.

        An example itself, known by its key, is compared with the others.
        """
        return self.similarity_of(profile(article), article.key)

    def similarity_of(self, asked: Profile, key: str = "") -> tuple[float, str | None]:
        """The same for an article whose profile is known."""
        if not self._keys:
            return 0.0, None
        near = self.nearness(asked)
        if key in self._keys:
            near[self._keys.index(key)] = 0.0
        nearest = int(near.argmax())
        value = round(float(near[nearest]), 3)
        return value, self._keys[nearest] if value else None

    def nearness(self, asked: Profile) -> np.ndarray:
        """How near the article is to each example, in their order."""
        near = self._weighed(_WITHIN, asked)
        abroad = np.array([language != asked.language for language in self._languages])
        if abroad.any():
            near = np.maximum(near, np.where(abroad, self._weighed(_ACROSS, asked), 0.0))
        return np.minimum(1.0, near) ** _BEND

    def _weighed(self, worth: dict[int, float], asked: Profile) -> np.ndarray:
        return sum(share * self._parts[part].dots(*_unit(asked, part)) for part, share in worth.items())


class _Table:
    """Vectors of one part, by term: which of them have it, and how much."""

    def __init__(self, vectors: Sequence[Part]) -> None:
        self._count = len(vectors)
        ids = np.concatenate([ids for ids, _ in vectors]) if vectors else np.zeros(0, np.int32)
        rows = np.repeat(np.arange(self._count), [len(ids) for ids, _ in vectors])
        order = np.argsort(ids, kind="stable")
        self._rows = rows[order]
        self._weights = np.concatenate([weights for _, weights in vectors])[order] if vectors else ids
        self._ids = ids[order]

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


def _unit(of: Profile, part: int) -> Part:
    """A part as a vector of length 1."""
    ids = of.ids[of.part(part)]
    weights = of.weights[of.part(part)] * rarity(ids)
    length = float(np.sqrt(weights @ weights))
    return ids, weights / length if length else weights
