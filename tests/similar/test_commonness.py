"""How telling a term is among what is open."""

from __future__ import annotations

import numpy as np
import pytest

from collector.similar.commonness import Commonness
from collector.similar.ids import WORD, term_id

OFTEN, SELDOM = (np.array([term_id(WORD, word)], np.uint32) for word in ("qxzoften", "qxzseldom"))


@pytest.fixture
def common():
    """One word in 20 of 20 stories, one in 2 of them; news at large knows neither."""
    common = Commonness()
    common.stories = 20
    for word, times in ((OFTEN, 20), (SELDOM, 2)):
        for _ in range(times):
            common.change(word, 1)
    return common


def test_a_word_in_a_tenth_of_the_stories_is_rarer_by_the_logarithm_of_ten(common):
    rarer = common.rarity(SELDOM) - common.rarity(OFTEN)

    assert rarer == pytest.approx(np.log(10), abs=0.1)  # what is guessed of news at large is known to both


def test_a_word_of_one_story_left_out_is_as_rare_as_in_one_story_fewer(common):
    elsewhere = common.rarity(SELDOM, elsewhere=True)
    common.change(SELDOM, -1)

    assert elsewhere == pytest.approx(common.rarity(SELDOM))


def test_to_ask_changes_nothing(common):
    both = np.concatenate([OFTEN, SELDOM])
    first = common.rarity(both, elsewhere=True).copy()

    common.rarity(both)

    assert (common.rarity(both, elsewhere=True) == first).all()
