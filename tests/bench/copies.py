"""Is a text a copy? Texts changed as copies are, against other reports of the same event.

    python -m tests.bench.copies

F1 and precision over pairs that the sketches of 128 shingles call copies, beside SimHash at its best threshold.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from zlib import crc32

import numpy as np

from collector.similar.sketch import COPY, containments, sketch
from tests.bench.streams import STORIES, read_stream

STREAMS = ("ecb_tr", "ecb_dev", "vi_tr", "as_tr")
LANGUAGES = ("zh", "ja", "th", "ru", "ar")
LEAST = 400  # characters of a text that is changed
AGENCY = 30  # words in a row that two reports of one event have only when one copies the other
SEED = 1

Pair = tuple[str, str]
Change = Callable[[list[str], list[str], random.Random], list[str]]


def _edited(share: float) -> Change:
    def change(units: list[str], other: list[str], dice: random.Random) -> list[str]:
        words = [word for word in units if word.strip()]
        return [dice.choice(words) if unit.strip() and dice.random() < share else unit for unit in units]

    return change


def _boilerplate(units: list[str], other: list[str], dice: random.Random) -> list[str]:
    part = other[: max(10, len(units) // 4)]
    return part + units + part[::-1]


def _spliced(units: list[str], other: list[str], dice: random.Random) -> list[str]:
    half = units[: len(units) // 2] if dice.random() < 0.5 else units[len(units) // 2 :]
    at = dice.randrange(len(other) + 1)
    return other[:at] + half + other[at:]


CHANGES: dict[str, Change] = {
    "boilerplate added": _boilerplate,
    "truncated to 60 %": lambda units, other, dice: units[: int(0.6 * len(units))],
    "3 % edited": _edited(0.03),
    "10 % edited": _edited(0.10),
    "re-headlined": lambda units, other, dice: other[:16] + units,
    "halves swapped": lambda units, other, dice: units[len(units) // 2 :] + units[: len(units) // 2],
    "half spliced in": _spliced,
}


def copies(folder: Path = STORIES) -> Iterator[tuple[str, Pair]]:
    """Texts and their changed copies, with the name of the change."""
    dice = random.Random(SEED)
    for texts in _texts(folder).values():
        for place, text in enumerate(texts):
            other = _split(texts[(place + len(texts) // 2) % len(texts)])
            for name, change in CHANGES.items():
                yield name, (text, "".join(change(_split(text), other, dice)))


def others(folder: Path = STORIES) -> Iterator[Pair]:
    """Texts of one event, none of which copies the other: no long run of words is in both."""
    for name in STREAMS:
        stream = read_stream(name, folder)
        events: dict[str, list[str]] = defaultdict(list)
        for article, story in zip(stream.articles, stream.stories, strict=True):
            if len(article.text) >= LEAST:
                events[story].append(article.text)
        for texts in events.values():
            yield from (pair for pair in combinations(texts, 2) if not _has_run(*pair))


def by_sketch(pair: Pair) -> float:
    """The estimated containment."""
    one, other = (sketch(text)[0] for text in pair)
    return float(containments(one, other[None, :])[0])


def by_simhash(pair: Pair) -> float:
    """The share of 64 bits that are the same."""
    one, other = (_simhash(text) for text in pair)
    return float((one == other).mean())


def figures(folder: Path = STORIES) -> dict[str, float]:
    """What has a floor."""
    precision, recall = _rates([by_sketch(p) for _, p in copies(folder)], [by_sketch(p) for p in others(folder)], COPY)
    return {"copies, F1": 2 * precision * recall / (precision + recall), "copies, precision": precision}


def _texts(folder: Path) -> dict[str, list[str]]:
    found = {name: [a.text for a in read_stream(name, folder).articles if len(a.text) >= LEAST] for name in STREAMS}
    for article in read_stream("ntrex", folder).articles:
        if article.language in LANGUAGES and len(article.text) >= LEAST:
            found.setdefault(article.language, []).append(article.text)
    return found


def _split(text: str) -> list[str]:
    """Words with the spaces after them; characters where the script has no spaces."""
    spaced = re.findall(r"\S+\s*", text)
    return spaced if len(spaced) > len(text) / 12 else list(text)


def _has_run(one: str, other: str) -> bool:
    a, b = one.lower().split(), other.lower().split()
    if not _sixes(a) & _sixes(b):
        return False
    return SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size >= AGENCY


def _sixes(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[i:] for i in range(6)), strict=False))


def _simhash(text: str) -> np.ndarray:
    hashes = (crc32(word.encode()) * 0x9E3779B97F4A7C15 & (1 << 64) - 1 for word in re.findall(r"\w+", text.lower()))
    words = np.fromiter(hashes, np.uint64)
    bits = (words[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    return bits.mean(axis=0) > 0.5


def _rates(same: list[float], different: list[float], threshold: float) -> tuple[float, float]:
    hits, wrong = sum(v >= threshold for v in same), sum(v >= threshold for v in different)
    return hits / max(1, hits + wrong), hits / len(same)


def main() -> None:
    positive, negative = list(copies()), list(others())
    print(f"{len(positive)} copies, {len(negative)} pairs of one event that are none")
    different = [by_sketch(pair) for pair in negative]
    for name in CHANGES:
        same = [by_sketch(pair) for change, pair in positive if change == name]
        print(f"  {name:20} recall {_rates(same, different, COPY)[1]:.4f}")
    for label, measure, thresholds in (
        ("containment of shingles", by_sketch, (COPY,)),
        ("SimHash", by_simhash, tuple(np.arange(0.5, 1.0, 0.02))),
    ):
        same, different = [measure(p) for _, p in positive], [measure(p) for p in negative]
        rates = [_rates(same, different, threshold) for threshold in thresholds]
        f1, precision, recall = max((2 * p * r / max(p + r, 1e-9), p, r) for p, r in rates)
        print(f"{label:26} F1 {f1:.4f}  precision {precision:.4f}  recall {recall:.4f}")


if __name__ == "__main__":
    main()
