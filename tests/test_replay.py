"""Who changes topics or corpus finds what was stored judged anew, and knows beforehand what that will bring."""

from __future__ import annotations

import asyncio
import pickle
from pathlib import Path

import pytest

from collector.config import load
from collector.current import Current
from collector.model import ChannelQuery, EntryOutcome
from collector.plan import plan
from collector.replay import Replay
from collector.seeds import examples, read_corpus
from collector.workers.pool import Workers
from tests.world import World

TOPICS = """\
topics:
  - {key: korea, keywords: [Pyongyang]}
  - {key: ships, keywords: [ship], exclude: [spaceship]}
feeds: [https://a.example/rss]
"""
ARTICLES = {
    "1": "A ship left Pyongyang at dawn.",
    "2": "The tin market was quiet.",
    "3": "Another ship sank.",
}


class Desk:
    """A store with three articles judged by `TOPICS`, and a file that can be edited."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.file = world, folder / "feeds.yaml"
        self.file.write_text(TOPICS, "utf-8")
        self.current = Current(load(self.file, {}), ())
        self.told: list[tuple[int, int]] = []
        for key, text in ARTICLES.items():
            [entry] = world.pending(key)
            judgement = self.current.judge.judge(f"Report {key}", text, "en", ("a",))
            details = {"matches": judgement.matches, "rules": self.current.judge.rules}
            outcome = EntryOutcome.KEPT if judgement.matches else EntryOutcome.UNMATCHED
            draft = world.draft(entry.canonical_url, title=f"Report {key}", text=text)
            world.store.save_collected([world.collected(entry, draft, outcome=outcome, **details)])

    def edit(self, old: str, new: str) -> None:
        assert TOPICS.count(old) == 1
        self.file.write_text(TOPICS.replace(old, new), "utf-8")

    def replay(self) -> None:
        config = load(self.file, {})
        self.current.adopt(config, examples(read_corpus(config.corpus)))
        replay = Replay(
            store=self.world.store,
            current=self.current,
            now=lambda: self.world.now,
            on_replayed=lambda *counts: self.told.append(counts),
        )
        asyncio.run(replay.run())

    def plan(self) -> dict[str, tuple[int, int, int]]:
        """For each topic how many articles it has, gains and loses."""
        return {one.topic: (one.before, one.gains, one.losses) for one in self.changes()}

    def changes(self) -> list:
        config = load(self.file, {})
        rules = pickle.dumps((config.topics, config.feeds, examples(read_corpus(config.corpus))))

        async def work() -> list:
            workers = Workers(2)
            try:
                return await plan(self.world.store, rules, workers, 2)
            finally:
                await workers.close()

        return asyncio.run(work())

    def titles(self, *topics: str) -> list[str]:
        items = self.world.store.channel(ChannelQuery(topics=topics)).items
        return sorted(item.title for item in items)


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, tmp_path)


def test_nothing_is_judged_while_nothing_changed(desk):
    desk.replay()

    assert desk.told == []
    assert desk.plan() == {"korea": (1, 0, 0), "ships": (2, 0, 0)}


def test_a_new_keyword_finds_old_articles(desk):
    desk.edit("[Pyongyang]", "[Pyongyang, tin]")

    assert desk.plan() == {"korea": (1, 1, 0), "ships": (2, 0, 0)}
    assert desk.titles("korea") == ["Report 1"], "a plan changes nothing"

    desk.replay()

    assert desk.told == [(3, 1)]
    assert desk.titles("korea") == ["Report 1", "Report 2"]
    assert desk.plan() == {"korea": (2, 0, 0), "ships": (2, 0, 0)}


def test_the_plan_shows_examples_and_says_why(desk):
    desk.edit("keywords: [ship], exclude: [spaceship]", "keywords: [tin], exclude: [sank]")

    [_, ships] = desk.changes()

    assert [(one.title, one.why) for one in ships.gained] == [("Report 2", "tin")]
    assert sorted(one.title for one in ships.lost) == ["Report 1", "Report 3"]
    assert all(one.why for one in ships.lost)
    assert (ships.before, ships.after) == (2, 1)


def test_a_topic_that_is_removed_hides_its_articles_and_deletes_none(desk):
    desk.edit("  - {key: korea, keywords: [Pyongyang]}\n", "")

    assert desk.plan() == {"korea": (1, 0, 1), "ships": (2, 0, 0)}
    desk.replay()
    assert desk.titles("korea", "ships") == ["Report 1", "Report 3"]

    desk.file.write_text(TOPICS, "utf-8")
    desk.replay()
    assert desk.titles("korea") == ["Report 1"]


def test_an_article_added_to_the_corpus_moves_the_similarity(desk, tmp_path):
    """Nothing else changes: not the topics, and not what a subscriber takes for a new version."""
    before = {item.title: item for item in desk.world.store.channel(ChannelQuery(topics=("ships",))).items}
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("A harbour\nA ship left the harbour of Pyongyang at dawn.", "utf-8")

    desk.replay()

    after = {item.title: item for item in desk.world.store.channel(ChannelQuery(topics=("ships",))).items}
    assert before["Report 1"].similarity == 0
    assert after["Report 1"].similarity > after["Report 3"].similarity
    assert {item.updated_at for item in after.values()} == {item.updated_at for item in before.values()}
    assert desk.told == [(3, 0)]


def test_replaying_stops_when_it_is_told_to_and_goes_on_later(desk):
    desk.edit("[Pyongyang]", "[Pyongyang, tin]")
    desk.current.adopt(load(desk.file, {}), ())
    stop = asyncio.Event()
    stop.set()
    replay = Replay(
        store=desk.world.store, current=desk.current, now=lambda: desk.world.now, on_replayed=lambda *_: None
    )

    asyncio.run(replay.run(stop))
    assert desk.titles("korea") == ["Report 1"]

    asyncio.run(replay.run())
    assert desk.titles("korea") == ["Report 1", "Report 2"]
