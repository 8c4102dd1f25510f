"""What two reports share, in words that a reader can check: as they stand in the later one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from collector.similar.article import Article
from collector.similar.commonness import Commonness
from collector.similar.reading import reading
from collector.similar.report import IDS, NAME, language_of
from collector.similar.tokens import Token

_MOST = 8
_LOOKED_AT = 60  # shared terms: the rarest


def shared(article: Article, mine: np.void, other: np.void, common: Commonness) -> dict[str, tuple[str, ...]]:
    """The names, words and numbers that an article (its record is `mine`) shares with a report, the rarest first.

    Between languages, what both name in their own way is written as here.
    """
    kind = "words" if mine["language"] == other["language"] else "foreign"
    terms = mine[kind]
    flags = dict(zip((other[kind] & IDS).tolist(), other[kind].tolist(), strict=True))
    common_to_both = terms[(terms != 0) & np.isin(terms & IDS, other[kind] & IDS)]
    order = np.argsort(-common.rarity(common_to_both & IDS), kind="stable")[:_LOOKED_AT]
    wanted = {int(term & IDS): int(term) | flags[int(term & IDS)] for term in common_to_both[order]}
    written = _written(article, language_of(mine), kind, set(wanted))
    found: dict[str, list[str]] = {"names": [], "words": [], "numbers": []}
    for term, where in wanted.items():
        if term not in written:
            continue
        word = written[term]
        is_name = (where & int(NAME) or kind == "foreign") and word[0] == word[0].upper()
        into = found["numbers" if word[0].isdigit() else "names" if is_name else "words"]
        if len(into) < _MOST and word not in into:
            into.append(word)
    return {name: tuple(words) for name, words in found.items()}


def _written(article: Article, language: str | None, kind: str, wanted: set[int]) -> dict[int, str]:
    """Term -> how the article writes it where it comes first."""
    written: dict[int, str] = {}
    for token, _ in reading(article, language).often:
        for term, word in _terms(token, kind):
            if term in wanted:
                written[term] = word
                wanted.discard(term)
        if not wanted:
            break
    return written


def _terms(token: Token, kind: str) -> Iterable[tuple[int, str]]:
    if kind == "words" or token.number:
        return zip(token.words, token.terms, strict=False)
    return ((term, "".join(token.terms)) for term in token.sounds)
