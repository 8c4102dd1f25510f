"""What the doctor says of sound databases, of files that are really damaged, and of rows that contradict each other."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector.doctor import examine
from collector.errors import StoreError
from collector.model import Finding
from collector.store import Store
from tests.world import NOW, World

LONGEST = timedelta(days=2)


def findings(database: object) -> list[Finding]:
    return list(examine(str(database), NOW, LONGEST))


def problems(database: object) -> dict[str, str]:
    """What is wrong, by the name of the check. Every problem says what to do."""
    wrong = [finding for finding in findings(database) if not finding.is_sound]
    assert all(finding.advice for finding in wrong)
    return {finding.check: f"{finding.message} / {finding.advice}" for finding in wrong}


def fill(database: str, articles: int = 3) -> None:
    with closing(Store.open(database)) as store:
        store.prepare()
        world = World(store)
        for number in range(articles):
            world.keep(str(number), text="A text of some length. " * 40)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A SQLite database of some hundred kilobytes, in one file."""
    path = tmp_path_factory.mktemp("sound") / "collector.sqlite3"
    fill(str(path), 200)
    return path.read_bytes()


@pytest.fixture
def file(sound: bytes, tmp_path: Path) -> Path:
    """A copy of that database, to be damaged."""
    path = tmp_path / "collector.sqlite3"
    path.write_bytes(sound)
    return path


def spoil(path: Path, *statements: str) -> None:
    """Changes rows behind the program's back, as a person with a tool would."""
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            assert db.execute(statement).rowcount


def test_a_sound_database_has_no_problems_beside_its_running_service(database):
    fill(database)
    with closing(Store.open(database)) as store, store.hold():
        found = findings(database)

        assert [finding for finding in found if not finding.is_sound] == []
        [lock] = [finding for finding in found if finding.check == "lock"]
        assert f"process {os.getpid()}" in lock.message
    assert {"version", "pages", "references", "tables", "entries", "articles", "stories", "feeds", "addresses"} <= {
        finding.check for finding in found
    }


def test_the_doctor_changes_nothing(file):
    before = file.read_bytes()

    assert problems(file) == {}

    assert file.read_bytes() == before


def test_what_is_not_there_cannot_be_examined(tmp_path):
    with pytest.raises(StoreError, match="no such database"):
        findings(tmp_path / "none.sqlite3")
    assert not (tmp_path / "none.sqlite3").exists()
    with pytest.raises(StoreError, match=r"cannot be reached|refused"):
        findings("postgresql://nobody@127.0.0.1:1/nothing")


def test_a_file_that_is_something_else_is_called_so(tmp_path):
    other = tmp_path / "photo.jpg"
    other.write_bytes(b"\xff\xd8\xff\xe0" * 5000)

    assert "it is no SQLite database" in problems(other)["pages"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_file_that_was_cut_short_is_called_so(file, share):
    os.truncate(file, int(file.stat().st_size * share) // 4096 * 4096)

    wrong = problems(file)

    assert "it is cut short" in wrong["pages"]
    assert "collector backup" in wrong["pages"]
    assert ".recover" in wrong["pages"]


@pytest.mark.parametrize("page", [1, 2, 3, 10, 25, 40])
def test_an_overwritten_page_is_found(file, page):
    """Whatever was on it: what every page of the schema, the rows or the indexes held."""
    with file.open("r+b") as out:
        out.seek((page - 1) * 4096)
        out.write(b"\xa5" * 4096)

    assert problems(file).keys() & {"pages", "indexes"}


def test_an_index_that_misses_rows_is_told_to_be_made_anew(file):
    """The rows are whole, and REINDEX is all that it takes."""
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("PRAGMA writable_schema=ON")
        kept = db.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_guid'").fetchone()[0]
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'entry_guid'", (kept + " WHERE 0",))
    spoil(file, "UPDATE entry SET guid = guid || 'x'")
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("PRAGMA writable_schema=ON")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'entry_guid'", (kept,))

    wrong = problems(file)

    assert wrong.keys() == {"indexes"}
    assert "REINDEX" in wrong["indexes"]
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("REINDEX")
    assert problems(file) == {}


def test_a_database_of_a_newer_version_is_named_as_such(file):
    spoil(file, "UPDATE alembic_version SET version_num = '9999'")

    assert "newer Collector" in problems(file)["version"]


def test_a_database_without_tables_is_told_to_be_migrated(tmp_path):
    path = tmp_path / "empty.sqlite3"
    path.touch()

    assert "collector migrate" in problems(path)["version"]


def test_a_missing_index_is_named(file):
    spoil_schema = "DROP INDEX entry_due"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(spoil_schema)

    assert "index entry_due" in problems(file)["tables"]


def test_rows_deleted_behind_its_back_are_missed(file):
    spoil(file, "DELETE FROM article WHERE id = 7")

    wrong = problems(file)

    assert "rows of entry refer to a missing article" in wrong["references"]
    assert "rows of match refer to a missing article" in wrong["references"]


REVISION = "INSERT INTO revision (key, article_id, change, found_at) VALUES ('k', 5, "


@pytest.mark.parametrize(
    ("statement", "check", "says"),
    [
        ("UPDATE entry SET outcome = NULL WHERE id < 5", "entries", "4 entries are neither collected nor"),
        ("UPDATE article SET is_grouped = 1 WHERE id < 5", "stories", "4 articles are called grouped, but"),
        ("UPDATE entry SET article_id = NULL WHERE id = 5", "entries", "1 entries are settled without an article"),
        ("UPDATE article SET is_kept = 0 WHERE id = 5", "articles", "match a topic and are not published"),
        ("UPDATE article SET text = NULL WHERE id = 5", "articles", "lost their text"),
        ("UPDATE article SET dated_at = '2030-01-01 00:00:00.000000+00:00' WHERE id = 5", "articles", "dated later"),
        ("UPDATE entry SET outcome = 'eaten' WHERE id = 5", "words", "a word that this version does not know"),
        ("UPDATE entry SET visit_at = '2030-01-01 00:00:00.000000+00:00' WHERE id = 5", "entries", "was never read"),
        (REVISION + "'eaten', '2026-01-01 00:00:00.000000+00:00')", "words", "a word that this version does not know"),
        ("UPDATE feed SET next_poll_at = '2030-01-01 00:00:00.000000+00:00'", "feeds", "longer than any wait"),
        ("UPDATE feed SET last_poll_at = '2030-01-01 00:00:00.000000+00:00'", "feeds", "polled in the future"),
        ("UPDATE feed SET failures = -1", "feeds", "below zero"),
        ("DELETE FROM address WHERE article_id = 5", "addresses", "are not found at it: https://news.example/4"),
        ("UPDATE address SET article_id = 6 WHERE article_id = 5", "addresses", "share their address"),
        ("DELETE FROM sighting WHERE article_id = 5", "entries", "not said to have shown"),
    ],
)  # fmt: skip
def test_rows_that_contradict_each_other_are_found(file, statement, check, says):
    spoil(file, statement)

    assert says in problems(file)[check]


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE feed SET next_poll_at = 'banana'", "feed"),
        ("UPDATE entry SET first_seen_at = 9e18 WHERE id IN (5, 6)", "entry"),
        ("UPDATE entry SET authors = '{' WHERE id = 5", "entry"),
        ("UPDATE entry SET title = CAST(x'ff00ff' AS TEXT) WHERE id = 5", "entry"),
        ("UPDATE article SET title = x'ff00ff' WHERE id = 5", "article"),
    ],
)
def test_values_of_another_kind_are_found(file, statement, table):
    """A flipped byte in a row leaves every page whole; no question to the database fails with anything but its error."""
    spoil(file, statement)

    assert f"rows of {table} cannot be read" in problems(file)["rows"]
    with closing(Store.look_at(file)) as store:
        for ask in (store.feeds, lambda: list(store.articles(kept_only=False))):
            with contextlib.suppress(StoreError):
                ask()


def test_a_history_without_its_text_is_found(file):
    spoil(
        file,
        REVISION + "'revised', '2026-01-01 00:00:00.000000+00:00')",
        "UPDATE article SET text = NULL WHERE id = 5",
    )

    assert "have a history" in problems(file)["articles"]


def test_a_last_page_that_lacks_a_byte_is_found(file):
    os.truncate(file, file.stat().st_size - 1)

    assert "it is cut short" in problems(file)["pages"]


def test_a_gap_is_counted_and_no_damage(store):
    world = World(store)
    world.feeds("a")
    with store._write() as db:
        db.execute(sa.text("UPDATE feed SET gap_count = 2"))

    [told] = [f for f in examine(store._url.render_as_string(hide_password=False), NOW, LONGEST) if f.check == "gaps"]

    assert told.is_sound
    assert "a 2 times" in told.message
