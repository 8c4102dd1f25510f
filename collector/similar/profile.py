"""An article -> its profile: what of it is compared, as numbers; small enough to be kept for every article.

A profile has parts. Of each part it keeps the terms that weigh most, and how often the article has them, on a
logarithmic scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from collector.languages import detect
from collector.similar.article import Article
from collector.similar.common import rarity
from collector.similar.concepts import concepts_of
from collector.similar.ids import CONCEPT, term_id
from collector.similar.tokens import Token, tokens_of

_READ = 6_000  # characters of a text: what comes later is background
_LEAD = 80  # tokens after the title that tell what happened

# The parts, and how many terms of each are kept.
PARTS = {"body": 160, "lead": 56, "title": 24, "names": 40, "marks": 24, "foreign": 128}
BODY, LEAD, TITLE, NAMES, MARKS, FOREIGN = range(len(PARTS))
# In a foreign text a sound is worth more than four letters, and a number or a country more than both.
_GRAMS_COUNT, _SOUNDS_COUNT, _MARKS_COUNT = 1.0, 1.5, 2.0


@dataclass(frozen=True, slots=True)
class Profile:
    """`ids` and `weights` of all parts one after another; part p is from `ends[p - 1]` to `ends[p]`.

    `length` is the number of words that the article has, at most those of its first 6,000 characters.
    """

    language: str | None
    length: int
    ids: np.ndarray  # int32
    weights: np.ndarray  # float32
    ends: tuple[int, ...]

    def part(self, part: int) -> slice:
        """Where a part lies in `ids` and `weights`."""
        return slice(self.ends[part - 1] if part else 0, self.ends[part])


def profile(article: Article) -> Profile:
    """The profile of an article. A language that nobody knows is guessed from the text."""
    language = article.language or detect(article.text or article.title)
    tokens = tokens_of(language)
    title, text = tokens.read(article.title[:500]), tokens.read(article.text[:_READ])
    both = title + text
    grams, sounds = _counted(_ids(both, "grams")), _counted(_sounds(both))
    marks = _counted(chain(_numbers(both), _concepts(language, title), _concepts(language, text)))
    parts = (
        _counted(_ids(both, "words")),
        _counted(_ids(title + text[:_LEAD], "words")),
        _counted(set(_ids(title, "words"))),
        _counted(_names(title, text)),
        marks,
        _joined((grams, _GRAMS_COUNT), (sounds, _SOUNDS_COUNT), (marks, _MARKS_COUNT)),
    )
    kept = [_heaviest(*part, most) for part, most in zip(parts, PARTS.values(), strict=True)]
    return Profile(
        language,
        sum(len(token.words) for token in both),
        np.concatenate([ids for ids, _ in kept]),
        np.concatenate([weights for _, weights in kept]),
        tuple(np.cumsum([len(ids) for ids, _ in kept]).tolist()),
    )


Part = tuple[np.ndarray, np.ndarray]


def _counted(ids: Iterable[int]) -> Part:
    """Each id once, with 1 + log of how often it came."""
    found, counts = np.unique(np.fromiter(ids, np.int32), return_counts=True)
    return found, (1 + np.log(counts)).astype(np.float32)


def _joined(*parts: tuple[Part, float]) -> Part:
    """Parts that have no id in common as one, each with what it counts."""
    ids = np.concatenate([ids for (ids, _), _ in parts])
    weights = np.concatenate([weights * np.float32(count) for (_, weights), count in parts])
    order = np.argsort(ids, kind="stable")
    return ids[order], weights[order]


def _heaviest(ids: np.ndarray, weights: np.ndarray, most: int) -> Part:
    if len(ids) <= most:
        return ids, weights
    worth = weights * rarity(ids)
    kept = np.sort(np.argsort(-worth, kind="stable")[:most])
    return ids[kept], weights[kept]


def _ids(tokens: list[Token], field: str) -> Iterator[int]:
    at = Token._fields.index(field)
    return chain.from_iterable([token[at] for token in tokens])


def _sounds(tokens: list[Token]) -> Iterator[int]:
    """Of names, where the script shows which words are names, else of every word."""
    return chain.from_iterable(token.sounds for token in tokens if token.is_capital or not token.is_cased)


def _numbers(tokens: list[Token]) -> Iterator[int]:
    return (token.words[0] for token in tokens if token.number and token.words)


def _concepts(language: str | None, tokens: list[Token]) -> Iterator[int]:
    stems = [stem for token in tokens for stem in token.stems]
    return (term_id(CONCEPT, code) for code in concepts_of(language).find(stems))


def _names(title: list[Token], text: list[Token]) -> Iterator[int]:
    """Words with a capital that it does not owe to the start of a sentence or to the style of headlines."""
    if not _is_title_case(title):
        yield from _capitals(title)
    yield from _capitals(text)


def _capitals(tokens: list[Token]) -> Iterator[int]:
    is_start = True
    for token in tokens:
        if token.is_capital and not is_start and token.name:
            yield token.name
        is_start = not token.terms and not token.number


def _is_title_case(title: list[Token]) -> bool:
    words = [token for token in title if token.is_cased]
    return sum(token.is_capital for token in words) > 0.6 * len(words)
