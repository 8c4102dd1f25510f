"""What is known of one article while the topics are matched against it: found words by topic, and places."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from collector.match import regex
from collector.match.rules import FIELDS
from collector.match.units import units
from collector.model import Evidence, Subject
from collector.text.folding import Folded, fold
from collector.text.languages import primary

BOTH = (0, 1)  # indexes of FIELDS


class Place(NamedTuple):
    """Something found: in a field (its index), from `start` to `end` of the folded text, or, with `is_original`, of the
    original. `order` is the word's number.
    """

    field: int
    start: int
    end: int
    term: str
    rule: str
    order: int
    is_original: bool = False


class Reading:
    """One subject, folded, with what is worked out only once."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.language = primary(subject.language)
        self.originals = (subject.title, subject.text)
        self.folded: tuple[Folded, Folded] = (fold(subject.title), fold(subject.text))
        self._searches: dict[tuple[str, int], list[tuple[int, int]]] = {}

    def search(self, pattern: str, field: int) -> list[tuple[int, int]]:
        """The places of a regular expression in one field."""
        found = self._searches.get((pattern, field))
        if found is None:
            found = self._searches[pattern, field] = regex.places(pattern, self.originals[field])
        return found

    def span(self, place: Place) -> tuple[int, int]:
        """Where a place lies in the original."""
        if place.is_original:
            return place.start, place.end
        return self.folded[place.field].span(place.start, place.end)

    def unit(self, field: int, index: int) -> int:
        """Which word of the field, from 0, holds an index of the original; the one before it where none does."""
        return bisect_right(self._units[field], index) - 1

    @cached_property
    def _units(self) -> tuple[list[int], list[int]]:
        return units(self.originals[0]), units(self.originals[1])

    def evidence(self, place: Place) -> Evidence:
        start, end = self.span(place)
        return Evidence(
            term=place.term,
            field=FIELDS[place.field],
            words=self.originals[place.field][start:end],
            start=start,
            end=end,
            rule=place.rule,
            language=self.language,
        )

    def first_word(self, term: str, rule: str) -> Evidence:
        """Evidence that there is an article, for a rule that asks for no words."""
        for field, original in enumerate(self.originals):
            if found := re.search(r"\S+", original):
                return self.evidence(Place(field, *found.span(), term, rule, 0, True))
        return self.evidence(Place(0, 0, 0, term, rule, 0, True))


