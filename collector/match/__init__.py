"""Topics -> Matcher; an article -> the topics that hit it, each with its evidence.

A keyword hits where it stands as a word, by the habits of its script (`scripts`, `words`). `word*` hits every word that
begins so, `*` alone every article. What is excluded takes a mention or the article away (`exclusions`). Evidence stands
in the original text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from collector.folding import Folded, fold
from collector.match.exclusions import Exclusions
from collector.match.names import tables_version
from collector.match.words import Hit, Word, WordFinder, is_word, read_word
from collector.model import Evidence, Match, Subject, Verdict

__all__ = ["PLACES", "Matcher", "Topic", "is_keyword"]

PLACES = 3  # of each term in each field


class Topic(Protocol):
    """What is needed of a configured topic."""

    @property
    def key(self) -> str: ...
    @property
    def keywords(self) -> Sequence[str]: ...
    @property
    def exclude(self) -> Sequence[str]: ...


class Matcher:
    """All topics, compiled once. Safe to use from several threads.

    `digest` changes with what the topics mean, `needs_similarity` says whether one of them asks for it.
    """

    def __init__(self, topics: Iterable[Topic]) -> None:
        topics = list(topics)
        self._topics = [topic.key for topic in topics]
        self._everything = {n for n, topic in enumerate(topics) if any(map(_is_everything, topic.keywords))}
        numbers: dict[Word, int] = {}
        wanted = [[_number(numbers, k) for k in topic.keywords if not _is_everything(k)] for topic in topics]
        unwanted = [[_number(numbers, k) for k in topic.exclude] for topic in topics]
        self._words = list(numbers)
        self._finder = WordFinder(self._words)
        self._users: list[list[int]] = [[] for _ in numbers]
        for topic, words in enumerate(zip(wanted, unwanted, strict=True)):
            for word in {*words[0], *words[1]}:
                self._users[word].append(topic)
        self._exclusions = [
            Exclusions(self._words, self._finder, *words) for words in zip(wanted, unwanted, strict=True)
        ]
        meaning = [(t.key, list(t.keywords), list(t.exclude)) for t in topics]
        self.digest = hashlib.sha256(repr((tables_version(), meaning)).encode()).hexdigest()
        self.needs_similarity = False

    def match(self, subject: Subject) -> tuple[Match, ...]:
        """The topics that hit, in their order, with the first places of each term in title and text.

        The language counts where it is known: attached particles are looked for in Arabic, not in Persian, which is
        written in the same letters.
        """
        evidence: dict[int, list[Evidence]] = {}
        vetoed: set[int] = set()
        for field, original in (("title", subject.title), ("text", subject.text)):
            folded = fold(original)
            for topic, hits in self._by_topic(folded, subject.language).items():
                if self._exclusions[topic].veto(hits):
                    vetoed.add(topic)
                free, _ = self._exclusions[topic].uncovered(hits)
                for hit in self._few(free):
                    evidence.setdefault(topic, []).append(self._evidence(hit, field, folded, subject.language))
        for number in self._everything - evidence.keys():
            evidence[number] = [_first_word(subject)]
        kept = sorted(evidence.keys() - vetoed)
        return tuple(Match(topic=self._topics[n], evidence=tuple(evidence[n])) for n in kept)

    def explain(self, subject: Subject) -> tuple[Verdict, ...]:
        """What became of each topic, in their order."""
        found = {match.topic: match.evidence[0] for match in self.match(subject)}
        return tuple(
            Verdict(topic=key, is_match=True, reason=f'"{found[key].words}" stands in the {found[key].field}')
            if key in found
            else Verdict(topic=key, is_match=False, reason="none of its words stands in title or text")
            for key in self._topics
        )

    def _by_topic(self, folded: Folded, language: str | None) -> dict[int, list[Hit]]:
        found: dict[int, list[Hit]] = {}
        for hit in self._finder.hits(folded, language):
            for topic in self._users[hit.word]:
                found.setdefault(topic, []).append(hit)
        return found

    def _few(self, hits: list[Hit]) -> list[Hit]:
        """The first places of each term, in the order of the text; one place once."""
        places: dict[int, int] = {}
        few: dict[tuple[int, int], Hit] = {}
        for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.word)):
            if (hit.start, hit.end) in few:
                continue
            places[hit.word] = places.get(hit.word, 0) + 1
            if places[hit.word] <= PLACES:
                few[hit.start, hit.end] = hit
        return list(few.values())

    def _evidence(self, hit: Hit, field: str, folded: Folded, language: str | None) -> Evidence:
        start, end = folded.span(hit.start, hit.end)
        return Evidence(
            term=str(self._words[hit.word]),
            field=field,
            words=folded.original[start:end],
            start=start,
            end=end,
            language=language,
        )


def is_keyword(words: str) -> bool:
    """Whether anything in a text can be these words: a keyword of nothing but signs is none."""
    return _is_everything(words) or is_word(read_word(words).text)


def _is_everything(keyword: str) -> bool:
    return keyword.strip() == "*"


def _number(numbers: dict[Word, int], keyword: str) -> int:
    if not is_keyword(keyword):
        raise ValueError(f"a keyword without a letter: {keyword!r}")
    return numbers.setdefault(read_word(keyword), len(numbers))


def _first_word(subject: Subject) -> Evidence:
    """Evidence that there is an article."""
    for field, original in (("title", subject.title), ("text", subject.text)):
        if found := re.search(r"\S+", original):
            start, end = found.span()
            return Evidence(
                term="*", field=field, words=found[0], start=start, end=end, language=subject.language
            )
    return Evidence(term="*", field="title", words="", start=0, end=0, language=subject.language)
