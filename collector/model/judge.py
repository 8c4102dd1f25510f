"""What an article is to us: the topics that it matches, and how similar it is to the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What topics are matched against: an article, the feeds that showed it (keys, with their labels and countries),
    and how similar it is to the corpus (0 to 1) where that was asked for.
    """

    title: str
    text: str
    language: str | None = None
    feeds: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    similarity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a topic matches an article, and which part of the topic decided that, as the end of a sentence."""

    topic: str
    is_match: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One place where a term hit: `words` as they stand in `field` ("title" or "text"), from `start` to `end` (code
    points). `rule` is the part of the topic that the term belongs to, as it is written; `language` is the text's.
    """

    term: str
    field: str
    words: str
    start: int
    end: int
    rule: str = "keywords"
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A topic hit an article. `evidence` is never empty; the first few places of each term."""

    topic: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an article is to us, by the rules in force: its topics, and how similar it is (0 to 1) to its nearest
    article of the corpus, whose file is `similar_to`.
    """

    matches: tuple[Match, ...] = ()
    similarity: float = 0.0
    similar_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """A stored article with its text, as needed to judge it anew. `changed_at` tells whether it was rewritten since;
    `topics` and `similarity` are as judged last. `feeds` are the keys of those that showed it.
    """

    id: int
    key: str
    title: str
    text: str
    language: str | None
    url: str | None
    feeds: tuple[str, ...]
    corpus_file: str | None
    changed_at: datetime
    topics: tuple[str, ...]
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """A stored article with its new judgement; `rules` names those by which it was made."""

    article: StoredArticle
    judgement: Judgement
    rules: int
    judged_at: datetime
