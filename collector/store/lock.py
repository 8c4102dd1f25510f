"""The exclusive right to poll: one running Collector for a database. Other commands work beside it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from collector.errors import InUse, StoreError
from collector.store.dialects import name_of, own_errors

_KEY = 0x636F6C6C656374  # any number that no one else takes for an advisory lock in our database

_held: set[int] = set()  # descriptors of lock files and connections


def _forget_in_child() -> None:
    # A forked worker shares the descriptors, and would keep the lock after this process is killed. They are
    # replaced, not closed: the worker's copy of a connection may still write into its descriptor at the end.
    for descriptor in _held:
        nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        os.dup2(nothing, descriptor, inheritable=False)
        os.close(nothing)
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)


@contextmanager
def hold_file(path: Path) -> Iterator[None]:
    """Holds the lock file beside a SQLite database. The kernel lets go of it when the process ends, however
    it ends.
    """
    lock = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        raise StoreError(f"{lock}: the lock file cannot be opened ({exc.strerror})") from exc
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _in_use(str(path), _process(descriptor)) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        with _kept_from_children(descriptor):
            yield
    finally:
        os.close(descriptor)


@contextmanager
def hold_advisory(engine: Engine) -> Iterator[None]:
    """Holds an advisory lock of a PostgreSQL database, on a connection of its own. The server lets go of it
    with that.
    """
    name = name_of(engine.url)
    with own_errors(name):
        db = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        with own_errors(name):
            if not db.scalar(sa.select(sa.func.pg_try_advisory_lock(_KEY))):
                raise _in_use(name, holder_of_advisory(db) or "another process")
            descriptor = db.connection.driver_connection.fileno()  # type: ignore[union-attr]
        try:
            with _kept_from_children(descriptor):
                yield
        finally:
            # A server takes a moment to notice a closed connection; the next one may start at once.
            with suppress(sa.exc.SQLAlchemyError):
                db.execute(sa.select(sa.func.pg_advisory_unlock(_KEY)))
    finally:
        # Closed, not returned to the pool: the lock must not outlive this block.
        db.invalidate()
        db.close()


@contextmanager
def _kept_from_children(descriptor: int) -> Iterator[None]:
    _held.add(descriptor)
    try:
        yield
    finally:
        _held.discard(descriptor)


def holder_of_file(path: Path) -> str | None:
    """Who holds the lock file beside a SQLite database; None when nobody does."""
    try:
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _process(descriptor)
    finally:
        os.close(descriptor)
    return None


def holder_of_advisory(db: Connection) -> str | None:
    """Who holds the advisory lock of a PostgreSQL database; None when nobody does."""
    holder = db.scalar(sa.text(_HOLDER), {"high": _KEY >> 32, "low": _KEY & 0xFFFFFFFF})
    return None if holder is None else str(holder) or "another process"


def _process(descriptor: int) -> str:
    holder = os.read(descriptor, 100).decode("ascii", "replace").strip()
    return f"process {holder}" if holder else "another process"


_HOLDER = """
    SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid::bigint = :high AND objid::bigint = :low
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def _in_use(name: str, holder: str) -> InUse:
    return InUse(
        f"{name} is in use: {holder} is collecting into it. "
        "Stop that one first, or give this one its own database."
    )
