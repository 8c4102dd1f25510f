"""Everything that differs between SQLite and PostgreSQL: connecting, column types, inserts that may meet a
row, errors.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url

from collector.errors import StoreBusy, StoreError

# How long a writer waits for another process's transaction before it gives up, in seconds. The service tries again,
# but must be able to stop in the meantime.
PATIENCE = 4
_CONNECT = 10  # seconds for a PostgreSQL server to answer

# --- column types -------------------------------------------------------------------------------------------

Id = sa.BigInteger().with_variant(
    sa.Integer(), "sqlite"
)  # SQLite numbers rows by itself only where it says INTEGER
Json = sa.JSON(none_as_null=True)


class UnreadableError(Exception):
    """A stored value is none of its column's kind: SQLite keeps whatever is written into its file."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} in it cannot be read; `collector doctor` says more")


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as exc:
        raise UnreadableError("a list") from exc


class Time(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite has no such type: there it is ISO text of one width, which sorts as time
    does.
    """

    impl = sa.TIMESTAMP(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(
            sa.String(32) if dialect.name == "sqlite" else sa.TIMESTAMP(timezone=True)
        )

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value}")
        value = value.astimezone(UTC)
        return value.isoformat(" ", "microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        try:
            return datetime.fromisoformat(value)
        except (ValueError, TypeError) as exc:
            raise UnreadableError("a time") from exc


# --- connecting ---------------------------------------------------------------------------------------------


def database_url(database: str | Path) -> URL:
    """A SQLite file's path, or a database's URL, as a URL with the driver that we use.

    Raises StoreError for a URL that cannot be read, or of a database that Collector does not know.
    """
    text = str(database)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    try:
        url = make_url(text)
    except (sa.exc.ArgumentError, ValueError) as exc:
        raise StoreError(
            "the database's address cannot be read: write a file name or postgresql://…"
        ) from exc
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            return url.set(drivername="sqlite")
        case "sqlite":
            raise StoreError("a database in memory would be lost at the end: give it a file name")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(f"no support for {other} databases: use SQLite or PostgreSQL")


def file_of(url: URL) -> Path | None:
    """The database's file; None when a server keeps it."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def name_of(url: URL) -> str:
    """The database as people are told of it: a file's path, or a server's address without the password."""
    return str(file_of(url) or url.set(drivername="postgresql"))


def make_engine(url: URL, *, foreign_keys: bool = True, read_only: bool = False) -> Engine:
    """An engine whose connections behave alike on both databases. Nothing is opened yet.

    `foreign_keys` can be off for migrations: SQLite rebuilds a table by dropping it, which would delete what
    refers to it. With `read_only` the database refuses every change, and no file is created.
    """
    serialise = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    if file_of(url) is None:
        options = {
            "connect_timeout": _CONNECT,
            "application_name": f"collector on {socket.gethostname()}, process {os.getpid()}",
            "tcp_user_timeout": 1000 * _CONNECT,  # a server that vanished without a word is noticed, too
            "options": "-c timezone=UTC" + (" -c default_transaction_read_only=on" if read_only else ""),
        }
        # pre_ping: a restarted server costs a new connection, not an error.
        return sa.create_engine(
            url,
            connect_args=options,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=24,
            json_serializer=serialise,
        )
    if read_only:  # the driver takes such an option in an address alone
        address = quote(str(url.database))
        url = url.set(database=f"file:{address}", query={"mode": "ro", "uri": "true"})
    engine = sa.create_engine(
        url,
        # isolation_level=None: the driver begins no transaction by itself, `_begin` does.
        connect_args={"timeout": PATIENCE, "isolation_level": None},
        pool_size=8,
        max_overflow=-1,
        json_serializer=serialise,
        json_deserializer=_read_json,
    )

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        if read_only:
            return
        connection.execute("PRAGMA journal_mode=WAL")
        # With WAL, NORMAL keeps every commit when the program is killed, and a sound file when the power
        # fails; then the last commits may be missing, validators among them, so that the feeds show those
        # entries again.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA journal_size_limit=67108864")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def writing(engine: Engine) -> Engine:
    """The engine for transactions that write. On SQLite they take the write lock first: one that starts as a
    reader and then writes is refused at once when another has written in between, however long it would wait.
    """
    return engine.execution_options(begin="BEGIN IMMEDIATE")


# --- statements ---------------------------------------------------------------------------------------------


def insert(db: Connection, table: sa.Table) -> Any:
    """An INSERT that knows ON CONFLICT in the database's own words."""
    return _insert(db.dialect.name, table)


@lru_cache  # making one, and what it calls `excluded`, takes longer than running it
def _insert(dialect: str, table: sa.Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


# --- errors -------------------------------------------------------------------------------------------------

# The message is for the person who runs the program: what it means, and what to do.
_SQLITE_ERRORS = {
    sqlite3.SQLITE_BUSY: "another process keeps the database locked",
    sqlite3.SQLITE_LOCKED: "another process keeps the database locked",
    sqlite3.SQLITE_FULL: "the disk is full; make room, the work is taken up again",
    sqlite3.SQLITE_NOTADB: "the file is not a database; give another name or move it away",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; restore a backup",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened; may this user write into its folder?",
    sqlite3.SQLITE_READONLY: "no permission to write the database",
    sqlite3.SQLITE_PERM: "no permission to open the database",
    sqlite3.SQLITE_AUTH: "no permission to open the database",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write the database",
}
_POSTGRES_ERRORS = {
    "08": "the connection to the database server broke",
    "28": "the database server refused user or password",
    "3D": "there is no such database on the server",
    "42501": "the user has no permission for this on the database",
    "53100": "the database server's disk is full",
    "53": "the database server is out of resources",
    "55P03": "another process keeps the database locked",
    "57": "the database server was shut down",
}
_LOCKED = "another process keeps the database locked"


# What a driver raises on data that it cannot take; surrogates and huge numbers get no error of their own.
REFUSALS = (sa.exc.SQLAlchemyError, UnicodeError, OverflowError)


@contextmanager
def own_errors(name: str) -> Iterator[None]:
    """Turns the driver's errors into StoreError with a message that names the database `name`."""
    try:
        yield
    except (*REFUSALS, sqlite3.Error, UnreadableError) as exc:
        raise store_error(name, exc) from exc


def store_error(name: str, exc: Exception) -> StoreError:
    """The error that a person can act on."""
    known = whole_database_reason(exc)
    if known == _LOCKED:
        return StoreBusy(f"{name}: {known}")
    original = getattr(exc, "orig", None) or exc
    detail = " ".join(str(original).split())
    if known is None and isinstance(original, sqlite3.OperationalError) and "no such table" in detail:
        known = "the tables are missing or of another version; run `collector migrate`"
    return StoreError(f"{name}: {known} ({detail})" if known else f"{name}: {detail or repr(original)}")


def is_broken_connection(exc: BaseException | None) -> bool:
    """Whether the server ended the connection under a question, which may be put again over a new one."""
    return bool(getattr(exc, "connection_invalidated", False))


def whole_database_reason(exc: BaseException | None) -> str | None:
    """What is wrong when the error concerns the database as a whole; None when only the data at hand is at
    fault.
    """
    original = getattr(exc, "orig", None) or exc
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", 0) & 0xFF
        return _SQLITE_ERRORS.get(code)
    state = getattr(original, "sqlstate", None) or ""
    if reason := _POSTGRES_ERRORS.get(state) or _POSTGRES_ERRORS.get(state[:2]):
        return reason
    if getattr(exc, "connection_invalidated", False):
        return _POSTGRES_ERRORS["08"]
    if isinstance(exc, sa.exc.OperationalError) and not state:
        return "the database server cannot be reached"
    return "no connection became free in time" if isinstance(exc, sa.exc.TimeoutError) else None
