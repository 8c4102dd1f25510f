"""For everything kept, joined or dropped we can say why: what happened at each step, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.config import load
from collector.current import Current
from collector.model import EntryOutcome, Visited, VisitOutcome
from collector.tracing import explain, unseen
from tests.world import World

TOPICS = """\
topics:
  - {key: korea, keywords: [Pyongyang]}
  - {key: ships, keywords: [ship], exclude: [spaceship]}
feeds: [https://a.example/rss]
"""


@pytest.fixture
def current(tmp_path: Path) -> Current:
    (tmp_path / "feeds.yaml").write_text(TOPICS, "utf-8")
    return Current(load(tmp_path / "feeds.yaml", {}), ())


def collect(world: World, current: Current, key: str, text: str, **details: object) -> None:
    [entry] = world.pending(key)
    judgement = current.judge.judge("A title", text, "en", ("a",))
    outcome = EntryOutcome.KEPT if judgement.matches else EntryOutcome.UNMATCHED
    told = {"matches": judgement.matches, "rules": current.judge.rules, "outcome": outcome, "reason": "the text is the page's"}
    world.store.save_collected([world.collected(entry, world.draft(entry.canonical_url, text=text), **told | details)])


def told(world: World, current: Current, named: str) -> dict[tuple[str, str], str]:
    """The steps by what they are and what they are about."""
    found = explain(world.store, current, named)
    assert found is not None
    return {(step.step, step.subject): step.text for step in found.steps}


def test_a_kept_article_names_its_feed_its_text_and_its_words(world, current):
    collect(world, current, "1", "A ship came from Pyongyang.")

    said = told(world, current, "https://news.example/1")

    assert said["seen", "a"].startswith("a showed it first 2026-11-22 12:00:00 UTC")
    assert said["collected", "a"] == "collected, and kept: the text is the page's"
    assert "“Pyongyang” in the text at 17" in said["topic", "korea"]
    assert said["topic", "korea"].startswith("matches: ")
    assert "“ship” in the text at 2" in said["topic", "ships"]


def test_a_dropped_article_names_the_rule_that_failed(world, current):
    collect(world, current, "1", "A spaceship landed.")

    said = told(world, current, "https://news.example/1")

    assert said["collected", "a"] == "collected; it matches no topic: the text is the page's"
    assert said["topic", "korea"] == 'does not match: keywords: "Pyongyang" stands not in title or text'
    assert said["topic", "ships"] == 'does not match: "spaceship" stands in the text (exclude)'


def test_an_entry_that_waits_says_until_when(world, current):
    world.pending("1")

    assert told(world, current, "https://news.example/1")["collected", "a"] == (
        "not yet: it is due 2026-11-22 12:00:00 UTC"
    )


def test_of_a_text_that_was_let_go_only_the_outcome_is_known(world, current):
    collect(world, current, "1", "Nothing of interest.")
    world.store.expire_unmatched(world.now + world.hour)

    said = told(world, current, "https://news.example/1")

    assert said["collected", "a"].startswith("collected; it matched no topic, and its text was let go")
    assert "nothing more can be said" in said["topic", "all"]


def test_a_second_report_names_what_it_was_known_by(world, current):
    world.feeds("a", "b")
    collect(world, current, "1", "A ship came.")
    [article] = world.store.outdated_articles(0, 1)
    [again] = world.pending("2", feed="b")
    details = {"article_id": article.id, "outcome": EntryOutcome.DUPLICATE, "reason": "its address is known"}
    world.store.save_collected([world.collected(again, None, addresses=("https://news.example/2",), **details)])

    said = told(world, current, "https://news.example/2")

    assert said["collected", "b"] == "known already: another report of the same article: its address is known"
    assert said["known as", "https://news.example/1"] == "https://news.example/1, https://news.example/2"


def test_of_an_address_that_nobody_showed_it_says_whose_feeds_are_polled(world, current):
    world.feeds("a")

    assert explain(world.store, current, "https://news.example/1") is None
    assert unseen(world.store, "https://other.example/1") == (
        "no feed showed https://other.example/1; none of the feeds is from other.example"
    )
    assert unseen(world.store, "https://a.example/1") == "no feed showed https://a.example/1; of its host: a is new"


def test_what_became_of_an_article_and_when_its_page_is_visited_is_told(world, current):
    collect(world, current, "1", "A ship came from Pyongyang.", visit_at=world.now + world.hour)
    [visit] = world.store.visits(world.store.due_visits(world.now + world.hour, 10))
    gone = Visited(
        visit=visit, outcome=VisitOutcome.GONE, visited_at=world.now + world.hour, next_at=world.now + 2 * world.hour
    )
    world.store.save_visits([gone])

    said = told(world, current, "https://news.example/1")

    assert said["changed", "2026-11-22 13:00:00 UTC"].startswith("its page was not there any more")
    assert said["visited", "a"] == (
        "its page is visited again: last 2026-11-22 13:00:00 UTC, next 2026-11-22 14:00:00 UTC"
    )
