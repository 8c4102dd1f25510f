"""How well predicted stories agree with the true ones, as the literature counts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def bcubed(true: Sequence[Hashable], predicted: Sequence[Hashable]) -> float:
    """BCubed F1 (Amigo et al. 2009): the harmonic mean of precision and recall averaged over articles, from 0 to 1."""
    both, right, made = Counter(zip(true, predicted, strict=True)), Counter(true), Counter(predicted)
    count = len(true)
    precision = sum(n * n / made[story] for (_, story), n in both.items()) / count
    recall = sum(n * n / right[story] for (story, _), n in both.items()) / count
    return 2 * precision * recall / (precision + recall)


def pairwise(true: Sequence[Hashable], predicted: Sequence[Hashable]) -> float:
    """F1 over pairs of articles that are in one story, from 0 to 1."""
    hits, right, made = (
        sum(n * (n - 1) // 2 for n in Counter(stories).values())
        for stories in (list(zip(true, predicted, strict=True)), true, predicted)
    )
    return 2 * hits / (right + made) if right + made else 0.0
