"""What steps come to."""

from __future__ import annotations

from collector.model import JoinEvidence
from collector.similar import Joined, Merged, Moved, Stories

JOIN, MERGE, MOVE = (JoinEvidence(similarity=0.7, score=score) for score in (0.6, 0.7, 0.8))


def joined(number: int, story: int, evidence: JoinEvidence | None = None) -> Joined:
    return Joined(number=number, story=story, evidence=evidence, packed=b"")


def test_each_report_is_where_the_last_step_took_it():
    stories = Stories()
    stories.follow([joined(1, 1), joined(2, 1, JOIN), joined(3, 2), joined(4, 2, JOIN)])
    stories.follow([Moved(number=2, story=1, into=2, evidence=MOVE), Merged(story=2, into=1, evidence=MERGE)])
    stories.follow([Moved(number=3, story=1, into=5, evidence=None), joined(6, 5, JOIN), Merged(story=5, into=1, evidence=MERGE)])

    assert stories.of == {1: 1, 2: 1, 3: 1, 4: 1, 6: 1}


def test_a_move_has_its_own_reason_and_a_split_leaves_the_one_that_there_is():
    stories = Stories()
    stories.follow([joined(1, 1), joined(2, 1, JOIN), joined(3, 1, JOIN)])
    stories.follow([Moved(number=number, story=1, into=2, evidence=None) for number in (1, 2)])
    stories.follow([Moved(number=3, story=1, into=2, evidence=MOVE)])

    assert stories.because == {1: None, 2: JOIN, 3: MOVE}
