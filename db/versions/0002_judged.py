"""What an article is judged by: how similar it is to the corpus, and by which rules that was found. And what its page
says beside its text: section, flags, and the text as clean HTML; lines that pages of a host repeat.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from collector.store.dialects import Json, Time

revision = "0002"
down_revision = "0001"

_COLUMNS = (
    sa.Column("similarity", sa.Float(), nullable=False, server_default="0"),
    sa.Column("similar_to", sa.Text()),
    sa.Column("rules", sa.BigInteger(), nullable=False, server_default="0"),
)
_LABELS = (
    sa.Column("section", sa.Text(), nullable=False, server_default=sa.text("''")),
    sa.Column("flags", Json),
)
_HTML = sa.Column("html", sa.Text())
_KEPT = sa.column("is_kept", sa.Boolean) == sa.true()
_UNKEPT = sa.column("is_kept", sa.Boolean) == sa.false()
_HAS_TEXT = sa.column("text").is_not(None)
_FROM_CORPUS = sa.column("corpus_file").is_not(None)
_NEWEST = (sa.text("dated_at DESC"), sa.text("id DESC"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _write_anew()
    else:
        for column in (*_COLUMNS, *_LABELS, _HTML):
            op.add_column("article", column)
    _make_hostline()
    _index("article_similar", sa.text("similarity DESC"), *_NEWEST, where=_KEPT)
    _index("article_rules", "rules", "id", where=_HAS_TEXT)


def _make_hostline() -> None:
    op.create_table(
        "hostline",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("articles", Json, nullable=False),
        sa.Column("seen_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("host", "line", name="hostline_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("hostline_seen", "hostline", ["seen_at"])


def _write_anew() -> None:
    """SQLite walks through long columns to reach what stands behind, so the new ones stand before them. Indexes are
    made by hand: what the database tells of them leaves out their order.
    """
    for name in ("article_kept", "article_corpus_file", "article_unmatched"):
        op.drop_index(name, "article")
    with op.batch_alter_table("article", recreate="always") as batch:
        place = "is_kept"
        for column in _COLUMNS:
            batch.add_column(column, insert_after=place)
            place = column.name
        place = "text_source"
        for column in _LABELS:
            batch.add_column(column, insert_after=place)
            place = column.name
        batch.add_column(_HTML, insert_after="text")
    _index("article_kept", *_NEWEST, "first_seen_at", where=_KEPT)
    _index("article_corpus_file", "corpus_file", where=_FROM_CORPUS, unique=True)
    _index("article_unmatched", "first_seen_at", where=_UNKEPT & _HAS_TEXT)


def _index(name: str, *columns: Any, where: sa.ColumnElement[bool], unique: bool = False) -> None:
    op.create_index(name, "article", list(columns), unique=unique, sqlite_where=where, postgresql_where=where)
