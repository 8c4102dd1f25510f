"""An article's tokens, as far as it is read: each in its place, and each once with how often it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from collector.similar.article import Article
from collector.similar.concepts import DAYS, concepts_of
from collector.similar.ids import CONCEPT, term_id
from collector.similar.tokens import Token, tokens_of

_TITLE = 500  # characters of a title
_TEXT = 6_000  # characters of a text: what comes later is background


@dataclass(frozen=True, slots=True)
class Reading:
    """`often` has every token once: an article has twice as many places as tokens. `named` are the codes of what title
    and text name (`concepts.py`), each with the terms of its part that are before it.
    """

    language: str | None
    title: list[Token]
    text: list[Token]
    often: list[tuple[Token, int]]
    named: list[tuple[int, str]]

    def grams(self) -> tuple[np.ndarray, np.ndarray]:
        """The ids of its letters, each once, and how often each comes."""
        ids = np.frombuffer(b"".join([token.grams for token, _ in self.often]), np.uint32)
        times = np.repeat([count for _, count in self.often], [len(token.grams) // 4 for token, _ in self.often])
        found, places = np.unique(ids, return_inverse=True)
        return found, np.bincount(places, times)

    def concepts(self) -> Iterable[int]:
        """The ids of what title and text name, each as often as they do."""
        return (term_id(CONCEPT, code) for _, code in self.named)

    def days(self, most: int) -> int:
        """The days of the week that the title and the first terms of the text name: a bit for each, Monday's first."""
        return sum({1 << DAYS[code] for at, code in self.named if at < most and code in DAYS})


def reading(article: Article, language: str | None) -> Reading:
    """The article as it is read in a language."""
    known = tokens_of(language)
    title, text = known.split(article.title[:_TITLE]), known.split(article.text[:_TEXT])
    counts = Counter(title + text)
    tokens = {written: known[written] for written in counts}
    often = list(zip(tokens.values(), counts.values(), strict=True))
    parts = [[tokens[written] for written in written_in] for written_in in (title, text)]
    concepts = concepts_of(language)
    named = [found for part in parts for found in concepts.find([stem for token in part for stem in token.stems])]
    return Reading(language, *parts, often, named)


def tally(found: Iterable[tuple[Iterable[int], int]]) -> dict[int, int]:
    """How often each id comes, of ids that come together so often."""
    counts: dict[int, int] = {}
    known = counts.get
    for ids, count in found:
        for one in ids:
            counts[one] = known(one, 0) + count
    return counts
