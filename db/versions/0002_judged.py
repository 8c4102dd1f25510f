"""What an article is judged by: how similar it is to the corpus, and by which rules that was found. What its page says
beside its text, and lines that pages of a host repeat. When its page is visited again, and what had become of it. And
stories: the reports of one event.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from collector.store.dialects import Id, Json, Time

revision = "0002"
down_revision = "0001"

_COLUMNS = (
    sa.Column("similarity", sa.Float(), nullable=False, server_default="0"),
    sa.Column("similar_to", sa.Text()),
    sa.Column("rules", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("gone_at", Time()),
    sa.Column("is_grouped", sa.Boolean(), nullable=False, server_default=sa.false()),
)
_VISITS = (
    sa.Column("read_at", Time()),
    sa.Column("visit_at", Time()),
    sa.Column("visited_at", Time()),
    sa.Column("page_etag", sa.Text()),
    sa.Column("page_modified", sa.Text()),
    sa.Column("misses", sa.Integer(), nullable=False, server_default="0"),
)
_LABELS = (
    sa.Column("section", sa.Text(), nullable=False, server_default=sa.text("''")),
    sa.Column("flags", Json),
)
_HTML = sa.Column("html", sa.Text())
_KEPT = sa.column("is_kept", sa.Boolean) == sa.true()
_UNGROUPED = sa.column("is_grouped", sa.Boolean) == sa.false()
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
    _index("article_ungrouped", "id", where=_UNGROUPED & (_KEPT | _FROM_CORPUS))
    _make_stories()
    _add_visits()
    _add_revisions()


def _add_visits() -> None:
    for column in _VISITS:
        op.add_column("entry", column)
    for name, column in (("entry_visit", "visit_at"), ("entry_visited", "visited_at")):
        is_set = sa.column(column).is_not(None)
        op.create_index(name, "entry", [column], sqlite_where=is_set, postgresql_where=is_set)


def _add_revisions() -> None:
    op.create_table(
        "revision",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("found_at", Time(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("difference", Json),
        sa.Column("text", sa.Text()),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="revision_article_id_fk"),
        sa.PrimaryKeyConstraint("id", name="revision_pk"),
        sa.UniqueConstraint("key", name="revision_key_key"),
    )
    op.create_index("revision_article", "revision", ["article_id"])
    op.create_index("revision_found", "revision", [sa.text("found_at DESC"), sa.text("id DESC")])


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


def _make_stories() -> None:
    op.create_table(
        "story",
        sa.Column("id", Id, autoincrement=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("began_at", Time(), nullable=False),
        sa.Column("bumped_at", Time(), nullable=False),
        sa.Column("changed_at", Time(), nullable=False),
        sa.Column("is_frozen", sa.Boolean(), nullable=False),
        sa.Column("forwarded_to", Id),
        sa.PrimaryKeyConstraint("id", name="story_pk"),
        sa.UniqueConstraint("key", name="story_key_key"),
        sa.ForeignKeyConstraint(["forwarded_to"], ["story.id"], name="story_forwarded_to_fk"),
    )
    op.create_index("story_began", "story", [sa.text("began_at DESC"), sa.text("id DESC")])
    op.create_index("story_bumped", "story", [sa.text("bumped_at DESC"), sa.text("id DESC")])
    _index("story_forwarded", "forwarded_to", where=sa.column("forwarded_to").is_not(None), table="story")
    op.create_table(
        "member",
        sa.Column("article_id", Id, autoincrement=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("copy_of", Id),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("joined_at", Time(), nullable=False),
        sa.Column("evidence", Json),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="member_pk"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="member_article_id_fk"),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="member_story_id_fk"),
        sa.ForeignKeyConstraint(["copy_of"], ["article.id"], name="member_copy_of_fk"),
    )
    op.create_index("member_story", "member", ["story_id", "article_id"])
    _index("member_copy", "copy_of", where=sa.column("copy_of").is_not(None), table="member")
    is_pinned = sa.column("is_pinned", sa.Boolean) == sa.true()
    _index("member_pinned", "story_id", where=is_pinned, table="member")
    op.create_table(
        "step",
        sa.Column("id", Id),
        sa.Column("at", Time(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("story_id", Id, nullable=False),
        sa.Column("other_id", Id),
        sa.Column("undoes", Id),
        sa.Column("detail", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="step_pk"),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name="step_story_id_fk"),
        sa.ForeignKeyConstraint(["other_id"], ["story.id"], name="step_other_id_fk"),
        sa.ForeignKeyConstraint(["undoes"], ["step.id"], name="step_undoes_fk"),
    )
    op.create_index("step_story", "step", ["story_id"])
    _index("step_other", "other_id", where=sa.column("other_id").is_not(None), table="step")


def _index(
    name: str, *columns: Any, where: sa.ColumnElement[bool], unique: bool = False, table: str = "article"
) -> None:
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=where, postgresql_where=where)
