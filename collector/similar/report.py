"""A report: what of an article is kept to compare it with other reports, as a record of fixed size.

Records of one size make restoring and comparing cheap: thousands are one array.

A term is a number of 32 bits: its id, where it stands (`LEAD`, `TITLE`, `NAME`, `NUMBER`), and how often, on a
logarithmic scale in sixteenths. A term of 0 is an empty place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain

import numpy as np

from collector.languages import detect
from collector.similar.article import Article
from collector.similar.common import rarity
from collector.similar.concepts import concepts_of
from collector.similar.ids import CONCEPT, SIZE, term_id
from collector.similar.sketch import KEPT, sketch
from collector.similar.tokens import Token, tokens_of

VERSION = 1
WORDS, PHRASES, FOREIGN = 160, 64, 128
RECORD = np.dtype(
    [
        ("version", "u1"),
        ("language", "<u4"),
        ("clock", "u1"),
        ("when", "<i8"),
        ("length", "<u2"),
        ("shingles", "<u2"),
        ("crowd", "u1"),
        ("home", "u1"),
        ("words", "<u4", WORDS),
        ("phrases", "<u4", PHRASES),
        ("foreign", "<u4", FOREIGN),
        ("sketch", "<u4", KEPT),
    ]
)
UNKNOWN = 0  # `language`: nobody knows it
UNDATED, DAY, TIME = range(3)  # `clock`: what the publisher claims; `when` (seconds) is else when we first saw it

IDS = np.uint32(SIZE - 1)
LEAD, TITLE, NAME, NUMBER = (np.uint32(1 << bit) for bit in (21, 22, 23, 24))
_COUNT = 25  # the bit where the count begins
_COUNT_STEPS = 16

_END = Token()  # what ends a sentence

_READ = 6_000  # characters of a text: what comes later is background
_LEAD = 80  # tokens after the title that tell what happened
_PHRASED = 160  # tokens of the text whose phrases are kept
_PLAIN = 1.5  # rarity below which a word makes no phrase
_LEAD_COUNTS = 1.5  # how much more a term of the lead is worth keeping
# In a foreign text a sound is worth more than four letters, and a number or a country more than both.
_GRAMS_COUNT, _SOUNDS_COUNT, _MARKS_COUNT = 1.0, 1.5, 2.0


def read(article: Article, seen_at: datetime) -> np.void:
    """The record of an article. A language that nobody knows is guessed from the text."""
    language = article.language or detect(article.text or article.title)
    title, text = tokens(article, language)
    record = np.zeros((), RECORD)
    record["version"] = VERSION
    record["language"] = _language_code(language)
    record["clock"], record["when"] = _time(article, seen_at)
    record["length"] = sum(len(token.words) for token in text)
    record["sketch"], shingles = sketch(article.text or article.title)
    record["shingles"] = min(shingles, 65_535)
    _fill(record["words"], _words(title, text))
    _fill(record["phrases"], _phrases(title, text))
    _fill(record["foreign"], _foreign(language, title, text))
    return record[()]


def tokens(article: Article, language: str | None) -> tuple[list[Token], list[Token]]:
    """The tokens of an article's title, and those of its text as far as it is read."""
    known = tokens_of(language)
    return known.read(article.title[:500]), known.read(article.text[:_READ])


def language_of(record: np.void) -> str | None:
    """The language that the article was read in."""
    return int(record["language"]).to_bytes(4, "big").decode().strip("\0") or None


def _language_code(language: str | None) -> int:
    return int.from_bytes((language or "").encode()[:4].rjust(4, b"\0"), "big")


def pack(record: np.void) -> bytes:
    """The record as bytes, the version first."""
    return record.tobytes()


def unpack(packed: Iterable[bytes]) -> np.ndarray:
    """The records of many reports. Raises ValueError for a version that is not known."""
    parts = list(packed)
    if any(len(part) != RECORD.itemsize or part[0] != VERSION for part in parts):
        raise ValueError("packed by another version")
    return np.frombuffer(b"".join(parts), RECORD)


def counts(terms: np.ndarray) -> np.ndarray:
    """How much each term is said: 1 + the logarithm of how often, 0 for an empty place (float32)."""
    return (terms >> np.uint32(_COUNT)).astype(np.float32) / _COUNT_STEPS


def _time(article: Article, seen_at: datetime) -> tuple[int, int]:
    at = article.published_at
    if at is None:
        return UNDATED, int(seen_at.timestamp())
    at = at.astimezone(UTC)
    is_day = not (at.hour or at.minute or at.second)
    return (DAY if is_day else TIME), int(at.timestamp())


def _fill(place: np.ndarray, terms: np.ndarray) -> None:
    place[: len(terms)] = terms


def _words(title: list[Token], text: list[Token]) -> np.ndarray:
    """The words that say most, with where they stand; in order of what they are worth."""
    found = Counter(chain.from_iterable(token.words for token in chain(title, text)))
    ids = np.fromiter(found, np.uint32, len(found))
    said = 1 + np.log(np.fromiter(found.values(), np.float32, len(found)))
    lead = set(chain.from_iterable(token.words for token in chain(title, text[:_LEAD])))
    flags = np.zeros(len(ids), np.uint32)
    for flag, those in (
        (LEAD, lead),
        (TITLE, set(chain.from_iterable(token.words for token in title))),
        (NAME, {word for token in _names(title, text) for word in token.words}),
        (NUMBER, {word for token in chain(title, text) if token.number for word in token.words}),
    ):
        flags |= np.where(np.fromiter((word in those for word in found), bool, len(found)), flag, np.uint32(0))
    worth = said * rarity(ids) * np.where(flags & LEAD, _LEAD_COUNTS, 1.0)
    return _coded(ids, said, flags, worth, WORDS)


def _phrases(title: list[Token], text: list[Token]) -> np.ndarray:
    """Words that follow one another, but for plain ones between them, within a sentence; the rarest pairs."""
    words = [word for token in chain(title, (_END,), text[:_PHRASED]) for word in token.words[:1] or (-1,)]
    ids = np.array(words, np.int64)
    worth = np.where(ids < 0, 0, rarity(ids))
    telling = (ids < 0) | (worth >= _PLAIN)
    ids, worth = ids[telling], worth[telling]
    pairs = ((ids[:-1] * 0x9E3779B1 + ids[1:]) >> 7 & (SIZE - 1)).astype(np.uint32)
    is_pair = (ids[:-1] >= 0) & (ids[1:] >= 0)
    pairs, first = np.unique(pairs[is_pair], return_index=True)
    worth = (worth[:-1] + worth[1:])[is_pair][first]
    return _coded(pairs, np.ones(len(pairs), np.float32), np.zeros(len(pairs), np.uint32), worth, PHRASES)


def _coded(ids: np.ndarray, said: np.ndarray, flags: np.ndarray, worth: np.ndarray, most: int) -> np.ndarray:
    kept = np.lexsort((ids, -worth))[:most]
    steps = np.minimum(np.round(said[kept] * _COUNT_STEPS), 127).astype(np.uint32)
    return ids[kept] | flags[kept] | steps << np.uint32(_COUNT)


def _names(title: list[Token], text: list[Token]) -> Iterable[Token]:
    """Words with a capital that they do not owe to the start of a sentence or to the style of headlines."""
    cased = [token for token in title if token.is_cased]
    if sum(token.is_capital for token in cased) <= 0.6 * len(cased):
        yield from _capitals(title)
    yield from _capitals(text)


def _capitals(tokens: list[Token]) -> Iterable[Token]:
    is_start = True
    for token in tokens:
        if token.is_capital and not is_start:
            yield token
        is_start = not token.terms and not token.number


def _foreign(language: str | None, title: list[Token], text: list[Token]) -> np.ndarray:
    """What a text in another language may share: letters, sounds, numbers and what has a name everywhere."""
    both = title + text
    kinds = (
        (_GRAMS_COUNT, Counter(chain.from_iterable(token.grams for token in both))),
        (_SOUNDS_COUNT, Counter(chain.from_iterable(t.sounds for t in both if t.is_capital or not t.is_cased))),
        (_MARKS_COUNT, Counter(chain(_numbers(both), _concepts(language, title), _concepts(language, text)))),
    )
    ids = np.fromiter(chain.from_iterable(found for _, found in kinds), np.uint32)
    said = np.concatenate(
        [count * (1 + np.log(np.fromiter(found.values(), np.float32, len(found)))) for count, found in kinds]
    )
    ids, first = np.unique(ids, return_index=True)
    said = said[first]
    return _coded(ids, said, np.zeros(len(ids), np.uint32), said * rarity(ids), FOREIGN)


def _numbers(tokens: list[Token]) -> Iterable[int]:
    return (token.words[0] for token in tokens if token.number and token.words)


def _concepts(language: str | None, tokens: list[Token]) -> Iterable[int]:
    stems = [stem for token in tokens for stem in token.stems]
    return (term_id(CONCEPT, code) for code in concepts_of(language).find(stems))
