"""Why a report is in its story, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from collector.model import Actor, Arrival, JoinEvidence, Report, StepKind, Story, StoryStep
from collector.telling import as_plain, because, step_as_plain

NOW = datetime(2026, 11, 4, 8, tzinfo=UTC)
FERRY = JoinEvidence(similarity=0.7, score=0.9, hours=2.0, names=("Wonsan",), words=("ferry",), nearest=7, copy_of=None)
SHARED = "the names Wonsan; the words ferry (similarity 0.70, score 0.90)"


def told(*, near: str | None = "first", copies: str | None = None, evidence=FERRY, came=None) -> str:
    """Of the second of two reports, the first of which is called "first" and titled "Ferry sails"."""
    facts = {"url": None, "source": "", "language": "en", "dated_at": NOW, "joined_at": NOW, "is_seed": False}
    first, second = (
        Report(id=n, key=key, title=title, is_pinned=False, copy_of=copy, nearest=near, evidence=why, arrival=how, **facts)
        for n, key, title, copy, why, how in (
            (1, "first", "Ferry sails", None, None, None),
            (2, "second", "Boat leaves", copies, evidence, came),
        )
    )
    story = Story(id=1, key="k", began_at=NOW, changed_at=NOW, is_frozen=False, reports=(first, second))
    assert because(first, story) == "it began the story"
    assert as_plain(second, story)["because"] == because(second, story)
    return because(second, story)


def arrived(kind: StepKind, who: Actor = Actor.MACHINE, why: JoinEvidence | None = None) -> Arrival:
    return Arrival(kind=kind, who=who, at=NOW, because=why)


def test_a_report_that_joined_says_what_it_shares_and_with_whom():
    assert told() == f"it shares with “Ferry sails” {SHARED}, 2 hours apart"
    assert told(near="elsewhere") == f"it shares {SHARED}, 2 hours apart"


def test_a_copy_says_whose_text_it_has():
    copy = JoinEvidence(similarity=1, score=1, hours=1.5, copy_of=7)
    assert told(copies="first", evidence=copy) == "it repeats the text of “Ferry sails”, 1.5 hours apart"
    gone = "it repeats the text of a report that is not here any more, 1.5 hours apart"
    assert told(copies="elsewhere", evidence=copy) == gone


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"evidence": None, "came": arrived(StepKind.MERGE, why=FERRY)},
            f"its story was merged into this one, because their reports share {SHARED}",
        ),
        (
            {"evidence": None, "came": arrived(StepKind.MERGE, Actor.PERSON)},
            "its story was merged into this one by a person",
        ),
        ({"came": arrived(StepKind.MERGE, Actor.PERSON)}, f"it shares with “Ferry sails” {SHARED}, 2 hours apart"),
        ({"came": arrived(StepKind.MOVE, why=FERRY)}, f"it shares with “Ferry sails” {SHARED}, 2 hours apart"),
        (
            {"came": arrived(StepKind.SPLIT)},
            f"it was split off from another story; it shares with “Ferry sails” {SHARED}, 2 hours apart",
        ),
        ({"near": "elsewhere", "came": arrived(StepKind.SPLIT)}, "it was split off from another story"),
        ({"evidence": None, "came": arrived(StepKind.SPLIT)}, "it was split off from another story"),
        (
            {"near": "elsewhere", "came": arrived(StepKind.MOVE, Actor.PERSON)},
            "it was moved here from another story by a person",
        ),
    ],
)
def test_one_that_came_otherwise_says_how_and_what_still_holds_it(given, said):
    assert told(**given) == said


def test_plain_values_name_articles_by_keys_alone():
    report = Report(
        id=5, key="a", title="t", url=None, source="", language=None, dated_at=NOW, joined_at=NOW, is_seed=False,
        is_pinned=False, copy_of=None, nearest="b", evidence=FERRY, arrival=arrived(StepKind.MERGE, why=FERRY),
    )  # fmt: skip
    story = Story(id=1, key="k", began_at=NOW, changed_at=NOW, is_frozen=False, reports=(report,))
    plain = as_plain(report, story)
    assert "id" not in plain
    assert plain["nearest"] == "b"
    for evidence in (plain["evidence"], plain["arrival"]["because"]):
        assert evidence.keys() == {"similarity", "score", "hours", "names", "words", "numbers"}


def test_a_step_is_told_without_the_numbers_of_articles():
    step = StoryStep(
        id=3, at=NOW, kind=StepKind.MERGE, who=Actor.MACHINE, story="one", other="two", undoes=None, undone_by=None,
        articles=("first",), because=FERRY,
    )  # fmt: skip
    plain = step_as_plain(step)

    assert plain["because"] == {"similarity": 0.7, "score": 0.9, "hours": 2.0, "names": ("Wonsan",), "words": ("ferry",), "numbers": ()}
    assert plain["text"] == f"merged into another story, because {SHARED}"
    assert step_as_plain(replace(step, who=Actor.PERSON, because=None))["because"] is None
