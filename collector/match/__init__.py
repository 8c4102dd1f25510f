"""Topics -> Matcher; an article -> the topics that hit it, each with its evidence.

A topic's rule is a tree (`rules`) over words; `expression` reads one from a line. All words of all topics are found in
one pass (`words`, by the habits of each script), what is excluded takes mentions or the article away (`exclusions`),
and only topics that may hold are asked (`evaluation`). Evidence stands in the original text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from collector.match.compiling import Compilation, Compiled, Topic, from_keywords, is_everything
from collector.match.evaluation import holds
from collector.match.explaining import why, why_not
from collector.match.names import tables_version
from collector.match.printing import printed
from collector.match.reading import BOTH, Place, Reading
from collector.match.rules import Everything, Rule, Similar, Where, walk
from collector.match.words import Hit, is_word, read_word
from collector.model import Evidence, Match, Subject, Verdict

__all__ = ["PLACES", "Matcher", "Topic", "from_keywords", "is_keyword"]

PLACES = 3  # of each term in each field


class Matcher:
    """All topics, compiled once. Safe to use from several threads.

    `digest` changes with what the topics mean, not with their titles. `needs_similarity` says whether a rule asks for
    it, `needs_feeds` whether one asks for feeds, labels or countries. Raises ValueError for topics built of each other,
    or of one that is not there.
    """

    def __init__(self, topics: Iterable[Topic]) -> None:
        topics = list(topics)
        self._all = Compilation(topics)
        self._open = [number for number, topic in enumerate(self._all.topics) if topic.is_open]
        self.digest = _digest(topics)
        parts = [part for topic in topics for part in walk(topic.rule)]
        self.needs_similarity = any(isinstance(part, Similar) for part in parts)
        self.needs_feeds = any(
            isinstance(part, Where) and bool(part.feeds or part.labels or part.countries) for part in parts
        )

    def match(self, subject: Subject) -> tuple[Match, ...]:
        """The topics that hit, in their order, with the first places of each term in title and text.

        The language counts where it is known: attached particles are looked for in Arabic, not in Persian, which is
        written in the same letters.
        """
        reading = Reading(subject)
        found = self._found(reading, self._hits(reading))
        return tuple(
            Match(topic=topic.key, evidence=_evidence(found[topic.key], topic, reading))
            for topic in self._all.topics
            if topic.key in found
        )

    def explain(self, subject: Subject) -> tuple[Verdict, ...]:
        """What became of each topic, in their order, and why."""
        reading = Reading(subject)
        hits = self._hits(reading)
        found = self._found(reading, hits)
        return tuple(self._verdict(number, reading, hits, found) for number in range(len(self._all.topics)))

    def _hits(self, reading: Reading) -> dict[int, tuple[list[Hit], list[Hit]]]:
        """The hits of each topic in title and text."""
        hits: dict[int, tuple[list[Hit], list[Hit]]] = {}
        for field in BOTH:
            for hit in self._all.finder.hits(reading.folded[field], reading.language):
                for topic in self._all.users[hit.word]:
                    if topic not in hits:
                        hits[topic] = ([], [])
                    hits[topic][field].append(hit)
        return hits

    def _found(
        self, reading: Reading, hits: dict[int, tuple[list[Hit], list[Hit]]]
    ) -> dict[str, list[Place]]:
        """The places of every topic that matches, by key."""
        found: dict[str, list[Place]] = {}
        rank = self._all.rank
        for number in sorted({*hits, *self._open}, key=lambda number: rank[self._all.topics[number].key]):
            topic = self._all.topics[number]
            own = hits.get(number, _NO_HITS)
            if any(topic.exclusions.veto(each) for each in own):
                continue
            places = holds(topic.rule, _OfTopic(topic, self._all.terms, reading, own, found), BOTH)
            if places is not None:
                found[topic.key] = places
        return found

    def _verdict(
        self,
        number: int,
        reading: Reading,
        hits: dict[int, tuple[list[Hit], list[Hit]]],
        found: dict[str, list[Place]],
    ) -> Verdict:
        topic = self._all.topics[number]
        own = hits.get(number, _NO_HITS)
        of = _OfTopic(topic, self._all.terms, reading, own, found)
        if topic.key in found:
            return Verdict(topic=topic.key, is_match=True, reason=why(found[topic.key], topic.rule, reading))
        return Verdict(topic=topic.key, is_match=False, reason=of.vetoed() or why_not(topic.rule, of) + of.covered())


class _OfTopic:
    """What is known of an article for one topic (`evaluation.Found`)."""

    def __init__(
        self,
        topic: Compiled,
        terms: list[str],
        reading: Reading,
        hits: tuple[list[Hit], list[Hit]],
        found: dict[str, list[Place]],
    ) -> None:
        self.reading = reading
        self._topic, self._terms, self._hits, self._found = topic, terms, hits, found
        self._leaves: dict[int, list[Place]] = {}
        for field in BOTH:
            free, _ = topic.exclusions.uncovered(hits[field]) if hits[field] else ((), ())
            for hit in free:
                for leaf in topic.leaves[hit.word]:
                    place = Place(field, hit.start, hit.end, terms[hit.word], topic.labels[leaf], hit.word)
                    self._leaves.setdefault(leaf, []).append(place)

    def places(self, leaf: int) -> list[Place]:
        return self._leaves.get(leaf, [])

    def other(self, key: str) -> list[Place] | None:
        places = self._found.get(key)
        return None if places is None else [place._replace(rule=f"topic: {key}") for place in places]

    def vetoed(self) -> str:
        """Which excluded phrase keeps the article out; "" when none does."""
        for field, name in zip(BOTH, ("title", "text"), strict=True):
            if veto := self._topic.exclusions.veto(self._hits[field]):
                return f'"{self._terms[veto.word]}" stands in the {name} (exclude)'
        return ""

    def covered(self) -> str:
        """Which excluded phrases took words away; "" when none did."""
        covers = [cover for field in BOTH for cover in self._topic.exclusions.uncovered(self._hits[field])[1]]
        names = dict.fromkeys(f'"{self._terms[cover.word]}"' for cover in covers)
        return f", without what stands in {', '.join(names)} (exclude)" if names else ""


_NO_HITS: tuple[list[Hit], list[Hit]] = ([], [])


def is_keyword(words: str) -> bool:
    """Whether anything in a text can be these words: a keyword of nothing but signs is none."""
    return is_everything(words) or is_word(read_word(words).text)


def _digest(topics: list[Topic]) -> str:
    def meaning(rule: Rule) -> tuple[str, list[str]]:
        return printed(rule), [part.rule for part in walk(rule)]

    meanings = sorted((topic.key, *meaning(topic.rule), list(topic.exclude)) for topic in topics)
    return hashlib.sha256(repr((tables_version(), meanings)).encode("utf-8", "surrogatepass")).hexdigest()


def _evidence(places: list[Place], topic: Compiled, reading: Reading) -> tuple[Evidence, ...]:
    """The first places of each term, in the order of the text; one place once."""
    counts: dict[tuple[int, str], int] = {}
    few: dict[tuple[int, int, int], Evidence] = {}
    for place in sorted(places, key=lambda place: (place.field, place.start, -place.end, place.order)):
        term = (place.field, place.term)
        if counts.get(term, 0) >= PLACES or ((key := place[:3]) in few and not place.is_original):
            continue
        counts[term] = counts.get(term, 0) + 1
        few[key] = reading.evidence(place)
    return tuple(few.values()) or (reading.first_word(_wordless(topic.rule), topic.rule.rule),)


def _wordless(rule: Rule) -> str:
    """The term of a rule that held without words."""
    for part in walk(rule):
        if isinstance(part, Everything | Similar):
            return printed(part)
    return rule.rule
