"""What two reports share, in words that a reader can check: as they stand in the later one."""

from __future__ import annotations

import numpy as np

from collector.similar.article import Article
from collector.similar.commonness import Commonness
from collector.similar.report import IDS, NAME, NUMBER, language_of, tokens
from collector.similar.tokens import Token

_MOST = 8


def shared(article: Article, mine: np.void, other: np.void, common: Commonness) -> dict[str, tuple[str, ...]]:
    """The names, words and numbers that an article (its record is `mine`) shares with a report, the rarest first.

    Between languages, what both name in their own way is written as here.
    """
    found: dict[str, list[str]] = {"names": [], "words": [], "numbers": []}
    kind = "words" if mine["language"] == other["language"] else "foreign"
    terms = mine[kind]
    theirs = {int(term): other_flags for term, other_flags in zip(other[kind] & IDS, other[kind].tolist(), strict=True)}
    written = _written(article, language_of(mine), kind)
    for place in np.argsort(-common.rarity(terms & IDS), kind="stable").tolist():
        term = int(terms[place] & IDS)
        if not terms[place] or term not in theirs or term not in written:
            continue
        flags = int(terms[place]) | theirs[term]
        word, is_number = written[term]
        is_name = (flags & int(NAME) or kind == "foreign") and (word[0].isupper() or word[0] == word[0].upper())
        into = found["numbers" if flags & int(NUMBER) or is_number else "names" if is_name else "words"]
        if len(into) < _MOST and word not in into:
            into.append(word)
    return {name: tuple(words) for name, words in found.items()}


def _written(article: Article, language: str | None, kind: str) -> dict[int, tuple[str, bool]]:
    """Term -> how the article writes it where it comes first, and whether that is a number."""
    title, text = tokens(article, language)
    written: dict[int, tuple[str, bool]] = {}
    for token in (*title, *text):
        for term, word in _terms(token, kind):
            written.setdefault(term, (word, bool(token.number)))
    return written


def _terms(token: Token, kind: str) -> list[tuple[int, str]]:
    if kind == "words":
        return list(zip(token.words, token.terms, strict=False))
    ids = (*token.sounds, *(token.words if token.number else ()))
    return [(term, "".join(token.terms)) for term in ids] if token.terms else []
