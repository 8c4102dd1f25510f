"""The database itself: opened, brought up to date, held, backed up; and how it is asked and written to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy.engine import URL, Connection

from collector.errors import StoreBusy, StoreError
from collector.store import backup, dialects, lock, migrations

Record = TypeVar("Record")
Saved = TypeVar("Saved")


class Database:
    """The database, open: what is made of its tables stands in `Store`."""

    def __init__(self, url: URL, *, read_only: bool = False) -> None:
        self._url = url
        self._engine = dialects.make_engine(url, read_only=read_only)
        self._writer = dialects.writing(self._engine)
        self._turn = threading.Lock()
        file = dialects.file_of(url)
        self._hold: lock.Hold = lock.FileHold(file) if file else lock.AdvisoryHold(self._engine)
        self.name = dialects.name_of(url)

    # --- the database as a whole ----------------------------------------------------------------------------

    @classmethod
    def open(cls, database: str | Path) -> Self:
        """The store in a SQLite file (a path, or sqlite:///…) or at a postgresql:// URL. Creates the file and
        its folder.

        Its tables may be missing still: see `prepare`. `name` tells people where it is, without a password.
        """
        url = dialects.database_url(database)
        store = cls(url)
        if file := dialects.file_of(url):
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as exc:
                raise StoreError(f"{file.parent}: the folder cannot be made ({exc.strerror})") from exc
        try:
            with store._read():
                return store
        except StoreError:
            store.close()
            raise

    @classmethod
    def ready(cls, database: str | Path) -> Self:
        """The same, brought up to date."""
        store = cls.open(database)
        try:
            store.prepare()
        except StoreError:
            store.close()
            raise
        return store

    @classmethod
    def look_at(cls, database: str | Path) -> Self:
        """The store as it is, for reading alone: nothing is created, nor brought up to date, nor opened yet.

        Raises StoreError when there is no such database.
        """
        url = dialects.database_url(database)
        if (file := dialects.file_of(url)) and not file.is_file():
            raise StoreError(f"{file}: there is no such database")
        return cls(url, read_only=True)

    @property
    def file(self) -> Path | None:
        """The database's file; None when a server keeps it."""
        return dialects.file_of(self._url)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def prepare(self) -> None:
        """Brings the tables up to date, creating them in a new database. Raises StoreNewer when they are
        ahead.
        """
        if self._revision() == migrations.HEAD:
            return
        self._refuse_newer()
        with dialects.own_errors(self.name):
            migrations.migrate(self._url)

    def check(self) -> None:
        """Returns when the tables are this program's. Raises StoreNewer when they are ahead, StoreError when
        behind.
        """
        if self._revision() != migrations.HEAD:
            self._refuse_newer()
            raise StoreError(f"{self.name}: its tables are not up to date; run `collector migrate`")

    @contextmanager
    def hold(self) -> Iterator[None]:
        """The exclusive right to poll, while the block runs. Raises InUse when another process has it."""
        self._hold.acquire()
        try:
            yield
        finally:
            self._hold.release()

    def assure_hold(self) -> None:
        """Within `hold`: takes the right again where it was lost, with the connection or the file that held it.

        Raises InUse when another process has it by now, and StoreError while the database cannot be reached.
        """
        self._hold.assure()

    def holder(self) -> str | None:
        """Who has the exclusive right to poll; None when nobody has."""
        return lock.holder_of_file(self.file) if self.file else self._ask(lock.holder_of_advisory)

    def backup(self, target: str | Path) -> None:
        """Copies the database, which may be in use, into a new file. See `store.backup`."""
        backup.backup(self._url, Path(target).expanduser())

    # --- transactions ---------------------------------------------------------------------------------------

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with dialects.own_errors(self.name), self._engine.connect() as db:
            yield db

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        if not self._turn.acquire(timeout=dialects.PATIENCE):
            raise StoreBusy(f"{self.name}: an earlier transaction still waits for the database")
        try:
            with dialects.own_errors(self.name), self._writer.begin() as db:
                yield db
        finally:
            self._turn.release()

    def _ask(self, question: Callable[..., Saved], *details: Any) -> Saved:
        try:
            with self._read() as db:
                return question(db, *details)
        except StoreError as exc:
            if not dialects.is_broken_connection(exc.__cause__):
                raise
        with self._read() as db:  # over a new connection: the server was restarted, or ended the old one
            return question(db, *details)

    def _save_batch(
        self,
        records: Sequence[Record],
        save: Callable[[Connection, Sequence[Record]], list[Saved]],
        salvage: Callable[[Record], Saved | StoreError],
    ) -> list[Any]:
        """Saves all in one transaction; when some record's data is refused, each in one of its own."""
        if not records:
            return []
        try:
            with self._write() as db:
                return save(db, records)
        except StoreError as exc:
            if dialects.whole_database_reason(exc.__cause__):
                raise
        return [salvage(record) for record in records]

    def _refusal(self, exc: StoreError) -> StoreError:
        """The error of one record; one that concerns the whole database is raised instead."""
        if dialects.whole_database_reason(exc.__cause__):
            raise exc
        return exc

    def _revision(self) -> str | None:
        return self._ask(migrations.revision_of)

    def _refuse_newer(self) -> None:
        version = self._revision()
        if version is not None and not migrations.is_known(version):
            raise migrations.newer(self.name, version)
