"""`kill -9` in the middle of grouping: what is started again makes the same stories, and loses and doubles nothing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from collector.model import ChannelQuery
from collector.store import Store, dialects
from collector.store.schema import article, member, step, story
from tests.events import many
from tests.world import World

EVENTS, LEAST_KILLS = 60, 8

GROUP = """
    import sys
    from datetime import UTC, datetime
    from types import SimpleNamespace
    from collector import grouping
    from collector.store import Store

    grouping._BATCH = 3
    stage = grouping.Grouping(
        store=Store.open(sys.argv[1]), current=SimpleNamespace(examples=()), now=lambda: datetime(2026, 11, 22, tzinfo=UTC),
        on_grouped=lambda _: None, fault=lambda *_: sys.exit("fault"),
    )
    while stage.batch():
        print("placed", flush=True)
    print("done", flush=True)
"""


def group(database: str) -> subprocess.Popen[str]:
    """A process that groups what is to be grouped, a few articles at a time."""
    command = [sys.executable, "-c", textwrap.dedent(GROUP), database]
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def state(database: str) -> tuple[list[tuple], ...]:
    """Everything that grouping wrote, but for the numbers of steps."""
    engine = sa.create_engine(dialects.database_url(database))
    with engine.connect() as db:
        found = (
            db.execute(sa.select(story).order_by(story.c.id)).all(),
            db.execute(sa.select(member).order_by(member.c.article_id)).all(),
            db.execute(sa.select(*(c for c in step.c if c.name != "id")).order_by(step.c.id)).all(),
            db.execute(sa.select(article.c.id, article.c.is_grouped).order_by(article.c.id)).all(),
        )
    engine.dispose()
    return tuple([tuple(row) for row in rows] for rows in found)


def forget(database: str) -> None:
    """As if nothing had been grouped."""
    engine = sa.create_engine(dialects.database_url(database))
    with engine.begin() as db:
        for table in (step, member, story):
            db.execute(table.delete())
        db.execute(sa.update(article).values(is_grouped=False))
    engine.dispose()


def test_killed_at_any_moment_grouping_makes_the_same_stories(database):
    with closing(Store.open(database)) as store:
        store.prepare()
        world = World(store)
        told = many(EVENTS)
        keys = [world.keep(str(n), title=title, text=text) for n, (_, title, text) in enumerate(told)]
    with group(database) as whole:
        assert whole.stdout is not None
        assert "done" in whole.stdout.read()
    expected = state(database)
    forget(database)

    chance, kills = random.Random(7), 0
    while True:
        with group(database) as process:
            assert process.stdout is not None
            lines = chance.randrange(1, max(2, len(told) // 3 // LEAST_KILLS))
            seen = [process.stdout.readline() for _ in range(lines)]
            time.sleep(chance.random() * 0.03)
            process.send_signal(signal.SIGKILL)
            seen.append(process.stdout.read())
        if "done" in "".join(seen):
            break
        kills += 1

    assert kills >= LEAST_KILLS
    assert state(database) == expected
    with closing(Store.open(database)) as store:
        totals = store.totals(("russia",))
        stories = store.stories(ChannelQuery(topics=("russia",), limit=1000)).items
    placed = Counter(one.key for item in stories for one in item.story.reports)
    assert placed == Counter(keys)
    assert 0 < totals.stories == len(stories) < len(keys)
