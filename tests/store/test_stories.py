"""Stories in the database: what the grouper decided, what a person did, and what each leaves to be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from collector.errors import StoriesChanged, StoryError
from collector.model import (
    Actor,
    ChannelQuery,
    JoinEvidence,
    Joining,
    Leaving,
    Merging,
    Moving,
    StepKind,
)

EVERYTHING = ChannelQuery(topics=("russia", "brics"))
WHY = JoinEvidence(similarity=0.7, score=0.9, hours=2.0, names=("Wonsan",), words=("ferry",), numbers=("41",))


class Desk:
    """Articles a, b, c … one an hour, and short words for what is done to them."""

    def __init__(self, world):
        self.world, self.store = world, world.store
        self.keys: dict[str, str] = {}
        self.ids: dict[str, int] = {}

    def keep(self, *names, **details):
        for name in names:
            dated = {"title": f"Report {name}", "published_at": self.world.now - (10 - len(self.ids)) * self.world.hour}
            self.keys[name] = self.world.keep(name, **dated | details)
            self.ids[name] = self.store.trace(self.keys[name], ()).article.id

    def take(self, *steps, at=None):
        self.store.save_grouping(self.store.grouping(), steps, at or self.world.now)

    def join(self, name, story, **details):
        evidence = details.pop("evidence", WHY)
        return Joining(article_id=self.ids[name], story=story, evidence=evidence, packed=b"\1packed", **details)

    def group(self, *names, story=1):
        """The first founds the story, the others join it."""
        self.take(*(self.join(name, story, evidence=WHY if n else None) for n, name in enumerate(names)))

    def stories(self, query=EVERYTHING):
        """What stands in the stories' channel, by names."""
        names = {key: name for name, key in self.keys.items()}
        return ["".join(names[one.key] for one in item.story.reports) for item in self.store.stories(query).items]

    def story(self, name):
        return self.store.trace(self.keys[name], ()).article.story

    def key(self, name):
        return self.story(name).key

    def number(self, name):
        return self.ids[name]

    def last(self, name):
        """The number of the last step taken."""
        return self.steps(name)[-1].id

    def steps(self, name):
        return self.store.story_steps(self.story(name).id)


@pytest.fixture
def desk(world):
    return Desk(world)


# --- joined ---------------------------------------------------------------------------------------------------------


def test_a_story_is_named_after_the_article_that_founded_it(desk):
    desk.keep("a", "b")
    desk.group("a", "b")

    story = desk.story("b")
    assert [one.title for one in story.reports] == ["Report a", "Report b"]
    assert story.lead.key == desk.keys["a"]
    assert (story.reports[0].evidence, story.reports[1].evidence) == (None, WHY)
    assert story.key == desk.key("a") != desk.keys["a"]
    assert desk.store.story(story.key) == story


def test_what_is_to_be_placed_comes_by_id_and_once(desk):
    desk.keep("a", "b", "c")
    assert [one.id for one in desk.store.ungrouped_articles(2)] == [desk.ids["a"], desk.ids["b"]]
    assert [one.id for one in desk.store.ungrouped_articles(9, {desk.ids["a"]})] == [desk.ids["b"], desk.ids["c"]]

    desk.group("a", "b")

    assert [one.id for one in desk.store.ungrouped_articles(9)] == [desk.ids["c"]]
    assert desk.store.totals(("russia",)).ungrouped == 1


def test_what_a_grouper_is_restored_from(desk):
    desk.keep("a", "b", "c")
    desk.group("a", "c")
    desk.take(desk.join("b", 2, evidence=None, is_frozen=True))

    memory = desk.store.grouping_memory(10)
    assert [(one.number, one.story, one.packed) for one in memory.members] == [
        (desk.ids["a"], 1, b"\1packed"), (desk.ids["b"], 2, b"\1packed"), (desk.ids["c"], 1, b"\1packed"),
    ]  # fmt: skip
    assert (memory.settled, memory.next_story, memory.base) == ({2}, 3, desk.store.grouping())
    assert {one.story for one in desk.store.grouping_memory(1).members} == {1}, "its last report is the newest"


def test_nothing_is_saved_when_somebody_changed_stories_meanwhile(desk):
    desk.keep("a", "b")
    desk.group("a")
    base = desk.store.grouping()
    desk.store.pin_reports([desk.ids["a"]], desk.world.now, is_pinned=True)

    with pytest.raises(StoriesChanged):
        desk.store.save_grouping(base, [desk.join("b", 1)], desk.world.now)
    assert desk.story("b") is None


def test_copies_are_counted_apart(desk):
    desk.keep("a", "b", "c", "d")
    copies = [desk.join(name, 1, evidence=JoinEvidence(similarity=1, score=1, copy_of=desk.ids["a"])) for name in "bc"]
    desk.take(desk.join("a", 1, evidence=None), *copies, desk.join("d", 1))

    story = desk.story("a")
    assert (len(story.reports), story.independent) == (4, 2)
    assert [one.copy_of for one in story.reports] == [None, desk.keys["a"], desk.keys["a"], None]


def test_articles_are_exported_with_their_stories(desk):
    desk.keep("a", "b", "c")
    desk.take(desk.join("a", 1, evidence=None), desk.join("b", 1, evidence=replace(WHY, copy_of=desk.ids["a"])))

    rows = [(row["story"], row["copy_of"]) for row in desk.store.articles()]
    assert rows == [(desk.key("a"), None), (desk.key("a"), desk.keys["a"]), (None, None)]


# --- the channel of stories -----------------------------------------------------------------------------------------


def test_an_item_is_the_story_under_its_own_identity(desk):
    desk.keep("a", "b")
    desk.group("a", "b")

    [item] = desk.store.stories(EVERYTHING).items
    assert (item.id, item.title, item.is_story) == (f"urn:uuid:{desk.key('a')}", "Report a", True)
    assert item.topics == ("russia",)
    assert item.dated_at == desk.world.now - 10 * desk.world.hour


def test_a_new_report_changes_the_item_and_moves_it_only_where_asked(desk):
    desk.keep("a", "b", "c")
    desk.group("a", story=1)
    desk.group("b", story=2)
    silent, bump = EVERYTHING, ChannelQuery(topics=("russia",), bump=True)
    before = {item.id: item for item in desk.store.stories(silent).items}
    assert desk.stories(silent) == desk.stories(bump) == ["b", "a"]

    desk.take(desk.join("c", 1), at=desk.world.now + desk.world.hour)

    assert (desk.stories(silent), desk.stories(bump)) == (["b", "ac"], ["ac", "b"])
    changed = {item.id: item for item in desk.store.stories(silent).items}
    bumped = {item.id: item for item in desk.store.stories(bump).items}
    own = f"urn:uuid:{desk.key('a')}"
    assert changed[own].dated_at == before[own].dated_at
    assert changed[own].updated_at == desk.world.now + desk.world.hour > before[own].updated_at
    assert bumped[own].dated_at == desk.world.now - 8 * desk.world.hour


def test_a_report_that_comes_late_moves_the_item_too(desk):
    desk.keep("b")
    desk.keep("a", published_at=desk.world.now - 99 * desk.world.hour)
    desk.group("b")
    desk.take(desk.join("a", 1))

    [item] = desk.store.stories(ChannelQuery(topics=("russia",), bump=True)).items
    assert item.dated_at == desk.world.now, "when it was seen"


def test_stories_are_those_with_an_article_that_was_asked_for(desk):
    desk.world.feeds("a", "b")
    desk.keep("a", language="en")
    desk.keep("b", language="ko", feed="b")
    desk.keep("c", language="ko-KR", first_seen_at=desk.world.now + desk.world.hour)
    desk.group("a", "b", story=1)
    desk.group("c", story=2)

    def asked(**details):
        return sorted(desk.stories(ChannelQuery(**{"topics": ("russia",)} | details)))

    assert asked() == ["ab", "c"]
    assert asked(language="ko") == ["ab", "c"]
    assert asked(language="en") == ["ab"]
    assert asked(feed="b") == ["ab"]
    assert asked(since=desk.world.now + desk.world.hour) == ["c"]
    assert asked(only=("brics",)) == []


def test_stories_page_by_page(desk):
    desk.keep(*"abcde")
    for number, name in enumerate("abcde"):
        desk.group(name, story=number + 1)
    for details in ({}, {"bump": True}, {"by_similarity": True}):
        shown, before = [], None
        while True:
            page = desk.store.stories(ChannelQuery(topics=("russia",), limit=2, before=before, **details))
            shown += [item.title[-1] for item in page.items]
            if (before := page.next) is None:
                break
        assert shown == list("edcba")


def test_articles_name_their_story_and_can_be_one_a_story(desk):
    desk.world.feeds("a", "b")
    desk.keep("a", language="en")
    desk.keep("b", "c", language="ko")
    desk.keep("d")
    desk.group("a", "b", "c")

    def titles(**details):
        return [item.title[-1] for item in desk.store.channel(ChannelQuery(topics=("russia",), **details)).items]

    assert titles() == ["d", "c", "b", "a"]
    assert titles(one_a_story=True) == ["d", "c"], "one that is not grouped yet stands for itself"
    assert titles(one_a_story=True, language="en") == ["d", "a"]
    assert titles(one_a_story=True, limit=1) == ["d"]
    items = {item.title[-1]: item for item in desk.store.channel(EVERYTHING).items}
    assert items["d"].story is None
    assert [one.title[-1] for one in items["a"].story.reports] == ["a", "b", "c"]


def test_a_report_without_a_topic_any_more_is_not_shown(desk):
    desk.keep("a", "b")
    desk.group("a", "b")
    with desk.store._write() as db:
        db.exec_driver_sql(f"DELETE FROM match WHERE article_id = {desk.ids['a']}")

    assert desk.stories() == ["b"]
    assert desk.story("a").lead.key == desk.keys["b"]


# --- the machine's steps --------------------------------------------------------------------------------------------


def test_a_merge_keeps_the_older_key_and_leads_there(desk):
    desk.keep("a", "b", "c")
    desk.group("a")
    desk.group("b", story=2)
    desk.group("c", story=3)
    old, older = desk.key("c"), desk.key("b")
    desk.take(Merging(story=3, into=2, evidence=WHY))
    desk.take(Merging(story=2, into=1, evidence=WHY))

    assert desk.stories() == ["abc"]
    assert desk.store.story(old).key == desk.store.story(older).key == desk.key("a")
    steps = desk.steps("a")
    assert [(step.kind, step.who, step.because) for step in steps] == [(StepKind.MERGE, Actor.MACHINE, WHY)] * 2
    assert [step.articles for step in steps] == [(desk.keys["c"],), (desk.keys["b"], desk.keys["c"])]


def test_a_split_is_one_step_and_has_a_new_key(desk):
    desk.keep("a", "b", "c", "d")
    desk.group("a", "b", "c", "d")
    old = desk.key("a")
    desk.take(*(Moving(article_id=desk.ids[name], story=1, into=2, evidence=None) for name in "bd"))

    assert sorted(desk.stories()) == ["ac", "bd"]
    assert desk.key("a") == old != desk.key("b")
    [step] = desk.steps("b")
    assert (step.kind, step.story, step.other) == (StepKind.SPLIT, old, desk.key("b"))
    assert step.articles == (desk.keys["b"], desk.keys["d"])
    for report in desk.story("b").reports:
        assert report.evidence == WHY
        assert (report.arrival.kind, report.arrival.who, report.arrival.at) == (StepKind.SPLIT, Actor.MACHINE, step.at)
    assert [report.arrival for report in desk.story("a").reports] == [None, None]


def test_a_report_whose_story_was_merged_says_so_until_it_is_rewritten(desk):
    desk.keep("a", "b", "c")
    desk.group("a", "c")
    desk.group("b", story=2)
    desk.take(Merging(story=2, into=1, evidence=WHY))

    first, second, third = desk.story("b").reports
    assert (first.arrival, third.arrival, second.evidence) == (None, None, None)
    assert (second.arrival.kind, second.arrival.who, second.arrival.because) == (StepKind.MERGE, Actor.MACHINE, WHY)

    later = desk.world.now + desk.world.hour
    desk.take(Leaving(article_id=desk.ids["b"]), desk.join("b", 1), at=later)
    assert [(one.evidence, one.arrival) for one in desk.story("b").reports][1] == (WHY, None)


def test_what_a_move_says_goes_with_it_when_it_is_taken_back(desk):
    desk.keep(*"abcd")
    desk.group("a", "b")
    desk.group("c", "d", story=2)
    moved = replace(WHY, names=("Hamhung",))
    desk.take(Moving(article_id=desk.ids["d"], story=2, into=1, evidence=moved))
    assert desk.story("d").reports[2].evidence == moved

    desk.store.undo_step(desk.last("d"), desk.world.now)
    assert [(one.evidence, one.arrival) for one in desk.story("d").reports] == [(None, None), (WHY, None)]
    desk.store.undo_step(desk.last("d"), desk.world.now)
    assert desk.story("d").reports[2].evidence == moved, "taken back what was taken back"


def test_of_several_arrivals_the_last_is_told(desk):
    desk.keep("a", "b", "c")
    desk.group("a", "b")
    desk.group("c", story=2)
    desk.take(Moving(article_id=desk.ids["b"], story=1, into=2, evidence=WHY))
    desk.store.move_reports([desk.ids["b"]], desk.key("a"), desk.world.now)
    desk.store.move_reports([desk.ids["b"]], desk.key("c"), desk.world.now + desk.world.hour)

    [arrival] = [one.arrival for one in desk.story("c").reports if one.key == desk.keys["b"]]
    assert (arrival.who, arrival.because) == (Actor.PERSON, None)
    assert arrival.at == desk.world.now + desk.world.hour


def test_the_machine_moves_a_report_and_says_why(desk):
    desk.keep("a", "b", "c")
    desk.group("a", "b")
    desk.group("c", story=2)
    alone = desk.key("c")
    desk.take(Moving(article_id=desk.ids["c"], story=2, into=1, evidence=WHY))

    assert desk.stories() == ["abc"]
    assert desk.store.story(alone).key == desk.key("a"), "who has the key of the story that is empty now is led on"
    [step] = desk.steps("a")
    assert (step.kind, step.who, step.because, step.articles) == (StepKind.MOVE, Actor.MACHINE, WHY, (desk.keys["c"],))
    assert next(one for one in desk.story("a").reports if one.key == desk.keys["c"]).evidence == WHY


def test_one_batch_does_everything_in_its_order(desk):
    desk.keep(*"abcdefg")
    desk.take(
        desk.join("a", 1, evidence=None),
        desk.join("b", 2, evidence=None),
        desk.join("c", 1),
        Merging(story=2, into=1, evidence=WHY),
        desk.join("d", 1),
        *(Moving(article_id=desk.ids[name], story=1, into=3, evidence=None) for name in "cd"),
        desk.join("e", 3),
        desk.join("f", 1),
        desk.join("g", 4, evidence=None),
    )

    assert sorted(desk.stories()) == ["abf", "cde", "g"]
    assert [step.kind for step in desk.steps("a")] == [StepKind.MERGE, StepKind.SPLIT]
    assert len({desk.key(name) for name in "abcdefg"}) == 3
    dates = {item.story.key: item.dated_at for item in desk.store.stories(ChannelQuery(topics=("russia",), bump=True)).items}
    assert dates[desk.key("a")] == desk.world.now - 5 * desk.world.hour, "f's"
    assert dates[desk.key("e")] == desk.world.now - 6 * desk.world.hour, "e's"


def test_a_key_that_is_taken_gets_a_number_behind_it(desk):
    """The founder left its first story, which goes on, and founds another one."""
    desk.keep("a", "b")
    desk.group("a", "b")
    first = desk.key("a")
    desk.take(Leaving(article_id=desk.ids["a"]), desk.join("a", 2, evidence=None))

    assert desk.key("b") == first != desk.key("a")
    assert [(step.kind, step.other) for step in desk.steps("b")] == [(StepKind.REJOIN, desk.key("a"))]


# --- a person's steps -----------------------------------------------------------------------------------------------


@pytest.fixture
def two(desk):
    """The stories ab and cd."""
    desk.keep(*"abcd")
    desk.group("a", "b", story=1)
    desk.group("c", "d", story=2)
    return desk


def test_a_person_merges_stories_and_takes_it_back(two):
    keys = [two.key("c"), two.key("a")]
    grouping, revision = two.store.grouping(), two.store.revision()

    assert two.store.merge_stories(keys, two.world.now) == keys[1]
    assert two.stories() == ["abcd"]
    assert two.story("c").is_frozen
    assert two.store.grouping() > grouping
    assert two.store.revision() > revision
    assert two.store.story(keys[0]).key == keys[1]

    number = two.last("a")
    assert two.store.undo_step(None, two.world.now) == (number, keys[0])
    assert sorted(two.stories()) == ["ab", "cd"]
    assert [two.key("c"), two.key("a")] == keys
    assert not two.story("a").is_frozen
    assert [(step.kind, step.who, step.undone_by) for step in two.steps("a")] == [
        (StepKind.MERGE, Actor.PERSON, two.last("a")), (StepKind.UNDO, Actor.PERSON, None),
    ]  # fmt: skip
    with pytest.raises(StoryError, match="nothing to undo"):
        two.store.undo_step(None, two.world.now)
    with pytest.raises(StoryError, match="undone already"):
        two.store.undo_step(number, two.world.now)


def test_reports_that_came_since_stay(two):
    two.store.merge_stories([two.key("a"), two.key("c")], two.world.now)
    two.keep("e")
    two.take(two.join("e", 1))
    two.store.undo_step(None, two.world.now)

    assert sorted(two.stories()) == ["abe", "cd"]


def test_an_undone_step_can_be_done_again_by_undoing_that(two):
    two.store.merge_stories([two.key("a"), two.key("c")], two.world.now)
    two.store.undo_step(two.last("a"), two.world.now)
    two.store.undo_step(two.last("a"), two.world.now)

    assert two.stories() == ["abcd"]
    assert two.story("a").is_frozen


def test_a_person_splits_a_story_and_takes_it_back(two):
    old = two.key("a")
    new = two.store.split_story([two.number("b")], two.world.now)

    assert sorted(two.stories()) == ["a", "b", "cd"]
    assert (two.key("a"), two.key("b")) == (old, new)
    assert two.story("a").is_frozen
    assert two.story("b").is_frozen

    two.store.undo_step(None, two.world.now)
    assert sorted(two.stories()) == ["ab", "cd"]
    assert two.store.story(new).key == old, "its key was public"
    assert not two.story("a").is_frozen


def test_a_person_moves_a_report(two):
    into = two.key("c")
    assert two.store.move_reports([two.number("b")], into, two.world.now) == into
    assert sorted(two.stories()) == ["a", "bcd"]
    assert two.story("a").is_frozen
    assert two.story("b").is_frozen

    left = two.key("a")
    two.store.move_reports([two.number("a")], into, two.world.now)
    assert two.stories() == ["abcd"]
    assert two.store.story(left).key == into

    two.store.undo_step(None, two.world.now)
    two.store.undo_step(None, two.world.now)
    assert sorted(two.stories()) == ["ab", "cd"]
    assert two.key("a") == left


def test_a_pinned_report_holds_its_story_for_the_machine(two):
    two.store.pin_reports([two.number("a")], two.world.now, is_pinned=True)
    assert two.store.grouping_memory(9).settled == {1}
    assert [one.is_pinned for one in two.story("a").reports] == [True, False]

    two.store.pin_reports([two.number("a")], two.world.now, is_pinned=False)
    assert two.store.grouping_memory(9).settled == set()

    two.store.undo_step(None, two.world.now)
    assert two.store.grouping_memory(9).settled == {1}


def test_what_the_machine_did_can_be_taken_back_and_is_settled_then(two):
    two.take(Merging(story=2, into=1, evidence=WHY))
    two.store.undo_step(two.last("a"), two.world.now)

    assert sorted(two.stories()) == ["ab", "cd"]
    assert two.store.grouping_memory(9).settled == {1, 2}


def test_a_step_under_later_ones_is_not_taken_out(two):
    two.store.merge_stories([two.key("a"), two.key("c")], two.world.now)
    first = two.last("a")
    two.store.split_story([two.number("d")], two.world.now)
    second = two.last("d")

    with pytest.raises(StoryError, match=f"step {second} changed the same story later"):
        two.store.undo_step(first, two.world.now)
    two.store.undo_step(second, two.world.now)
    two.store.undo_step(first, two.world.now)
    assert sorted(two.stories()) == ["ab", "cd"]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda two: two.store.merge_stories([two.key("a"), two.key("b")], two.world.now), "one already"),
        (lambda two: two.store.merge_stories([two.key("a"), "zzzz"], two.world.now), "there is no story zzzz"),
        (lambda two: two.store.split_story([two.number("a"), two.number("b")], two.world.now), "nothing would be left"),
        (lambda two: two.store.split_story([two.number("a"), two.number("c")], two.world.now), "several stories"),
        (lambda two: two.store.move_reports([two.number("a")], two.key("b"), two.world.now), "in that story already"),
        (lambda two: two.store.pin_reports([10**6], two.world.now, is_pinned=True), "in no story"),
        (lambda two: two.store.undo_step(10**9, two.world.now), "no step 1000000000"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(two, ask, message):
    grouping = two.store.grouping()
    with pytest.raises(StoryError, match=message):
        ask(two)

    assert two.store.grouping() == grouping
    assert sorted(two.stories()) == ["ab", "cd"]


def test_a_story_is_found_by_the_beginning_of_its_key(two):
    key = two.key("a")
    assert two.store.story_key(key[:8]) == two.store.story_key(f"urn:uuid:{key}") == key
    with pytest.raises(StoryError, match="there is no story"):
        two.store.story_key("%")


# --- around it ------------------------------------------------------------------------------------------------------


def test_stories_around_are_of_the_same_topic_nearest_first(desk):
    desk.keep(*"abc")
    desk.keep("d", published_at=desk.world.now - timedelta(days=300))
    for number, name in enumerate("abcd"):
        desk.group(name, story=number + 1)

    found = desk.store.stories_around(desk.story("b").id, 5)
    assert {one.lead.title[-1] for one in found} == {"a", "c", "d"}
    assert {one.lead.title[-1] for one in desk.store.stories_around(desk.story("b").id, 1)} == {"a", "c"}
