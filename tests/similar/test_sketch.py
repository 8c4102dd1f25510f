"""Copies by their shingles: changed texts are found, other texts are not."""

from __future__ import annotations

import random

import numpy as np
import pytest

from collector.similar.sketch import COPY, KEPT, containments, sketch

DICE = random.Random(7)
SYLLABLES = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
WORDS = ["".join(DICE.choices(SYLLABLES, k=2)) for _ in range(600)]
HAN = [chr(0x4E00 + 7 * n) for n in range(500)]


def text(length: int = 400) -> list[str]:
    return DICE.choices(WORDS, k=length)


def share(one: str, other: str) -> float:
    return float(containments(sketch(one)[0], sketch(other)[0][None, :])[0])


ONE, OTHER = text(), text()
CHANGED = {
    "boilerplate": [*OTHER[:60], *ONE, *OTHER[60:100]],
    "truncated": ONE[:240],
    "edited": [word if n % 12 else "other" for n, word in enumerate(ONE)],
    "swapped": ONE[200:] + ONE[:200],
    "spliced": OTHER[:150] + ONE[:200] + OTHER[150:],
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_a_changed_text_is_a_copy(changed):
    assert share(" ".join(ONE), " ".join(changed)) >= COPY


def test_another_text_is_none():
    assert share(" ".join(ONE), " ".join(OTHER)) == 0.0


def test_scripts_without_spaces_are_compared_by_their_characters():
    one = DICE.choices(HAN, k=300)

    assert share("".join(one), "".join(one[:180])) == 1.0
    assert share("".join(one), "".join(DICE.choices(HAN, k=300))) < 0.1


def test_the_estimate_is_near_the_truth():
    """Of texts that share a part, for several parts: the mean error of the estimate is below what 128 samples allow."""
    errors = []
    for part in (0.2, 0.4, 0.6, 0.8):
        for _ in range(20):
            one, other = text(800), text(800)
            mixed = one[: int(800 * part)] + other[int(800 * part) :]
            errors.append(share(" ".join(one), " ".join(mixed)) - part)

    assert abs(np.mean(errors)) < 0.02
    assert np.std(errors) < 0.08


def test_short_texts_are_copies_only_when_they_are_the_same():
    headline = "Bank of Ruritania raises interest rate to nine percent"

    assert share(headline, headline.upper()) == 1.0
    assert share(headline, headline.replace("nine", "ten")) == 0.0
    assert share("Good morning", "Good morning") == 0.0


def test_a_sketch_is_in_order_and_of_one_size():
    found, shingles = sketch(" ".join(ONE))

    assert len(found) == KEPT
    assert shingles == len(ONE) - 4
    assert (np.diff(found.astype(np.int64)) > 0).all()
