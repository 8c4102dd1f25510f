"""Brings a database to the tables of this program: a new one has them at once, an old one gets them by the migrations
in db/. Alembic is loaded only when one must run.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from collector.errors import StoreError, StoreNewer
from collector.shipped import shipped
from collector.store.dialects import make_engine, name_of, writing
from collector.store.schema import metadata

HEAD = "0002"  # the newest migration in db/versions

# Any number: two programs that start together on one PostgreSQL database migrate one after the other.
_LOCK = 0x636F6C6C


def revision_of(db: Connection) -> str | None:
    """The migration that the database is at; None for an empty one. Raises StoreError when it is somebody
    else's.
    """
    tables = set(sa.inspect(db).get_table_names())
    if "alembic_version" in tables:
        return db.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if tables:
        name = name_of(db.engine.url)
        raise StoreError(f"{name} has tables that are not Collector's; give it a database of its own")
    return None


def migrate(url: URL) -> None:
    """Runs the migrations that are missing, in one transaction: a failed one changes nothing."""
    # Its own engine: SQLite cannot switch foreign keys off inside a transaction.
    engine = make_engine(url, foreign_keys=False)
    try:
        with writing(engine).begin() as db:
            if db.dialect.name == "postgresql":
                db.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            if (revision := revision_of(db)) is None:
                _create(db)
            elif revision != HEAD:
                upgrade(db)
    finally:
        engine.dispose()


def is_known(revision: str) -> bool:
    """Whether one of this program's migrations has that name."""
    from alembic.script import ScriptDirectory

    return any(
        script.revision == revision
        for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()
    )


def newer(name: str, revision: str) -> StoreNewer:
    """The error for a database at a revision that this program does not know."""
    return StoreNewer(
        f"{name}: the database was written by a newer Collector (its revision is {revision}, this one knows "
        f"up to {HEAD}). Install that version or a later one, or restore a backup made before the upgrade."
    )


def alembic_config() -> object:
    """Alembic's configuration: there is no alembic.ini, the scripts are found beside the program."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(shipped("db")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _create(db: Connection) -> None:
    """The tables as they are now, and Alembic's note that none is missing: what it would make, without loading it."""
    metadata.create_all(db)
    db.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)"
    )
    db.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def upgrade(db: Connection, to: str = "head") -> None:
    """Runs the migrations up to one, the newest when left out."""
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = db  # type: ignore[attr-defined]
    command.upgrade(config, to)  # type: ignore[arg-type]
    if db.dialect.name == "sqlite" and db.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StoreError("the migration would have left rows without what they refer to; nothing was changed")
