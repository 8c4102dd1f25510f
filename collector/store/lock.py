"""The exclusive right to poll: one running Collector for a database. Other commands work beside it."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

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


class Hold(Protocol):
    """The right, taken and given back. `assure` takes it again where it was lost; both raise InUse when another
    process has it, and StoreError when it cannot be had.
    """

    def acquire(self) -> None: ...
    def assure(self) -> None: ...
    def release(self) -> None: ...


class FileHold:
    """The lock file beside a SQLite database. The kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._name, self._lock = str(path), path.with_name(path.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as exc:
            raise StoreError(f"{self._lock}: the lock file cannot be opened ({exc.strerror})") from exc
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _process(descriptor)
            os.close(descriptor)
            raise _in_use(self._name, holder) from None
        with suppress(OSError):  # on a full disk the lock holds all the same, without a name
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        _held.add(descriptor)

    def assure(self) -> None:
        """A lock file that somebody deleted keeps nobody out: it is made anew."""
        if self._descriptor is not None:
            with suppress(OSError):
                if os.path.samestat(os.fstat(self._descriptor), self._lock.stat()):
                    return
            self.release()
        self.acquire()

    def release(self) -> None:
        if self._descriptor is not None:
            _held.discard(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


class AdvisoryHold:
    """An advisory lock of a PostgreSQL database, on a connection of its own: the server lets go of it with that."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._name = engine, name_of(engine.url)
        self._db: Connection | None = None
        self._descriptor = -1

    def acquire(self) -> None:
        with own_errors(self._name):
            self._db = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                if not self._db.scalar(sa.select(sa.func.pg_try_advisory_lock(_KEY))):
                    raise _in_use(self._name, holder_of_advisory(self._db) or "another process")
                self._descriptor = self._db.connection.driver_connection.fileno()  # type: ignore[union-attr]
            except BaseException:
                self._close()
                raise
        _held.add(self._descriptor)

    def assure(self) -> None:
        """A connection that broke, as when the server was restarted, took the lock with it: both are had anew."""
        try:
            if self._db is not None:
                self._db.execute(sa.select(1))
                return
        except sa.exc.SQLAlchemyError:
            self._forget()
        self.acquire()

    def release(self) -> None:
        if self._db is not None:
            # A server takes a moment to notice a closed connection; the next one may start at once.
            with suppress(sa.exc.SQLAlchemyError):
                self._db.execute(sa.select(sa.func.pg_advisory_unlock(_KEY)))
            self._forget()

    def _forget(self) -> None:
        _held.discard(self._descriptor)
        self._close()

    def _close(self) -> None:
        # Not returned to the pool: the lock must not outlive this hold.
        if self._db is not None:
            self._db.invalidate()
            self._db.close()
            self._db = None


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
