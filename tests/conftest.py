"""Fixtures for every test: where the shared data lies, and databases on the servers that there are.

A test whose means are missing is skipped. `COLLECTOR_REQUIRE` names means that must be there
("shared,postgres,browser"): their tests fail instead.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.engine import URL, Engine, make_url

from collector.store import Store
from collector.store.schema import metadata
from tests.world import World

ROOT = Path(__file__).resolve().parent.parent

_SERVERS = (
    "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    "postgresql+psycopg://127.0.0.1:5432/postgres",
    "postgresql+psycopg://postgres@/postgres",
    "postgresql+psycopg:///postgres",
)


def missing(means: str, reason: str) -> NoReturn:
    """Skips the test; fails it where `COLLECTOR_REQUIRE` names the means: "shared", "postgres", "browser"."""
    if means in os.environ.get("COLLECTOR_REQUIRE", "").replace(" ", "").split(","):
        pytest.fail(f"required, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data beside the checkout."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        missing("shared", "there is no shared test data beside the checkout")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Engine]:
    """A PostgreSQL server where databases may be made: what COLLECTOR_TEST_POSTGRES names, or a local one."""
    named = os.environ.get("COLLECTOR_TEST_POSTGRES")
    reasons = []
    for address in [named] if named else _SERVERS:
        url = make_url(address).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
        try:
            with engine.connect():
                pass
        except sa.exc.SQLAlchemyError as exc:
            engine.dispose()
            reasons.append(f"{url}: {' '.join(str(getattr(exc, 'orig', exc)).split())}")
            continue
        yield engine
        engine.dispose()
        return
    missing("postgres", f"no PostgreSQL server can be had ({'; '.join(reasons)})")


@pytest.fixture(scope="session")
def postgres_database(postgres_server: Engine) -> Iterator[URL]:
    """This run's own database on the server."""
    name = f"collector_test_{uuid.uuid4().hex}"
    with postgres_server.connect() as db:
        db.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield postgres_server.url.set(database=name)
    with postgres_server.connect() as db:
        db.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


_DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=_DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield str(tmp_path / "collector.sqlite3")
        return
    url: URL = request.getfixturevalue("postgres_database")
    _drop_tables(url)
    yield url.render_as_string(hide_password=False)
    _drop_tables(url)


@pytest.fixture(params=_DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, ready for use: the test runs on SQLite and on PostgreSQL."""
    if request.param == "postgres":
        yield request.getfixturevalue("postgres_store")
        return
    store = Store.open(tmp_path / "collector.sqlite3")
    store.prepare()
    yield store
    store.close()


@pytest.fixture
def world(store: Store) -> World:
    """An empty store and short words for what happens to it."""
    return World(store)


@pytest.fixture
def postgres_store(postgres_database: URL) -> Iterator[Store]:
    """An empty store on PostgreSQL alone."""
    store = Store.open(postgres_database.render_as_string(hide_password=False))
    store.prepare()
    _delete_rows(postgres_database)
    yield store
    store.close()


def _drop_tables(url: URL) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as db:
        db.exec_driver_sql("DROP SCHEMA public CASCADE")
        db.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def _delete_rows(url: URL) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as db:
        for table in reversed(metadata.sorted_tables):
            db.execute(table.delete())
    engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium, as the system has it.

    Not for longer than a module: while Playwright is there, no test that is async can run in this thread.
    """
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        missing("browser", "there is no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
