"""What the database says of its own soundness: pages, references, the shape of its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.store.dialects import UnreadableError
from collector.store.rows import chunks
from collector.store.schema import metadata

_PART = 200  # rows that are read at once
_MOST = 100  # complaints that are read: a damaged file has thousands
_MAGIC = b"SQLite format 3\0"


def damaged_pages(db: Connection) -> list[str]:
    """What SQLite finds wrong with its file, indexes against rows included; invalid indexes on PostgreSQL."""
    if db.dialect.name == "sqlite":
        return [line for line in db.exec_driver_sql(f"PRAGMA integrity_check({_MOST})").scalars() if line != "ok"]
    query = sa.text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
    return [f"index {name} is invalid" for name in db.execute(query).scalars()]


def lost_references(db: Connection) -> list[str]:
    """For each table and the one it refers to, how many rows refer to nothing. PostgreSQL lets none arise."""
    if db.dialect.name != "sqlite":
        return []
    query = 'SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2'
    rows = db.exec_driver_sql(query)
    return [f"{number:,} rows of {table} refer to a missing {parent}" for table, parent, number in rows]


def unreadable_rows(db: Connection) -> list[str]:
    """For each table, how many of its rows hold what is none of its column's kind. PostgreSQL takes none in."""
    if db.dialect.name != "sqlite":
        return []
    told = []
    for table in metadata.sorted_tables:
        names = ", ".join(f'"{column.name}"' for column in table.primary_key)
        keys = [tuple(row) for row in db.exec_driver_sql(f'SELECT {names} FROM "{table.name}"')]
        wrong = [key for part in chunks(keys, _PART) for key in _unreadable_of(db, table, part)]
        if wrong:
            some = "; ".join(", ".join(map(str, key)) for key in wrong[:3])
            told.append(f"{len(wrong):,} rows of {table.name} cannot be read ({some}{' …' * (len(wrong) > 3)})")
    return told


def _unreadable_of(db: Connection, table: sa.Table, keys: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Those of the rows that cannot be read, found by halving."""
    query = sa.select(table).where(sa.tuple_(*table.primary_key).in_(keys))
    try:
        if all(_is_of_its_kind(row, table) for row in db.execute(query)):
            return []
    except UnreadableError:
        pass
    except sa.exc.OperationalError as exc:
        if "decode to UTF-8" not in str(exc.orig):
            raise
    if len(keys) == 1:
        return keys
    half = len(keys) // 2
    return [*_unreadable_of(db, table, keys[:half]), *_unreadable_of(db, table, keys[half:])]


def _is_of_its_kind(row: sa.Row[Any], table: sa.Table) -> bool:
    return all(
        value is None or not isinstance(column.type, sa.Text) or isinstance(value, str)
        for value, column in zip(row, table.columns, strict=True)
    )


def missing_parts(db: Connection) -> list[str]:
    """The tables, columns and indexes that should be there."""
    inspector = sa.inspect(db)
    there = set(inspector.get_table_names())
    missing = []
    for table in metadata.sorted_tables:
        if table.name not in there:
            missing.append(f"table {table.name}")
            continue
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        missing += [f"column {column}" for column in table.columns if column.name not in columns]
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        missing += [f"index {index.name}" for index in table.indexes if index.name not in indexes]
    return missing


def server(db: Connection) -> str | None:
    """The server's version; None where a file is the database."""
    return None if db.dialect.name == "sqlite" else f"PostgreSQL {db.scalar(sa.text('SHOW server_version'))}"


def file_fault(path: Path) -> str | None:
    """What is to be seen from outside of a SQLite file that cannot be read; None when nothing is.

    The header tells how many pages there should be (https://sqlite.org/fileformat.html, 1.3).
    """
    with path.open("rb") as file:
        header = file.read(100)
    if not header.startswith(_MAGIC):
        return "it is no SQLite database" if header.strip(b"\0") else "its beginning is overwritten with nothing"
    if len(header) < 100:
        return "it ends within its first page"
    page = int.from_bytes(header[16:18], "big")
    pages, size = int.from_bytes(header[28:32], "big"), path.stat().st_size
    whole = pages * (65_536 if page == 1 else page)
    return f"it is cut short: {size:,} bytes of {whole:,} are there" if size < whole else None
