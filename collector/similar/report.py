"""A report: what of an article is kept to compare it with other reports, as a record of fixed size.

Records of one size make restoring and comparing cheap: thousands are one array.

A term is a number of 32 bits: its id, where it stands (`LEAD`, `TITLE`, `NAME`, `NUMBER`), and how often, on a
logarithmic scale in sixteenths. A term of 0 is an empty place.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain, pairwise

import numpy as np

from collector.similar.article import Article
from collector.similar.common import rarity
from collector.similar.ids import SIZE
from collector.similar.reading import Reading, reading, tally
from collector.similar.sketch import KEPT, sketch
from collector.similar.tokens import Token
from collector.text.languages import detect

VERSION = 2
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
        ("days", "u1"),
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

# An article is read when it is collected, to compare it with the corpus, and soon again to be placed in a story.
_REMEMBERED = 2_000
_remembered: OrderedDict[bytes, np.void] = OrderedDict()

_END = Token()  # what ends a sentence

_LEAD = 80  # tokens (of days: terms) after the title that tell what happened
_PHRASED = 160  # tokens of the text whose phrases are kept
_PLAIN = 1.5  # rarity below which a word makes no phrase
_LEAD_COUNTS = 1.5  # how much more a term of the lead is worth keeping
# In a foreign text a sound is worth more than four letters, and a number or a country more than both.
_GRAMS_COUNT, _SOUNDS_COUNT, _MARKS_COUNT = 1.0, 1.5, 2.0


def read(article: Article, seen_at: datetime) -> np.void:
    """The record of an article. A language that nobody knows is guessed from the text."""
    record = said(article)
    record["clock"], record["when"] = _time(article, seen_at)
    return record


def said(article: Article) -> np.void:
    """The record of what an article says, whenever it says it: without its times."""
    known = (article.language or "", article.title, article.text)
    key = hashlib.blake2b("\0".join(known).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    record = _remembered.get(key)
    if record is None:
        record = _remembered[key] = _read(article)
        if len(_remembered) > _REMEMBERED:
            _remembered.popitem(last=False)
    return record.copy()


def _read(article: Article) -> np.void:
    read = reading(article, article.language or detect(article.text or article.title))
    record = np.zeros((), RECORD)
    record["version"] = VERSION
    record["language"] = _language_code(read.language)
    record["length"] = sum(len(token.words) for token in read.text)
    record["sketch"], shingles = sketch(article.text or article.title)
    record["shingles"] = min(shingles, 65_535)
    record["days"] = read.days(_LEAD)
    _fill(record["words"], _words(read))
    _fill(record["phrases"], _phrases(read))
    _fill(record["foreign"], _foreign(read))
    return record[()]


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


def _words(reading: Reading) -> np.ndarray:
    """The words that say most, with where they stand; in order of what they are worth."""
    found = tally((token.words, count) for token, count in reading.often)
    flags = dict.fromkeys(found, 0)
    for flag, those in (
        (LEAD, chain(reading.title, reading.text[:_LEAD])),
        (TITLE, reading.title),
        (NAME, _names(reading)),
        (NUMBER, (token for token, _ in reading.often if token.number)),
    ):
        for word in {word for token in those for word in token.words}:
            flags[word] |= int(flag)
    (ids, counts), (_, where) = _columns(found), _columns(flags)
    said = _said(counts)
    worth = said * rarity(ids) * np.where(where & LEAD, _LEAD_COUNTS, 1.0)
    return _coded(ids, said, where, worth, WORDS)


def _phrases(reading: Reading) -> np.ndarray:
    """Words that follow one another, but for plain ones between them, within a sentence; the rarest pairs."""
    places = chain(reading.title, (_END,), reading.text[:_PHRASED])
    words = [token.words[0] if token.words else -1 for token in places]
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


def _names(reading: Reading) -> Iterable[Token]:
    """Words with a capital that they do not owe to the start of a sentence or to the style of headlines."""
    cased = [token for token in reading.title if token.is_cased]
    if sum(token.is_capital for token in cased) <= 0.6 * len(cased):
        yield from _capitals(reading.title)
    yield from _capitals(reading.text)


def _capitals(tokens: list[Token]) -> Iterable[Token]:
    return (token for before, token in pairwise(tokens) if token.is_capital and (before.terms or before.number))


def _foreign(reading: Reading) -> np.ndarray:
    """What a text in another language may share: letters, sounds, numbers and what has a name everywhere."""
    sounds = tally((token.sounds, count) for token, count in reading.often)
    marks = tally(_marks(reading))
    kinds = (_GRAMS_COUNT, *reading.grams()), (_SOUNDS_COUNT, *_columns(sounds)), (_MARKS_COUNT, *_columns(marks))
    ids = np.concatenate([ids for _, ids, _ in kinds])
    said = np.concatenate([worth * _said(counts) for worth, _, counts in kinds])
    ids, first = np.unique(ids, return_index=True)
    said = said[first]
    return _coded(ids, said, np.zeros(len(ids), np.uint32), said * rarity(ids), FOREIGN)


def _marks(reading: Reading) -> Iterable[tuple[tuple[int, ...], int]]:
    yield from ((token.words[:1], count) for token, count in reading.often if token.number)
    yield from (((concept,), 1) for concept in reading.concepts())


def _columns(found: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.fromiter(found, np.uint32, len(found)), np.fromiter(found.values(), np.uint32, len(found))


def _said(counts: np.ndarray) -> np.ndarray:
    return 1 + np.log(counts.astype(np.float32))
