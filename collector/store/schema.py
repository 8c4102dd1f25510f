"""The tables. A migration in db/versions must say the same: a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from collector.store.dialects import Id, Json, Time

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
    }
)


def _partial(name: str, *columns: object, where: sa.ColumnElement[bool], unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)  # type: ignore[arg-type]


# The state of each feed that ever was in feeds.yaml. Times, counters and validators are explained in
# model.FeedState.
feed = Table(
    "feed",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", sa.Text, nullable=False, unique=True),
    Column("url", sa.Text, nullable=False),
    Column("is_active", sa.Boolean, nullable=False),  # in feeds.yaml, and not disabled there
    Column("name", sa.Text),  # as the user calls it
    Column("language", sa.Text),  # as the user states it
    Column("title", sa.Text),  # as the document calls itself
    Column("site_url", sa.Text),
    Column("document_language", sa.Text),
    Column("current_url", sa.Text, nullable=False),
    Column("etag", sa.Text),
    Column("last_modified", sa.Text),
    Column("body_hash", sa.LargeBinary),
    Column("interval", sa.Float, nullable=False),
    Column("next_poll_at", Time, nullable=False),
    Column("last_poll_at", Time),
    Column("wait_until", Time),
    Column("failures", sa.Integer, nullable=False),
    Column("gone_count", sa.Integer, nullable=False),
    Column("is_gone", sa.Boolean, nullable=False),
    Column("moved_to", sa.Text),
    Column("moved_count", sa.Integer, nullable=False),
    Column("new_rate", sa.Float),
    Column("gap_count", sa.Integer, nullable=False),
    Column("last_outcome", sa.Text),
    Column("last_failure", sa.Text),
    Column("last_reason", sa.Text, nullable=False),
    Column("last_success_at", Time),
    Column("last_new_at", Time),
)
_partial(
    "feed_due", feed.c.next_poll_at, where=(feed.c.is_active == sa.true()) & (feed.c.is_gone == sa.false())
)

# One text, known by its canonical URL. A text that is NULL was let go: the article never matched a topic.
article = Table(
    "article",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", sa.Text, nullable=False, unique=True),
    Column("canonical_url", sa.Text, nullable=False, unique=True),
    Column("url", sa.Text),
    Column("title", sa.Text, nullable=False),
    Column("authors", Json),
    Column("published_at", Time),
    Column("published_is_day", sa.Boolean, nullable=False),
    Column("updated_at", Time),
    Column("first_seen_at", Time, nullable=False),
    Column("dated_at", Time, nullable=False),  # the claimed date, never later than first_seen_at
    Column("changed_at", Time, nullable=False),  # when what we publish of it last changed
    Column("language", sa.Text),
    Column("site", sa.Text, nullable=False),
    Column("image", sa.Text),
    Column("text_source", sa.Text, nullable=False),
    Column("section", sa.Text, nullable=False, server_default=sa.text("''")),
    Column("flags", Json),
    Column("enclosures", Json),
    Column("sources", Json),
    Column("origin_feed_id", Id, ForeignKey("feed.id")),  # NULL: from the corpus
    Column("corpus_file", sa.Text),
    Column("is_kept", sa.Boolean, nullable=False),  # matches a topic, or once did
    # To its nearest article of the corpus, 0 to 1; and the file of that one.
    Column("similarity", sa.Float, nullable=False, server_default="0"),
    Column("similar_to", sa.Text),
    # By which rules (topics and corpus) it was judged last: by others than those in force, and it is judged anew.
    Column("rules", sa.BigInteger, nullable=False, server_default="0"),
    Column("gone_at", Time),  # its page was not there any more, on two visits in a row
    Column("is_grouped", sa.Boolean, nullable=False, server_default=sa.false()),  # placed in a story as it stands
    # Long columns last: SQLite walks through them to reach what stands behind.
    Column("summary", sa.Text, nullable=False),
    Column("text", sa.Text),
    Column("html", sa.Text),  # says what `text` says, with headings, lists and quotes; NULL: there is none
)
_partial(
    "article_kept",
    article.c.dated_at.desc(),
    article.c.id.desc(),
    article.c.first_seen_at,  # so that "seen since" is decided without a look at the article
    where=article.c.is_kept == sa.true(),
)
_partial(
    "article_similar",
    article.c.similarity.desc(),
    article.c.dated_at.desc(),
    article.c.id.desc(),
    where=article.c.is_kept == sa.true(),
)
_partial(
    "article_ungrouped",
    article.c.id,
    where=(article.c.is_grouped == sa.false())
    & ((article.c.is_kept == sa.true()) | article.c.corpus_file.is_not(None)),
)
_partial("article_rules", article.c.rules, article.c.id, where=article.c.text.is_not(None))
_partial(
    "article_corpus_file",
    article.c.corpus_file,
    unique=True,
    where=article.c.corpus_file.is_not(None),
)
_partial(
    "article_unmatched",
    article.c.first_seen_at,
    where=(article.c.is_kept == sa.false()) & article.c.text.is_not(None),
)

# One item as its feed shows it. Its outcome stays for ever; its content goes once it is settled, the article
# has it.
entry = Table(
    "entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed_id", Id, ForeignKey("feed.id"), nullable=False),
    Column("key", sa.Text, nullable=False),
    Column("guid", sa.Text),
    Column("url", sa.Text),
    Column("canonical_url", sa.Text),
    Column("title", sa.Text, nullable=False),
    Column("authors", Json),
    Column("published_at", Time),
    Column("updated_at", Time),
    Column("language", sa.Text),
    Column("categories", Json),
    Column("image", sa.Text),
    Column("enclosures", Json),
    Column("title_hash", sa.LargeBinary, nullable=False),
    Column("content_hash", sa.LargeBinary, nullable=False),
    Column("identity_hash", sa.LargeBinary),
    Column("first_seen_at", Time, nullable=False),
    Column("last_seen_at", Time, nullable=False),
    Column("changes", sa.Integer, nullable=False),
    Column("changed_at", Time, nullable=False),
    Column("outcome", sa.Text),  # NULL: pending
    Column("reason", sa.Text),
    Column("article_id", Id, ForeignKey("article.id")),
    Column("attempts", sa.Integer, nullable=False),
    Column("due_at", Time),  # NULL: settled
    Column("summary", sa.Text),
    Column("content", sa.Text),
    # Its page, for the next visit: see model.DueVisit. NULL: it was not read, or is not visited again.
    Column("read_at", Time),
    Column("visit_at", Time),
    Column("visited_at", Time),
    Column("page_etag", sa.Text),
    Column("page_modified", sa.Text),
    Column("misses", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("feed_id", "key"),
)
Index("entry_guid", entry.c.feed_id, entry.c.guid)
Index("entry_canonical_url", entry.c.feed_id, entry.c.canonical_url)
Index("entry_identity", entry.c.feed_id, entry.c.identity_hash)
Index("entry_outcome", entry.c.feed_id, entry.c.outcome)
_partial("entry_article", entry.c.article_id, where=entry.c.article_id.is_not(None))
_partial("entry_due", entry.c.due_at, where=entry.c.due_at.is_not(None))

_partial("entry_visit", entry.c.visit_at, where=entry.c.visit_at.is_not(None))
_partial("entry_visited", entry.c.visited_at, where=entry.c.visited_at.is_not(None))

# Every canonical address under which an article is known. NULL: different texts claim it, it names none.
address = Table(
    "address",
    metadata,
    Column("address", sa.Text, primary_key=True),
    Column("article_id", Id, ForeignKey("article.id")),
    sqlite_with_rowid=False,
)

# Which feeds showed an article.
sighting = Table(
    "sighting",
    metadata,
    Column("article_id", Id, ForeignKey("article.id"), primary_key=True),
    Column("feed_id", Id, ForeignKey("feed.id"), primary_key=True),
    Column("first_seen_at", Time, nullable=False),
    Column("last_seen_at", Time, nullable=False),
    sqlite_with_rowid=False,
)
Index("sighting_feed", sighting.c.feed_id)

# Which topics an article matches. `terms` are the words that hit, a line each; `evidence` says where each
# stands.
match = Table(
    "match",
    metadata,
    Column("article_id", Id, ForeignKey("article.id"), primary_key=True),
    Column("topic", sa.Text, primary_key=True),
    Column("terms", sa.Text, nullable=False),
    Column("evidence", Json, nullable=False),
    sqlite_with_rowid=False,
)
Index("match_topic", match.c.topic)

# Lines that articles of a host show at their ends, by the keys of `hostlines`; and marks of the articles that did.
hostline = Table(
    "hostline",
    metadata,
    Column("host", sa.Text, primary_key=True),
    Column("line", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("articles", Json, nullable=False),
    Column("seen_at", Time, nullable=False),
    sqlite_with_rowid=False,
)
Index("hostline_seen", hostline.c.seen_at)

# What became of articles after they were saved. `title` and `text` are those of before, NULL where they stayed;
# `difference` is what readers are shown, NULL where nothing was written anew.
revision = Table(
    "revision",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", sa.Text, nullable=False, unique=True),
    Column("article_id", Id, ForeignKey("article.id"), nullable=False),
    Column("change", sa.Text, nullable=False),
    Column("found_at", Time, nullable=False),
    Column("title", sa.Text),
    Column("difference", Json),
    Column("text", sa.Text),
)
Index("revision_article", revision.c.article_id)
Index("revision_found", revision.c.found_at.desc(), revision.c.id.desc())

# Reports of one event. Its number is the grouper's; its key is public, and stays when the story grows. One that was
# merged into another names that one, and has no members.
story = Table(
    "story",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("key", sa.Text, nullable=False, unique=True),
    Column("began_at", Time, nullable=False),  # the date of the report that founded it
    Column("bumped_at", Time, nullable=False),  # the date to which its newest report moved it
    Column("changed_at", Time, nullable=False),  # when what we publish of it last changed
    Column("is_frozen", sa.Boolean, nullable=False),  # a person settled it: the machine adds reports, nothing else
    Column("forwarded_to", Id, ForeignKey("story.id")),
)
Index("story_began", story.c.began_at.desc(), story.c.id.desc())
Index("story_bumped", story.c.bumped_at.desc(), story.c.id.desc())
_partial("story_forwarded", story.c.forwarded_to, where=story.c.forwarded_to.is_not(None))

# The story that an article belongs to, and why. `packed` is what the grouper remembers of it between runs.
member = Table(
    "member",
    metadata,
    Column("article_id", Id, ForeignKey("article.id"), primary_key=True),
    Column("story_id", Id, ForeignKey("story.id"), nullable=False),
    Column("copy_of", Id, ForeignKey("article.id")),  # the article whose text it repeats
    Column("is_pinned", sa.Boolean, nullable=False),  # a person fixed it where it is
    Column("joined_at", Time, nullable=False),
    Column("evidence", Json),  # NULL: it founded a story
    Column("packed", sa.LargeBinary, nullable=False),
)
Index("member_story", member.c.story_id, member.c.article_id)
_partial("member_copy", member.c.copy_of, where=member.c.copy_of.is_not(None))
_partial("member_pinned", member.c.story_id, where=member.c.is_pinned == sa.true())

# What was done to stories beyond reports that join: merged, split, moved, pinned, undone. `detail` holds the state
# before it, as far as it was changed.
step = Table(
    "step",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Time, nullable=False),
    Column("kind", sa.Text, nullable=False),
    Column("who", sa.Text, nullable=False),
    Column("story_id", Id, ForeignKey("story.id"), nullable=False),  # that it was done to
    Column("other_id", Id, ForeignKey("story.id")),  # that its reports came to, where that is another one
    Column("undoes", Id, ForeignKey("step.id")),
    Column("detail", Json, nullable=False),
)
Index("step_story", step.c.story_id)
_partial("step_other", step.c.other_id, where=step.c.other_id.is_not(None))

# Numbers about the database itself: `revision` counts the changes of what is published, `grouping` those that others
# than the grouping stage made to stories.
meta = Table(
    "meta",
    metadata,
    Column("key", sa.Text, primary_key=True),
    Column("value", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
