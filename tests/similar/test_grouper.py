"""What every grouping must hold: the same input gives the same stories, whatever happens in between."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np
import pytest

from collector.model import JoinEvidence, Remembered
from collector.similar import Article, Grouper, Joined, Merged, Moved
from collector.similar.features import FEATURES
from collector.similar.report import read
from collector.similar.scorer import Scorer
from tests.events import EVENTS as TOLD
from tests.events import reports as retold

START = datetime(2024, 3, 1, 8, tzinfo=UTC)

EVENTS = [
    ("Ferry sinks off Lindholm", "The ferry Aurora sank off the island of Lindholm on Friday night. The coast guard rescued {n} of its passengers, "
     "said captain Ove Brandt, while divers searched the hull of the Aurora for the missing."),
    ("Quake of 6.1 shakes Karvala", "An earthquake of magnitude 6.1 shook the province of Karvala before dawn. At least {n} houses collapsed in "
     "the town of Sefid, mayor Nasrin Tolouei told state television, and rescuers dug through the rubble."),
    ("Parliament of Ostrava rejects budget", "The regional assembly in Ostrava rejected the budget of governor Pavel Hruska by {n} votes. The opposition "
     "wants cuts to the tram extension; Hruska threatened to resign."),
    ("Mango growers protest in Piura", "Mango growers blocked the Pan-American highway near Piura with {n} trucks. They demand that the ministry of "
     "agriculture buys the crop that exporters refused, their leader Rosa Chunga said."),
]  # fmt: skip


def report(event: int, n: int, *, hours: float = 0, published: bool = True) -> tuple[Article, datetime]:
    """A report of an event; `n` tells one from another."""
    title, text = EVENTS[event]
    openings = ("Officials said more on Saturday. ", "It was reported late at night. ", "Witnesses spoke to our paper. ", "")
    endings = (" Schools nearby stay closed.", " An inquiry was opened.", " The weather was calm.", " More is expected soon.")
    at = START + timedelta(hours=hours)
    words = text.format(n=20 + n).split()
    turned = " ".join(words[n % 9 :] + words[: n % 9]) if n else " ".join(words)
    article = Article(
        key=f"{event}-{n}",
        title=title if n == 0 else f"{title}: {('what we know', 'officials speak', 'the day after', 'a witness')[n % 4]}",
        text=openings[n % 4] + turned + endings[n % 4],
        language="en",
        published_at=at if published else None,
    )
    return article, at


STREAM = [report(event, n, hours=3 * n + event) for n in range(4) for event in range(len(EVENTS))]


def run(grouper: Grouper, stream, first: int = 1) -> list:
    return [step for number, (article, at) in enumerate(stream, first) for step in grouper.add(number, article, at)]


def remembered(steps) -> dict[int, Remembered]:
    """What a store keeps of steps."""
    kept: dict[int, Remembered] = {}
    for step in steps:
        match step:
            case Joined(number=number, story=story, evidence=evidence, packed=packed):
                copy_of = evidence.copy_of if evidence else None
                kept[number] = Remembered(number=number, story=story, packed=packed, copy_of=copy_of)
            case Moved(number=number, into=into):
                kept[number] = Remembered(number=number, story=into, packed=kept[number].packed, copy_of=kept[number].copy_of)
            case Merged(story=story, into=into):
                for number, member in list(kept.items()):
                    if member.story == story:
                        kept[number] = Remembered(number=number, story=into, packed=member.packed, copy_of=member.copy_of)
    return kept


def stories(steps) -> dict[int, int]:
    return {number: member.story for number, member in remembered(steps).items()}


def test_reports_of_one_event_are_one_story_and_others_are_not():
    found = stories(run(Grouper(), STREAM))

    assert len(set(found.values())) == len(EVENTS)
    for number, story in found.items():
        assert story == found[(number - 1) % len(EVENTS) + 1]


def test_the_same_input_gives_the_same_steps():
    assert run(Grouper(), STREAM) == run(Grouper(), STREAM)


@pytest.mark.parametrize("at", range(0, len(STREAM), 3))
def test_a_restart_changes_nothing(at):
    assert_same_after_restart(STREAM, at)


@pytest.mark.parametrize("at", range(0, 27, 4))
def test_a_restart_changes_nothing_of_second_looks(at, monkeypatch):
    """Where nothing joins at first, and second looks put it right."""
    for name, value in {"_DOUBT": 400.0, "_FEW": 3, "_AGAIN": (20, 30)}.items():
        monkeypatch.setattr(f"collector.similar.grouper.{name}", value)
    matches = [(f"Match {n} of the Otava cup", f"Team {n} won match {n} of the Otava cup by {n} goals.") for n in range(20)]
    told = [(title, text) for _, title, text in retold()] + matches
    stream = [
        (Article(key=str(n), title=title, text=text, language="en", published_at=START + timedelta(minutes=n)), START)
        for n, (title, text) in enumerate(told)
    ]

    assert any(isinstance(step, Moved | Merged) for step in assert_same_after_restart(stream, at))


def assert_same_after_restart(stream, at: int) -> list:
    """Groups the stream with a restart at a place, and without; returns the steps."""
    whole = Grouper()
    before, next_story = run(whole, stream[:at]), whole.next_story
    after = run(whole, stream[at:], at + 1)
    again = Grouper()
    again.restore(sorted(remembered(before).values(), key=lambda member: member.number), (), next_story)

    assert run(again, stream[at:], at + 1) == after
    assert again.next_story == whole.next_story
    return before + after


def test_stories_are_numbered_from_the_next_on():
    grouper = Grouper()
    grouper.restore([], frozen=(), next_story=41)

    assert [step.story for step in run(grouper, STREAM[:2])] == [41, 42]
    assert grouper.next_story == 43


def test_what_was_packed_by_another_version_is_refused():
    step = run(Grouper(), STREAM[:1])[0]
    other = bytes([step.packed[0] + 1]) + step.packed[1:]

    assert len(step.packed) <= 2_048
    for packed in (other, b"", step.packed[:-1]):
        with pytest.raises(ValueError):
            Grouper().restore([Remembered(number=1, story=1, packed=packed, copy_of=None)], frozen=(), next_story=2)


def test_evidence_names_what_both_share_in_the_words_of_the_later():
    grouper = Grouper()
    run(grouper, STREAM[:4])
    step = grouper.add(5, *report(0, 1, hours=3))[0]

    assert step.story == 1
    assert step.evidence.nearest == 1
    assert {"Lindholm", "Aurora"} <= set(step.evidence.names)
    assert "6.1" in grouper.add(6, *report(1, 2, hours=4))[0].evidence.numbers
    assert all(word in report(0, 1)[0].title + report(0, 1)[0].text for word in step.evidence.names + step.evidence.words)
    assert len(step.evidence.words) <= 8
    assert step.evidence.hours == 3.0
    assert 0 < step.evidence.similarity <= 1
    assert 0.5 <= step.evidence.score <= 1


def test_the_same_text_is_a_copy_of_the_first():
    grouper = Grouper()
    article, at = report(0, 0)
    grouper.add(1, article, at)
    for number in (2, 3):
        other = Article(key=f"copy {number}", title="A ferry accident at sea", text=f"{article.text} Subscribe here.", language="en")
        step = grouper.add(number, other, at)[0]

        assert step.story == 1
        assert step.evidence.copy_of == 1


def test_a_report_that_was_let_go_is_as_if_it_had_never_been():
    grouper, other = Grouper(), Grouper()
    run(grouper, STREAM[:8])
    for number in (1, 5, 6):
        grouper.forget(number)
    grouper.forget(999)
    kept = [member for member in remembered(run(other, STREAM[:8])).values() if member.number not in (1, 5, 6)]
    again = Grouper()
    again.restore(kept, frozen=(), next_story=other.next_story)

    assert run(grouper, STREAM[8:], 9) == run(again, STREAM[8:], 9)


def test_a_corrected_report_finds_its_story_again():
    grouper = Grouper()
    run(grouper, STREAM[:8])
    grouper.forget(5)

    assert grouper.add(5, *report(0, 3, hours=20))[0].story == 1


def test_a_report_is_in_one_story_only():
    grouper = Grouper()
    run(grouper, STREAM[:1])

    with pytest.raises(ValueError):
        run(grouper, STREAM[:1])


def test_what_a_person_moved_stays_there():
    grouper = Grouper()
    run(grouper, STREAM[:8])
    alone = grouper.move(5, None)

    assert alone == 5
    assert grouper.move(1, alone) == alone
    steps = run(grouper, STREAM[8:], 9)
    assert not [step for step in steps if isinstance(step, Moved | Merged)]
    assert stories(steps)[9] == alone


def test_stories_that_a_person_merged_are_one():
    grouper = Grouper()
    run(grouper, STREAM[:8])
    grouper.merge(2, 1)
    found = stories(run(grouper, STREAM[8:], 9))

    assert found[9] == found[10] == 1


def test_a_seed_starts_a_story_of_its_own():
    grouper = Grouper()
    run(grouper, STREAM[:4])
    article, at = report(0, 1)

    assert grouper.start(5, article, at)[0].story == 5
    assert grouper.start(5 + 1, *report(0, 2))[0].evidence is None


def told(hours: float, title: str, text: str) -> tuple[Article, datetime]:
    at = START + timedelta(hours=hours)
    return Article(key=title, title=title, text=text, language="en", published_at=at), at


BURST = [
    told(0, "Dam bursts in Valdoro", "The Sant'Elia dam above Valdoro burst early on Sunday. Water and mud buried the lower village; "
         "prefect Carla Bassani ordered the evacuation of two valleys."),
    told(2, "Inspector's report lay in a drawer", "In 2019 the inspector Tomas Keller found cracks in the wall of Sant'Elia and sent a "
         "report to the operator Idrovalle, which did nothing."),
    told(3, "Valdoro under mud, and nobody listened to the inspector", "Mud buried the lower village of Valdoro when the dam burst on Sunday; "
         "two valleys were told to leave by prefect Carla Bassani. That the wall of Sant'Elia had cracks was known to the operator "
         "Idrovalle since inspector Tomas Keller's report of 2019, which lay in a drawer."),
]  # fmt: skip


def test_stories_that_turn_out_to_be_one_are_merged():
    """The second report shares little with the first; the third tells all of it."""
    grouper = Grouper()
    run(grouper, STREAM)
    steps = run(grouper, BURST, 17)
    one, other = steps[0].story, steps[1].story

    assert [type(step) for step in steps] == [Joined, Joined, Joined, Merged]
    assert (steps[-1].story, steps[-1].into) == (other, one)
    assert steps[-1].evidence.nearest == (18 if steps[2].story == one else 17)
    assert set(stories(steps).values()) == {one}


def test_stories_that_a_person_settled_are_not_merged():
    grouper = Grouper()
    run(grouper, STREAM)
    first = run(grouper, BURST[:2], 17)
    grouper.freeze(first[0].story)
    last = run(grouper, BURST[2:], 19)

    assert len(set(stories(first).values())) == 2
    assert [type(step) for step in last] == [Joined]


def mistaken(steps) -> list[Remembered]:
    """Five reports of two events that an earlier mistake put into one story."""
    packed = {step.number: step.packed for step in steps if isinstance(step, Joined)}
    numbers = {1: 1, 2: 2, 3: 5, 4: 6, 5: 9}
    return [Remembered(number=new, story=1, packed=packed[old], copy_of=None) for new, old in numbers.items()]


def test_a_story_that_turns_out_to_be_two_is_split():
    members = mistaken(run(Grouper(), STREAM))
    grouper, other = Grouper(), Grouper()
    grouper.restore(members, frozen=(), next_story=2)
    other.restore(members, frozen=(1,), next_story=2)
    steps = grouper.add(6, *STREAM[12])

    assert [(step.number, step.story, step.into) for step in steps if isinstance(step, Moved)] == [(2, 1, 2), (4, 1, 2)]
    assert grouper.next_story == 3
    assert [type(step) for step in other.add(6, *STREAM[12])] == [Joined]


def by_size(alone: float, among: float) -> Scorer:
    """A scorer that is so sure of a story of one report, and so of a larger one."""
    size, logits = list(FEATURES).index("size"), [[math.log(odds / (1 - odds)) for odds in (alone, among)]]
    return Scorer(np.array([[size]], np.int8), np.full((1, 1), 0.5, np.float32), np.ones((1, 1), bool), np.array(logits))


@pytest.mark.parametrize(
    ("of_small", "of_large", "are_two"), [(0.1, 0.1, True), (0.1, 0.4, True), (0.1, 0.9, False), (0.9, 0.1, False)]
)
def test_stories_are_two_where_both_hardly_say_that_they_are_of_the_other(of_small, of_large, are_two, monkeypatch):
    monkeypatch.setattr("collector.similar.grouper._DOUBT", 0.0)
    parts = {(0, 0): 1, (0, 1): 1, (0, 2): 1, (0, 3): 2}
    grouper = Grouper(scorer=by_size(of_large, of_small))
    grouper.restore(placed(parts, list(parts)), frozen=(), next_story=3)
    language = int(grouper._reports.records["language"][0])

    assert grouper._are_two(language, 2, 1) is are_two


def placed(stories: dict[tuple[int, int], int], order: list[tuple[int, int]]) -> list[Remembered]:
    """Reports (event, n) in the stories where earlier mistakes put them."""
    kept = remembered(run(Grouper(), [report(event, n, hours=at) for at, (event, n) in enumerate(order)]))
    return [
        Remembered(number=number, story=stories[one], packed=kept[number].packed, copy_of=None)
        for number, one in enumerate(order, 1)
    ]


def test_a_report_that_stood_alone_joins_when_more_is_known(monkeypatch):
    monkeypatch.setattr("collector.similar.grouper._AGAIN", (3,))
    order = [(0, 0), (1, 0), (0, 1), (2, 0), (3, 0)]
    members = placed({(0, 0): 1, (1, 0): 2, (0, 1): 3, (2, 0): 4, (3, 0): 5}, order)
    articles = {number: report(*one)[0] for number, one in enumerate(order, 1)}
    grouper, other = Grouper(article_of=articles.get), Grouper()
    grouper.restore(members, frozen=(), next_story=6)
    other.restore(members, frozen=(3,), next_story=6)
    step = grouper.add(6, *report(1, 1, hours=6))[-1]

    assert (type(step), step.number, step.story, step.into) == (Moved, 3, 3, 1)
    assert step.evidence.nearest == 1
    assert "Lindholm" in step.evidence.names
    assert not [step for step in other.add(6, *report(1, 1, hours=6)) if isinstance(step, Moved | Merged)]


def test_a_report_that_went_astray_is_put_right(monkeypatch):
    monkeypatch.setattr("collector.similar.grouper._AGAIN", (4,))
    members = placed({(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 2, (1, 2): 2, (2, 0): 3}, [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0)])
    grouper = Grouper()
    grouper.restore(members, frozen=(), next_story=4)
    steps = grouper.add(7, *report(3, 0, hours=7))

    assert [(step.number, step.story, step.into) for step in steps if isinstance(step, Moved)] == [(3, 1, 2)]


@pytest.mark.parametrize(("looks", "is_moved"), [((5,), True), ((1, 5), True), ((3, 5), False)])
def test_a_report_is_looked_at_again_where_something_near_came_since(looks, is_moved, monkeypatch):
    """Of the five that come after the one that went astray, the first two are near."""
    monkeypatch.setattr("collector.similar.grouper._AGAIN", looks)
    monkeypatch.setattr("collector.similar.grouper._NEIGHBOUR", 0.3)  # made up reports share much
    places = {(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 2, (1, 2): 2, (2, 0): 3, (3, 0): 4}
    grouper = Grouper()
    grouper.restore(placed(places, list(places)), frozen=(), next_story=5)
    steps = grouper.add(8, *report(3, 1, hours=8))

    assert [(step.number, step.into) for step in steps if isinstance(step, Moved)] == [(3, 2)] * is_moved


FIRST, SECOND = (Article(key=title, title=title, text=text, language="en", published_at=START) for title, text in TOLD["ferry"][:2])


def told_why(first: Article, second: Article, logit: float, known: int = 0) -> JoinEvidence | None:
    """Why a report joined another one, if it did, when the scorer says the same of all and so many others are known."""
    scorer = Scorer(np.zeros((1, 1), np.int8), np.zeros((1, 1), np.float32), np.ones((1, 1), bool), np.full((1, 2), logit))
    words = (f"{a}{b}{c}o{d}a" for a in "bdfgk" for b in "aeiu" for c in "lmnr" for d in "stvzx")
    others = [Article(key=word, title=word, text="", language="en", published_at=START) for word in islice(words, known)]
    joined = [step for step in run(Grouper(scorer=scorer), [(one, START) for one in (*others, first, second)]) if isinstance(step, Joined)]
    assert len({step.story for step in joined[:-1]}) == known + 1
    return joined[-1].evidence


@pytest.mark.parametrize(("odds", "joins"), [(0.34, False), (0.36, True)])
def test_what_joins_need_not_be_more_likely_than_not(odds, joins):
    assert (told_why(FIRST, SECOND, math.log(odds / (1 - odds)), known=400) is not None) == joins


@pytest.mark.parametrize(
    ("first", "second", "more"),
    [
        (FIRST, SECOND, 0.0),
        (FIRST, replace(SECOND, published_at=None), 1.3),
        (replace(FIRST, text=""), replace(SECOND, text=""), 1.0),
        (replace(FIRST, text=""), SECOND, 0.0),
        (FIRST, replace(SECOND, text=""), 0.0),
        (replace(FIRST, text="", published_at=None), replace(SECOND, text=""), 2.3),
    ],
    ids=["texts", "undated", "headlines", "a text beside a headline", "a headline beside a text", "both"],
)
def test_more_is_asked_where_less_is_known(first, second, more):
    score = told_why(first, second, logit=3.0, known=400).score

    assert math.log(score / (1 - score)) == pytest.approx(3.0 - more, abs=0.02)


def test_more_is_asked_while_few_reports_are_known():
    few, more = (told_why(FIRST, SECOND, logit=6.0, known=known).score for known in (0, 20))

    assert few < more


def test_weak_links_make_no_chain():
    """Each report shares half of its words with the one before, and none with those further back."""
    words = [f"{a}{b}{c}o{d}a" for a in "bdfgk" for b in "aeiu" for c in "lmnr" for d in "stvz"]
    grouper = Grouper()
    found = []
    for number in range(1, 30):
        text = " ".join(sorted(words[10 * number : 10 * number + 20], key=lambda word: word[number % 4 :] + word))
        article = Article(key=str(number), title="", text=text, language="en", published_at=START)
        found.append(grouper.add(number, article, START)[0].story)

    assert max(found.count(story) for story in found) <= 6


def test_an_article_without_words_is_a_story_of_its_own():
    grouper = Grouper()
    empty = Article(key="empty", title="", text="", language="en")
    found = [grouper.add(number, empty, START)[0] for number in (1, 2)]

    assert [step.story for step in found] == [1, 2]


def test_only_the_latest_stories_are_open(monkeypatch):
    monkeypatch.setattr("collector.similar.openstories.OPEN", 3)
    grouper, whole = Grouper(), Grouper()
    kept = remembered(run(grouper, STREAM[:4]))
    whole.restore(list(kept.values()), frozen=(), next_story=5)

    assert grouper.add(5, *report(0, 1))[0].story == 5
    assert whole.add(5, *report(0, 1))[0].story == 5


@pytest.mark.parametrize("published", [False, True])
def test_days_that_are_named_count_where_no_times_are_known(published):
    """Not for reports with times: those of one event name another day a day later."""

    def sure(day: str, other: str) -> float:
        """How sure the scorer is of two reports that name these days."""
        grouper = Grouper()
        for n, named in enumerate((day, other)):
            article, at = report(0, n, published=published)
            told = replace(article, text=re.sub("Friday|Saturday", named, article.text))
            if n == 0:
                grouper.add(1, told, at)
        return float(grouper._scores(grouper.look(read(told, at)))[0])

    same, another, unsaid = sure("Monday", "Monday"), sure("Monday", "Tuesday"), sure("Monday", "night")

    assert (another < unsaid < same) is not published
    assert (another == unsaid == same) is published


def test_of_a_story_the_share_of_its_reports_that_name_the_day_is_told():
    """Those that name no day are left out."""
    grouper = Grouper()
    for n, named in enumerate(("Monday", "Monday", "Tuesday", "night"), 1):
        article, at = report(0, n, published=False)
        told = replace(article, text=re.sub("Friday|Saturday", named, article.text))
        grouper.keep(n, 1, read(told, at))

    looks = [grouper.look(read(replace(told, text=told.text.replace("night", day)), at)) for day in ("Monday", "night")]
    assert looks[0].beside.days == pytest.approx([2 / 3])
    assert np.isnan(looks[1].beside.days).all()
