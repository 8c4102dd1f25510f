"""CPU of telling two versions of a text apart, beside difflib over all words.

python tests/bench/differences.py
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from difflib import SequenceMatcher

from collector.revisions.difference import compare

SIZES = (1_000, 10_000, 100_000)  # words
LINE = 60  # words
EDITED = 0.02  # of the words
LONGEST_OF_DIFFLIB = 10_000  # words: beyond, it takes minutes


def main() -> None:
    print(f"{'words':>8} {'what':22} {'ours, ms':>10} {'difflib, ms':>12} {'ratio':>8}")
    for size in SIZES:
        for what, (before, after) in versions(size).items():
            ours = milliseconds(lambda b=before, a=after: compare("", b, "", a))
            if size > LONGEST_OF_DIFFLIB:
                print(f"{size:8} {what:22} {ours:10.1f}")
                continue
            theirs = milliseconds(lambda b=before, a=after: plain(b, a))
            print(f"{size:8} {what:22} {ours:10.1f} {theirs:12.1f} {ours / theirs:8.3f}")


def versions(size: int) -> dict[str, tuple[str, str]]:
    """Pairs of texts of so many words."""
    chance = random.Random(size)
    words = [f"w{int(chance.paretovariate(0.6)) % 5000}" for _ in range(size)]
    edited = [f"new{n}" if chance.random() < EDITED else word for n, word in enumerate(words)]
    return {
        "edited words": (paragraphs(words), paragraphs(edited)),
        "one long paragraph": (" ".join(words), " ".join(edited)),
        "nothing in common": (paragraphs(words), paragraphs([f"x{word}" for word in words])),
        "two words, repeated": ("a b " * (size // 2), "b a " * (size // 2)),
    }


def paragraphs(words: list[str]) -> str:
    return "\n".join(" ".join(words[at : at + LINE]) for at in range(0, len(words), LINE))


def plain(before: str, after: str) -> None:
    SequenceMatcher(None, before.split(), after.split(), autojunk=False).get_opcodes()


def milliseconds(work: Callable[[], object]) -> float:
    """CPU of one run."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    main()
