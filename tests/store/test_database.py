"""The database as a whole: opened, brought up to date, refused, held, copied."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from collector.errors import InUse, StoreBusy, StoreError, StoreNewer
from collector.model import ChannelQuery
from collector.store import Store, dialects, migrations
from collector.store.schema import metadata


def prepared(database: str) -> Store:
    """The store there, ready for use."""
    store = Store.open(database)
    store.prepare()
    return store


# --- opened ---


def test_opening_creates_the_folder_and_preparing_the_tables(tmp_path):
    """A new user has nothing to prepare."""
    store = Store.open(tmp_path / "new" / "folder" / "news.sqlite3")
    with pytest.raises(StoreError, match="collector migrate"):
        store.check()
    store.prepare()
    store.prepare()
    store.check()

    assert store.feeds() == []
    assert store.name == str(tmp_path / "new" / "folder" / "news.sqlite3")
    store.close()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite://", "memory"),
        ("sqlite:///:memory:", "memory"),
        ("mysql://localhost/x", "no support for mysql"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "cannot be reached"),
        ("postgresql://host:port/name", "cannot be read"),
    ],
)
def test_an_address_that_is_of_no_use_is_refused_in_words(address, message):
    """What is wrong with it, and never its password."""
    with pytest.raises(StoreError, match=message) as caught:
        Store.open(address)

    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    """A wrong name in the settings must not cost somebody's file."""
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader, " * 1000)
    with pytest.raises(StoreError, match=r"letter\.txt: the file is not a database"):
        Store.open(file)

    assert file.read_text() == "Dear reader, " * 1000


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """Here a file stands where a folder should be."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(StoreError, match="taken: the folder cannot be made"):
        Store.open(tmp_path / "taken" / "news.sqlite3")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(tmp_path)


def test_a_full_disk_is_named_and_nothing_is_half_saved(tmp_path, world_of):
    """SQLite's own page limit stands for the disk."""
    store = prepared(str(tmp_path / "news.sqlite3"))
    world = world_of(store)
    a, b = world.feeds("a", "b")
    with store._engine.connect() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar()

    @sa.event.listens_for(store._engine, "checkout")
    def limit(connection, _record, _proxy):
        connection.execute(f"PRAGMA max_page_count={pages + 20}")

    large = [world.poll(a, world.item("1")), world.poll(b, world.item("2", content="x" * 1_000_000))]
    with pytest.raises(StoreError, match="the disk is full"):
        store.save_polls(large)

    assert store.due_entries(world.now, 10) == []
    assert store.save_polls([large[0]]) == [None]
    store.close()


def test_importing_the_store_loads_neither_alembic_nor_psycopg():
    """Both take longer to load than most commands to run."""
    program = """
        import sys
        import collector.store
        print(*(name for name in ("alembic", "psycopg") if name in sys.modules))
    """
    assert run(program) == ""


@pytest.mark.parametrize("is_new", [True, False])
def test_opening_a_database_that_is_new_or_up_to_date_does_not_load_alembic(tmp_path, is_new):
    """Only a migration needs it."""
    if not is_new:
        prepared(str(tmp_path / "x.sqlite3")).close()
    program = """
        import sys
        from collector.store import Store
        store = Store.open(sys.argv[1])
        store.prepare()
        store.check()
        print(*(name for name in ("alembic", "psycopg") if name in sys.modules))
    """
    assert run(program, str(tmp_path / "x.sqlite3")) == ""


def run(program: str, *arguments: str) -> str:
    """What a program prints in a process of its own."""
    command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


# --- up to date ---


def test_head_is_the_newest_migration():
    """The constant spares every start the loading of Alembic; here it is held to the truth."""
    scripts = ScriptDirectory.from_config(migrations.alembic_config())

    assert scripts.get_heads() == [migrations.HEAD]


def migrated(database: str, to: str = "head") -> sa.Engine:
    """The database there as the migrations make it, from the first one on."""
    Store.open(database).close()
    engine = sa.create_engine(dialects.database_url(database))
    with engine.begin() as db:
        migrations.upgrade(db, to)
    return engine


def test_the_migrations_make_the_tables_that_the_program_uses(database):
    """Alembic, asked what is missing or too much, has nothing to say."""
    engine = migrated(database)
    with engine.connect() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_the_migrations_make_the_indexes_that_the_program_uses(database):
    """What Alembic does not compare: the conditions of partial indexes, and the order of their columns."""
    engine = migrated(database)
    with engine.begin() as db:
        old = definitions(db)
    emptied(engine)
    prepared(database).close()
    with engine.begin() as db:
        new = definitions(db)
    engine.dispose()

    assert old == new
    assert len([name for name in old if name.startswith("article_")]) >= 3


def test_a_new_database_is_one_that_was_brought_up_to_date(database):
    """It is not made by the migrations; its columns, keys and Alembic's note are the same. PostgreSQL adds columns behind
    all others, and does not mind.
    """
    engine = migrated(database)
    old = described(engine)
    emptied(engine)
    prepared(database).close()
    new = described(engine)
    engine.dispose()

    assert new == old
    assert {"article", "alembic_version"} <= new.keys()


def emptied(engine: sa.Engine) -> None:
    with engine.begin() as db:
        db.exec_driver_sql("DROP TABLE alembic_version")
        metadata.drop_all(db)


def described(engine: sa.Engine) -> dict[str, object]:
    """What the database says of every table, and which migration it is at."""
    seen, in_order = sa.inspect(engine), list if engine.dialect.name == "sqlite" else sorted
    tables: dict[str, object] = {
        name: (
            in_order((c["name"], str(c["type"]), c["nullable"], str(c["default"])) for c in seen.get_columns(name)),
            seen.get_pk_constraint(name),
            sorted(map(repr, seen.get_foreign_keys(name))),
            sorted(map(repr, seen.get_unique_constraints(name))),
        )
        for name in seen.get_table_names()
    }
    with engine.connect() as db:
        return tables | {"": migrations.revision_of(db)}


def definitions(db: sa.Connection) -> dict[str, str]:
    """Every index in the database's own words."""
    if db.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    rows = db.exec_driver_sql(query)
    return {name: sql for name, sql in rows if not name.startswith("alembic")}


def test_a_newer_database_is_refused_and_left_alone(database):
    """The message says which version wrote it and what to do."""
    prepared(database).close()
    with change(database) as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store = Store.open(database)

    for ask in (store.prepare, store.check):
        with pytest.raises(StoreNewer, match=r"newer Collector.*9999.*Install that version"):
            ask()
    store.close()


def test_somebody_elses_database_is_refused(database):
    """A wrong address in the settings must not mix our tables with others."""
    Store.open(database).close()
    with change(database) as db:
        db.exec_driver_sql("CREATE TABLE orders (id INTEGER)")
    store = Store.open(database)

    with pytest.raises(StoreError, match="not Collector's"):
        store.prepare()
    store.close()


def change(database: str):
    """A transaction of somebody else's."""
    return sa.create_engine(dialects.database_url(database), poolclass=sa.NullPool).begin()


def test_a_failed_migration_changes_nothing(database, monkeypatch):
    """Tables too are in the transaction, on both databases."""
    from alembic import command

    def half(config, _target):
        config.attributes["connection"].exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise StoreError("power cut")

    migrated(database, "0001").dispose()
    store = Store.open(database)
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", half)
        with pytest.raises(StoreError, match="power cut"):
            store.prepare()
    store.prepare()
    store.check()

    with store._read() as db:
        assert "half" not in sa.inspect(db).get_table_names()
    store.close()


@pytest.mark.parametrize("is_new", [True, False])
def test_two_programs_that_start_together_migrate_once(database, is_new):
    """The second waits for the first and finds everything done."""
    if not is_new:
        migrated(database, "0001").dispose()
    Store.open(database).close()
    program = """
        import sys
        from collector.store import Store
        Store.open(sys.argv[1]).prepare()
    """
    command = [sys.executable, "-c", textwrap.dedent(program), database]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]

    assert [(process.communicate()[1], process.returncode) for process in both] == [(b"", 0)] * 2


# --- held ---


def test_the_second_collector_is_refused_with_the_first_ones_number(database):
    """Reading and writing go on beside it; when the first ends, the second may."""
    first, second = prepared(database), prepared(database)
    with pytest.raises(UnicodeError), first.hold():
        "\ud800".encode()  # what goes wrong under the lock is not the lock's error
    with first.hold():
        with pytest.raises(InUse, match=f"process {os.getpid()}"), second.hold():
            pass
        assert second.feeds() == []
    with second.hold():
        pass
    first.close()
    second.close()


def test_a_lock_that_was_lost_is_taken_again_or_the_loss_is_told(database):
    """With the file that somebody deleted, or the connection that a server ended."""
    first, second = prepared(database), prepared(database)
    with first.hold():
        first.assure_hold()
        lose(first)
        first.assure_hold()
        with pytest.raises(InUse, match=f"process {os.getpid()}"), second.hold():
            pass
        lose(first)
        with second.hold(), pytest.raises(InUse):
            first.assure_hold()
        first.assure_hold()
    first.close()
    second.close()


def lose(store):
    """Takes the store's lock away, as an accident would; returns when it is gone."""
    if store.file:
        store.file.with_name(store.file.name + ".lock").unlink()
        return
    with store._read() as db:
        db.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    for _ in range(50):
        if store.holder() is None:
            return
        signal.sigtimedwait([], 0.1)
    pytest.fail("the server keeps the lock")


@pytest.mark.postgres
def test_a_question_is_put_again_when_the_server_ended_its_connection(postgres_store):
    """Even in the midst of it."""
    ended = []

    def question(db):
        if not ended:
            ended.append(db.scalar(sa.text("SELECT pg_backend_pid()")))
            with postgres_store._read() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": ended[0]})
            signal.sigtimedwait([], 0.2)
        return db.scalar(sa.text("SELECT 42"))

    assert postgres_store._ask(question) == 42


def test_death_lets_go(database):
    """However the process ended; a worker that it forked does not keep the lock."""
    store = prepared(database)
    program = """
        import os, sys, time
        from collector.store import Store
        with Store.open(sys.argv[1]).hold():
            worker = os.fork()
            if worker == 0:
                os.close(1)
                time.sleep(20)
                os._exit(0)
            print(worker, flush=True)
            time.sleep(20)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), database]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    worker = int(holder.stdout.readline())
    try:
        with pytest.raises(InUse, match=f"process {holder.pid}"), store.hold():
            pass
        holder.kill()
        holder.communicate()
        for _ in range(50):  # a server needs a moment to see that its client is gone
            try:
                with store.hold():
                    break
            except InUse:
                signal.sigtimedwait([], 0.1)
        else:
            pytest.fail("the lock outlived its process")
    finally:
        os.kill(worker, signal.SIGKILL)
        store.close()


# --- copied ---


def test_a_backup_of_a_running_database_is_complete(tmp_path, world_of):
    """While a transaction is open, the copy holds what was committed, in one file."""
    store = prepared(str(tmp_path / "news.sqlite3"))
    world = world_of(store)
    world.keep("1")
    with store._write() as db:
        db.exec_driver_sql("DELETE FROM match")
        store.backup(tmp_path / "copy.sqlite3")
        db.rollback()
    world.keep("2")

    copy = prepared(str(tmp_path / "copy.sqlite3"))

    assert len(copy.channel(ChannelQuery(topics=("russia",))).items) == 1
    copy.close()
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir() if "copy" in path.name) == ["copy.sqlite3"]


def test_a_backup_overwrites_nothing(tmp_path):
    """And leaves nothing behind where it fails."""
    store = prepared(str(tmp_path / "news.sqlite3"))
    (tmp_path / "precious").write_text("precious")
    with pytest.raises(StoreError, match="overwrites nothing"):
        store.backup(tmp_path / "precious")
    with pytest.raises(StoreError, match="no folder"):
        store.backup(tmp_path / "nowhere" / "copy")
    store.close()

    assert (tmp_path / "precious").read_text() == "precious"
    assert {path.name for path in tmp_path.iterdir()} == {"news.sqlite3", "precious"}


@pytest.mark.postgres
def test_a_backup_of_a_server_is_what_pg_restore_reads(tmp_path, postgres_store, world_of, monkeypatch):
    """pg_dump's custom format; without pg_dump the message says so."""
    world_of(postgres_store).keep("1")
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    postgres_store.backup(tmp_path / "copy.dump")
    listing = subprocess.run(
        ["pg_restore", "--list", tmp_path / "copy.dump"], capture_output=True, text=True, check=True
    ).stdout

    assert "TABLE DATA public article" in listing

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match="pg_dump is not installed"):
        postgres_store.backup(tmp_path / "other.dump")


def test_a_damaged_database_is_named(tmp_path):
    """The reader is told to restore a backup, not shown a traceback."""
    file = tmp_path / "news.sqlite3"
    prepared(str(file)).close()
    body = bytearray(file.read_bytes())
    body[4096:] = b"\xff" * (len(body) - 4096)
    file.write_bytes(body)

    with pytest.raises(StoreError, match="the database is damaged"):
        Store.open(file)


def test_a_locked_database_is_named(tmp_path, monkeypatch):
    """After some patience; the words say that another process is at work."""
    monkeypatch.setattr(dialects, "PATIENCE", 0.05)
    store = prepared(str(tmp_path / "news.sqlite3"))
    other = sqlite3.connect(tmp_path / "news.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreBusy, match="another process"):
            store.sync_feeds([], datetime.now(UTC))
    finally:
        other.close()
        store.close()
