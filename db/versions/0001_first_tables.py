"""Feeds, entries, articles and what joins them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from collector.store.dialects import Id, Json, Time

revision = "0001"
down_revision = None


def _where(condition: sa.ColumnElement[bool]) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}


def _true(name: str) -> sa.ColumnElement[bool]:
    return sa.column(name, sa.Boolean) == sa.true()


def _false(name: str) -> sa.ColumnElement[bool]:
    return sa.column(name, sa.Boolean) == sa.false()


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("site_url", sa.Text()),
        sa.Column("document_language", sa.Text()),
        sa.Column("current_url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("body_hash", sa.LargeBinary()),
        sa.Column("interval", sa.Float(), nullable=False),
        sa.Column("next_poll_at", Time(), nullable=False),
        sa.Column("last_poll_at", Time()),
        sa.Column("wait_until", Time()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("gone_count", sa.Integer(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("moved_to", sa.Text()),
        sa.Column("moved_count", sa.Integer(), nullable=False),
        sa.Column("new_rate", sa.Float()),
        sa.Column("gap_count", sa.Integer(), nullable=False),
        sa.Column("last_outcome", sa.Text()),
        sa.Column("last_failure", sa.Text()),
        sa.Column("last_reason", sa.Text(), nullable=False),
        sa.Column("last_success_at", Time()),
        sa.Column("last_new_at", Time()),
        sa.PrimaryKeyConstraint("id", name="feed_pk"),
        sa.UniqueConstraint("key", name="feed_key_key"),
    )
    op.create_index("feed_due", "feed", ["next_poll_at"], **_where(_true("is_active") & _false("is_gone")))
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="meta_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "article",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", Json),
        sa.Column("published_at", Time()),
        sa.Column("published_is_day", sa.Boolean(), nullable=False),
        sa.Column("updated_at", Time()),
        sa.Column("first_seen_at", Time(), nullable=False),
        sa.Column("dated_at", Time(), nullable=False),
        sa.Column("changed_at", Time(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("image", sa.Text()),
        sa.Column("text_source", sa.Text(), nullable=False),
        sa.Column("enclosures", Json),
        sa.Column("sources", Json),
        sa.Column("origin_feed_id", Id),
        sa.Column("corpus_file", sa.Text()),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.ForeignKeyConstraint(["origin_feed_id"], ["feed.id"], name="article_origin_feed_id_fk"),
        sa.PrimaryKeyConstraint("id", name="article_pk"),
        sa.UniqueConstraint("canonical_url", name="article_canonical_url_key"),
        sa.UniqueConstraint("key", name="article_key_key"),
    )
    op.create_index(
        "article_kept",
        "article",
        [sa.text("dated_at DESC"), sa.text("id DESC"), "first_seen_at"],
        **_where(_true("is_kept")),
    )
    op.create_index(
        "article_corpus_file",
        "article",
        ["corpus_file"],
        unique=True,
        **_where(sa.column("corpus_file").is_not(None)),
    )
    op.create_index(
        "article_unmatched",
        "article",
        ["first_seen_at"],
        **_where(_false("is_kept") & sa.column("text").is_not(None)),
    )
    op.create_table(
        "address",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("article_id", Id),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="address_article_id_fk"),
        sa.PrimaryKeyConstraint("address", name="address_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("feed_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("canonical_url", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", Json),
        sa.Column("published_at", Time()),
        sa.Column("updated_at", Time()),
        sa.Column("language", sa.Text()),
        sa.Column("categories", Json),
        sa.Column("image", sa.Text()),
        sa.Column("enclosures", Json),
        sa.Column("title_hash", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("identity_hash", sa.LargeBinary()),
        sa.Column("first_seen_at", Time(), nullable=False),
        sa.Column("last_seen_at", Time(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("changed_at", Time(), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("article_id", Id),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Time()),
        sa.Column("summary", sa.Text()),
        sa.Column("content", sa.Text()),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="entry_article_id_fk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name="entry_feed_id_fk"),
        sa.PrimaryKeyConstraint("id", name="entry_pk"),
        sa.UniqueConstraint("feed_id", "key", name="entry_feed_id_key_key"),
    )
    op.create_index("entry_article", "entry", ["article_id"], **_where(sa.column("article_id").is_not(None)))
    op.create_index("entry_canonical_url", "entry", ["feed_id", "canonical_url"])
    op.create_index("entry_due", "entry", ["due_at"], **_where(sa.column("due_at").is_not(None)))
    op.create_index("entry_guid", "entry", ["feed_id", "guid"])
    op.create_index("entry_identity", "entry", ["feed_id", "identity_hash"])
    op.create_index("entry_outcome", "entry", ["feed_id", "outcome"])
    op.create_table(
        "match",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="match_article_id_fk"),
        sa.PrimaryKeyConstraint("article_id", "topic", name="match_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("match_topic", "match", ["topic"])
    op.create_table(
        "sighting",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("feed_id", Id, nullable=False),
        sa.Column("first_seen_at", Time(), nullable=False),
        sa.Column("last_seen_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="sighting_article_id_fk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name="sighting_feed_id_fk"),
        sa.PrimaryKeyConstraint("article_id", "feed_id", name="sighting_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("sighting_feed", "sighting", ["feed_id"])
