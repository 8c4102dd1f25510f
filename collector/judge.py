"""What an article is to us, by the rules in force: the topics that it matches, and how similar it is to the corpus."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Protocol

from collector.match import Matcher, Topic
from collector.model import Judgement, Match, StoredArticle, Subject, Verdict
from collector.similar import Article, Examples
from collector.similar.examples import METHOD


class Feed(Protocol):
    """What is needed of a configured feed."""

    @property
    def key(self) -> str: ...
    @property
    def labels(self) -> Sequence[str]: ...
    @property
    def country(self) -> str | None: ...


class Judge:
    """Topics and corpus, made ready once. Safe to use from several threads.

    `rules` is a number that stands for what they say (63 bits): what was judged by others is to be judged anew.
    """

    def __init__(self, topics: Sequence[Topic], feeds: Iterable[Feed], examples: Sequence[Article]) -> None:
        self.topics = tuple(topic.key for topic in topics)
        self._matcher, self._examples = Matcher(topics), Examples(examples)
        self._feeds = {feed.key: (tuple(feed.labels), feed.country) for feed in feeds}
        about_feeds = repr(sorted(self._feeds.items())) if self.needs_feeds else ""
        said = (self._matcher.digest, repr(examples), about_feeds, str(METHOD))
        self.rules = int.from_bytes(hashlib.blake2b("\n".join(said).encode(), digest_size=8).digest(), "big") >> 1

    @property
    def needs_feeds(self) -> bool:
        """Whether it matters which feeds showed an article."""
        return self._matcher.needs_feeds

    def judge(
        self, title: str, text: str, language: str | None, feeds: Sequence[str], corpus_file: str | None = None
    ) -> Judgement:
        """The judgement of an article that these feeds (keys) showed; one of the corpus is compared with the others.

        What matches no topic has a similarity only where a topic asks for it.
        """
        nearest = self._nearest(title, text, language, corpus_file) if self._matcher.needs_similarity else None
        matches = self._matcher.match(self._subject(title, text, language, feeds, nearest and nearest[0]))
        if matches and nearest is None:
            nearest = self._nearest(title, text, language, corpus_file)
        similarity, similar_to = nearest or (0.0, None)
        return Judgement(matches=matches, similarity=similarity, similar_to=similar_to)

    def matches(self, article: StoredArticle) -> tuple[Match, ...]:
        """The topics that a stored article matches, and nothing else."""
        title, text, language = article.title, article.text, article.language
        similarity = None
        if self._matcher.needs_similarity:
            similarity, _ = self._nearest(title, text, language, article.corpus_file)
        return self._matcher.match(self._subject(title, text, language, article.feeds, similarity))

    def judge_stored(self, article: StoredArticle) -> Judgement:
        """The judgement of a stored article."""
        return self.judge(article.title, article.text, article.language, article.feeds, article.corpus_file)

    def explain(self, article: StoredArticle) -> tuple[Verdict, ...]:
        """For each topic whether the article matches it, and which part of the topic decided that."""
        similarity, _ = self._nearest(article.title, article.text, article.language, article.corpus_file)
        return self._matcher.explain(
            self._subject(article.title, article.text, article.language, article.feeds, similarity)
        )

    def _nearest(
        self, title: str, text: str, language: str | None, corpus_file: str | None
    ) -> tuple[float, str | None]:
        article = Article(key=corpus_file or "", title=title, text=text, language=language)
        return self._examples.similarity(article)

    def _subject(
        self, title: str, text: str, language: str | None, feeds: Sequence[str], similarity: float | None
    ) -> Subject:
        known = [self._feeds[key] for key in feeds if key in self._feeds]
        return Subject(
            title=title,
            text=text,
            language=language,
            feeds=tuple(feeds),
            labels=frozenset(label for labels, _ in known for label in labels),
            countries=frozenset(country for _, country in known if country),
            similarity=similarity,
        )


def matches_of_all(rules: bytes, articles: Sequence[StoredArticle]) -> list[tuple[Match, ...]]:
    """The matches of stored articles, in a worker process. `rules` are a `Judge`'s arguments, pickled: the one that
    was made of them last is kept.
    """
    judge = _made(rules)
    return [judge.matches(article) for article in articles]


@lru_cache(maxsize=1)
def _made(rules: bytes) -> Judge:
    return Judge(*pickle.loads(rules))
