"""The grouping stage: kept articles are placed in stories, once, in order, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector import grouping
from collector.errors import StoreError
from collector.grouping import Grouping
from collector.model import ChannelQuery, EntryOutcome, JoinEvidence, Moving, StepKind, Story
from tests.events import EVENTS, copied, reports
from tests.world import World

TOPICS = ("russia",)


class Newsroom:
    """A store, and the stage at work on it."""

    def __init__(self, world: World) -> None:
        self.world, self.store = world, world.store
        self.told: Counter[str] = Counter()
        self.faults: list[str] = []
        self.keys: dict[str, str] = {}
        self.restart()

    def restart(self) -> None:
        """The stage as a new process has it."""
        self.stage = Grouping(
            store=self.store,
            current=SimpleNamespace(examples=()),
            now=lambda: self.world.now,
            on_grouped=self.told.update,
            fault=lambda _, exc: self.faults.append(str(exc)),
        )

    def keep(self, name: str, report: tuple[str, str], **details) -> str:
        title, text = report
        self.keys[name] = self.world.keep(name, title=title, text=text, **details)
        return self.keys[name]

    def keep_all(self) -> None:
        for number, (event, title, text) in enumerate(reports()):
            self.keep(f"{event}-{number}", (title, text), published_at=self.world.now + timedelta(minutes=number))

    def group(self) -> None:
        asyncio.run(self.stage.run())

    def stories(self) -> list[set[str]]:
        """The names of the reports of each story, as they stand in the stories' channel."""
        names = {key: name for name, key in self.keys.items()}
        items = self.store.stories(ChannelQuery(topics=TOPICS, limit=1000)).items
        return sorted(({names[one.key] for one in item.story.reports} for item in items), key=sorted)

    def story(self, name: str) -> Story:
        trace = self.store.trace(self.keys[name], ())
        assert trace.article.story is not None
        return trace.article.story

    def number(self, name: str) -> int:
        return next(one.id for one in self.story(name).reports if one.key == self.keys[name])

    def rewrite(self, name: str, report: tuple[str, str]) -> None:
        """The article has another text from now on."""
        number = self.number(name) if self.store.trace(self.keys[name], ()).article.story else None
        [entry] = self.world.pending(f"{name}-again")
        draft = self.world.draft(f"https://news.example/{name}", title=report[0], text=report[1])
        [saved] = self.store.save_collected([self.world.collected(entry, draft, article_id=number)])
        assert saved == self.keys[name]


@pytest.fixture
def room(world: World) -> Newsroom:
    return Newsroom(world)


def events_of(room: Newsroom) -> list[set[str]]:
    """What the stories should be."""
    found: dict[str, set[str]] = {}
    for name in room.keys:
        found.setdefault(name.partition("-")[0], set()).add(name)
    return sorted(found.values(), key=sorted)


def test_reports_of_one_event_are_one_story(room):
    room.keep_all()
    room.group()

    assert room.stories() == events_of(room)
    assert room.told == {"started": 3, "joined": 4}
    assert room.store.totals(TOPICS).stories == 3
    assert room.store.totals(TOPICS).ungrouped == 0


def test_what_is_grouped_is_left_alone(room):
    room.keep_all()
    room.group()
    before, revision = room.stories(), room.store.revision()
    room.group()
    room.restart()
    room.group()

    assert (room.stories(), room.store.revision()) == (before, revision)
    assert room.told == {"started": 3, "joined": 4}


def test_a_report_says_why_it_joined(room):
    room.keep_all()
    room.group()

    first, second, _ = room.story("ferry-0").reports
    assert first.evidence is None
    assert second.nearest == first.key
    assert {"Arirang", "Wonsan"} & {word.title() for word in second.evidence.names + second.evidence.words}
    assert 0 < second.evidence.score <= 1


def test_a_copy_is_told_from_an_independent_report(room):
    room.keep("a", EVENTS["ferry"][0])
    room.keep("b", copied(EVENTS["ferry"][0]))
    room.keep("c", EVENTS["ferry"][1])
    room.group()

    story = room.story("a")
    assert [one.copy_of for one in story.reports] == [None, room.keys["a"], None]
    assert (len(story.reports), story.independent) == (3, 2)


def test_restarts_in_between_change_nothing(world, tmp_path):
    """One stage throughout, and one that is built anew for each article."""
    room = Newsroom(world)
    room.keep_all()
    for _ in room.keys:
        room.restart()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(grouping, "_BATCH", 1)
            room.stage.batch()

    assert room.stories() == events_of(room)


def test_reports_that_stood_alone_join_when_more_is_known(room, monkeypatch):
    """At first every report is doubted to be of any event that is known."""
    monkeypatch.setattr("collector.similar.grouper._DOUBT", 400.0)
    monkeypatch.setattr("collector.similar.grouper._FEW", 3)
    room.keep_all()
    room.group()
    monkeypatch.setattr("collector.similar.grouper._AGAIN", (20,))
    first, second, *_ = ferries = [name for name in room.keys if name.startswith("ferry")]
    alone = room.story(second).key
    assert alone != room.story(first).key
    for number in range(20):
        title, text = f"Match {number} of the Otava cup", f"Team {number} won match {number} of the Otava cup by {number} goals."
        room.keep(f"sport{number}", (title, text), published_at=room.world.now + timedelta(minutes=20 + number))
        room.group()

    assert set(ferries) in room.stories()
    assert room.told["merged"] >= 2
    assert room.store.story(alone).key == room.story(first).key


def test_a_split_is_counted_once_and_a_move_for_itself():
    why = JoinEvidence(similarity=0.5, score=0.9)
    split = [Moving(article_id=number, story=1, into=2, evidence=None) for number in (1, 2)]
    moves = [Moving(article_id=number, story=3, into=4, evidence=why) for number in (3, 4)]

    assert grouping.counts(split + moves) == {"split": 1, "moved": 2}


def test_a_batch_that_cannot_be_saved_is_grouped_again(room, monkeypatch):
    room.keep_all()
    with monkeypatch.context() as patch:
        patch.setattr(room.store, "save_grouping", _fail)
        with pytest.raises(StoreError, match="full"):
            room.group()
    room.group()

    assert room.stories() == events_of(room)
    assert room.told == {"started": 3, "joined": 4}


def _fail(*_):
    raise StoreError("the disk is full")


def test_an_article_that_cannot_be_grouped_stops_no_other(room, monkeypatch):
    room.keep_all()
    add = grouping.Grouper.add

    def broken(self, number, article, seen_at):
        if article.title.startswith("Minister"):
            raise RuntimeError("a mistake")
        return add(self, number, article, seen_at)

    monkeypatch.setattr(grouping.Grouper, "add", broken)
    room.group()

    assert room.faults == ["a mistake"]
    names = set().union(*room.stories())
    assert names == room.keys.keys() - {"bridge-1"}
    assert room.store.totals(TOPICS).ungrouped == 1


def test_what_matches_no_topic_is_in_no_story(room):
    [entry] = room.world.pending("x")
    draft = room.world.draft(entry.canonical_url, title="A title")
    room.store.save_collected([room.world.collected(entry, draft, matches=(), outcome=EntryOutcome.UNMATCHED)])
    room.group()

    assert room.told == {}
    assert room.store.totals(TOPICS).ungrouped == 0


def test_a_seed_starts_a_story_of_its_own_that_reports_join(room):
    title, text = EVENTS["ferry"][0]
    room.keep("a", EVENTS["ferry"][1])
    seed = room.world.draft("urn:x:seed", title=title, text=text)
    [room.keys["seed"]] = room.store.save_collected([room.world.collected(None, seed, corpus_file="seed.txt")])
    room.group()

    assert room.stories() == [{"a"}, {"seed"}]
    assert room.story("seed").is_frozen
    assert not room.story("a").is_frozen


# --- rewritten ------------------------------------------------------------------------------------------------------


def test_a_rewritten_article_changes_stories_where_its_text_does(room):
    room.keep_all()
    room.group()
    was = room.story("chess-2")
    room.rewrite("ferry-6", EVENTS["chess"][1])
    room.group()

    assert "ferry-6" in {name for name, key in room.keys.items() if key in [r.key for r in room.story("chess-2").reports]}
    assert room.story("ferry-6").key == was.key
    [step] = room.store.story_steps(was.id)
    assert (step.kind, step.story, step.other) == (StepKind.REJOIN, room.story("ferry-0").key, was.key)


def test_a_corrected_report_alone_keeps_the_key_of_its_story(room):
    room.keep("a", EVENTS["ferry"][0])
    room.group()
    before = room.story("a")
    room.rewrite("a", (EVENTS["ferry"][0][0], EVENTS["ferry"][0][1] + " Corrected: ten are missing."))
    room.group()

    assert room.story("a").key == before.key
    assert room.story("a").began_at == before.began_at
    assert room.store.story_steps(room.story("a").id) == []
    assert room.stories() == [{"a"}]


def test_a_report_whose_story_is_left_empty_leads_to_where_it_is(room):
    room.keep("a", EVENTS["ferry"][0])
    room.keep("b", EVENTS["chess"][0])
    room.group()
    left = room.story("b").key
    room.rewrite("b", copied(EVENTS["ferry"][0]))
    room.group()

    assert room.stories() == [{"a", "b"}]
    assert room.store.story(left).key == room.story("a").key


def test_what_a_person_fixed_stays_when_it_is_rewritten(room):
    room.keep_all()
    room.group()
    room.store.pin_reports([room.number("ferry-6")], room.world.now, is_pinned=True)
    room.rewrite("ferry-6", EVENTS["chess"][1])
    room.group()

    assert room.stories() == events_of(room)
    assert room.store.totals(TOPICS).ungrouped == 0


# --- a person beside the machine --------------------------------------------------------------------------------------


def test_a_persons_step_is_seen_and_respected(room):
    """A report that the machine would put elsewhere stays; later ones join where they belong by then."""
    room.keep("a", EVENTS["ferry"][0])
    room.keep("b", EVENTS["chess"][0])
    room.group()
    kept = room.store.merge_stories([room.story("a").key, room.story("b").key], room.world.now)
    room.keep("c", copied(EVENTS["chess"][0]))
    room.keep("d", copied(EVENTS["ferry"][0]))
    room.group()

    assert room.stories() == [{"a", "b", "c", "d"}]
    assert room.story("c").key == kept
    assert room.story("a").is_frozen


def test_a_step_that_comes_between_reading_and_saving_costs_that_batch_alone(room, monkeypatch):
    room.keep("a", EVENTS["ferry"][0])
    room.keep("b", EVENTS["chess"][0])
    room.group()
    keys = [room.story("a").key, room.story("b").key]
    room.keep("c", copied(EVENTS["ferry"][0]))
    save = room.store.save_grouping

    def late(*arguments):
        if keys:
            room.store.merge_stories([keys.pop(), keys.pop()], room.world.now)
        return save(*arguments)

    monkeypatch.setattr(room.store, "save_grouping", late)
    room.group()

    assert room.stories() == [{"a", "b", "c"}]


def test_two_articles_that_become_one_are_one_report(room):
    room.keep_all()
    room.group()
    first, second = room.number("ferry-0"), room.number("ferry-6")
    [entry] = room.world.pending("same")
    record = room.world.collected(
        entry, None, article_id=first, merged_id=second, outcome=EntryOutcome.DUPLICATE, matches=()
    )
    room.store.save_collected([record])
    del room.keys["ferry-6"]
    room.group()
    room.keep("ferry-9", copied(EVENTS["ferry"][0]))
    room.group()

    assert room.stories() == events_of(room)


def test_what_another_version_packed_is_packed_anew(room):
    room.keep_all()
    room.group()
    packed = {one.number: b"\xff" + one.packed[1:] for one in room.store.grouping_memory(100).members}
    room.store.save_packed(packed)
    room.restart()
    room.keep("ferry-9", copied(EVENTS["ferry"][0]))
    room.group()

    assert room.stories() == events_of(room)
    assert all(one.packed[0] != 0xFF for one in room.store.grouping_memory(100).members)


def test_stopping_leaves_the_rest_for_later(room):
    room.keep_all()
    stop = asyncio.Event()
    stop.set()
    asyncio.run(room.stage.run(stop))
    assert room.stories() == []

    room.group()
    assert room.stories() == events_of(room)


def test_examples_that_changed_make_the_grouper_anew(room, tmp_path: Path):
    room.keep_all()
    room.group()
    before = room.stage._grouper
    room.stage._current.examples = (grouping.Article(key="x", title="A", text="A text."),)
    room.keep("ferry-9", copied(EVENTS["ferry"][0]))
    room.group()

    assert room.stage._grouper is not before
    assert room.stories() == events_of(room)
