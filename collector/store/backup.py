"""A consistent copy of a running database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL

from collector.errors import StoreError
from collector.store.dialects import PATIENCE, file_of


def backup(url: URL, target: Path) -> None:
    """Copies the database into a new file: a SQLite database, or pg_dump's custom format for a PostgreSQL
    one.

    Nothing is left behind when it fails. Raises StoreError, also when the file exists already.
    """
    if target.exists():
        raise StoreError(f"{target} exists already; a backup overwrites nothing")
    if not target.parent.is_dir():
        raise StoreError(f"{target.parent} is no folder")
    file = file_of(url)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if file is None:
            _dump(url, draft)
        else:
            _copy(file, draft)
        draft.replace(target)
    except OSError as exc:
        raise StoreError(f"{target} cannot be written ({exc.strerror})") from exc
    finally:
        draft.unlink(missing_ok=True)


def _copy(file: Path, draft: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(file, timeout=PATIENCE)) as source,
            closing(sqlite3.connect(draft)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    except sqlite3.Error as exc:
        raise StoreError(f"{draft.parent}: the copy failed ({exc})") from exc


def _dump(url: URL, draft: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise StoreError("pg_dump is not installed, and a PostgreSQL database is copied with it")
    # The password goes through the environment: a command line can be read by everybody on the machine.
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    command = [program, "--format=custom", "--no-password", f"--file={draft}", f"--dbname={address}"]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StoreError(f"the copy failed: {' '.join(done.stderr.split())}")
