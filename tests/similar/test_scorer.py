"""Trees that say how sure we are."""

from __future__ import annotations

import numpy as np

from collector.similar.features import FEATURES
from collector.similar.scorer import Scorer, shipped


def test_a_row_takes_its_way_through_each_tree():
    """Depth 2: the first column at 0, then the second at 10 (left) or 20 (right)."""
    feature = np.array([[0, 1, 1], [1, 0, 0]], np.int8)
    threshold = np.array([[0.0, 10.0, 20.0], [5.0, 0.0, 0.0]], np.float32)
    nan_left = np.array([[True, False, True], [False, True, True]])
    value = np.array([[-4.0, -2.0, 1.0, 3.0], [0.0, 0.0, 0.5, 0.5]], np.float32)
    scorer = Scorer(feature, threshold, nan_left, value)
    rows = np.array([[-1, 4], [-1, 11], [1, 20], [1, 21], [np.nan, np.nan]], np.float32)

    found = np.log(scorer.scores(rows) / (1 - scorer.scores(rows)))

    assert np.allclose(found, [-4, -1.5, 1.5, 3.5, -1.5])


def test_what_was_saved_says_the_same(tmp_path):
    table = np.random.default_rng(1).random((50, len(FEATURES))).astype(np.float32)
    shipped().save(tmp_path / "scorer.npz")
    with np.load(tmp_path / "scorer.npz") as saved:
        again = Scorer(*(saved[name] for name in ("feature", "threshold", "nan_left", "value")))

    assert np.array_equal(again.scores(table), shipped().scores(table))


def test_more_evidence_never_makes_it_less_sure():
    dice = np.random.default_rng(2)
    table = dice.random((200, len(FEATURES))).astype(np.float32) * 3
    before = shipped().scores(table)
    for place, direction in enumerate(FEATURES.values()):
        moved = table.copy()
        moved[:, place] += direction * np.float32(0.5)

        assert (shipped().scores(moved) >= before - 1e-9).all()
