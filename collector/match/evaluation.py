"""Whether a rule holds for an article, and by which places: `holds(rule, of, fields)` is the places, or None.

The parts that find words are compiled to `Leaf`: the topic's finder has found their words already. What costs least is
asked first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from collector.match.reading import Place, Reading
from collector.match.rules import (
    FIELDS,
    All,
    Any,
    AtLeast,
    Building,
    Everything,
    In,
    Near,
    Not,
    Regex,
    Rule,
    Similar,
    Where,
    children,
    with_children,
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """Any of `count` words stands in the article; `number` tells the topic's leaves apart, `term` is the first."""

    number: int
    count: int
    term: str
    rule: str


class Found(Protocol):
    """What is known of an article for one topic."""

    reading: Reading

    def places(self, leaf: int) -> list[Place]: ...
    def other(self, key: str) -> list[Place] | None: ...


Fields = tuple[int, ...]
_COST = {Leaf: 0, Where: 0, Similar: 0, Everything: 0, Regex: 2, Building: 3}


def cost(rule: Rule | Leaf) -> int:
    """How dear it is to ask, roughly."""
    own = _COST.get(type(rule), 1)
    return max((own, *(cost(part) for part in children(rule))))


def sorted_by_cost(rule: Rule) -> Rule:
    """The same, with what costs least first wherever all must hold."""
    parts = tuple(sorted_by_cost(part) for part in children(rule))
    return with_children(rule, tuple(sorted(parts, key=cost)) if isinstance(rule, All) else parts)


def may_hold_without_words(rule: Rule | Leaf) -> bool:
    """Whether the rule can hold for an article in which none of its words stands."""
    match rule:
        case Leaf():
            return False
        case Any(parts):
            return any(map(may_hold_without_words, parts))
        case All(parts) | Near(parts):
            return all(map(may_hold_without_words, parts))
        case In(part) | AtLeast(part):
            return may_hold_without_words(part)
        case _:
            return True


def holds(rule: Rule | Leaf, of: Found, fields: Fields) -> list[Place] | None:
    """The places by which the rule holds in these fields, in no particular order; None when it does not hold."""
    match rule:
        case Leaf(number):
            found = of.places(number)
            return (found if len(fields) > 1 else [p for p in found if p.field in fields]) or None
        case Any(parts):
            return _any(parts, of, fields)
        case All(parts):
            return _all(parts, of, fields)
        case Not(part):
            return [] if holds(part, of, fields) is None else None
        case Near(parts, within):
            sides = _all_sides(parts, of, fields)
            return _near(sides, within, of.reading) or None if sides else None
        case In(part, field):
            return holds(part, of, (FIELDS.index(field),))
        case AtLeast(part, count):
            found = holds(part, of, fields)
            return found if found and len(apart(found, of.reading)) >= count else None
        case Regex(pattern):
            return _searched(pattern, rule.rule, of.reading, fields) or None
        case Building(key):
            return of.other(key)
        case Everything():
            return []
        case Similar(least):
            similarity = of.reading.subject.similarity
            return [] if similarity is not None and similarity >= least else None
        case Where():
            return None if failed_condition(rule, of.reading) else []
    raise TypeError(f"no such part of a rule: {rule!r}")


def failed_condition(where: Where, reading: Reading) -> str:
    """Which condition on where the article comes from does not hold: "feeds", …; "" when all do."""
    subject = reading.subject
    known = {
        "feeds": set(subject.feeds),
        "labels": subject.labels,
        "languages": {reading.language},
        "countries": subject.countries,
    }
    for name, values in known.items():
        wanted = getattr(where, name)
        if wanted and values.isdisjoint(wanted):
            return name
    return ""


def apart(places: Iterable[Place], reading: Reading) -> list[tuple[int, int, int]]:
    """Where the places lie in the original, as (field, start, end); of those that overlap, the first to end."""
    spans = sorted({(place.field, *reading.span(place)) for place in places}, key=lambda span: (span[0], span[2]))
    kept: list[tuple[int, int, int]] = []
    for span in spans:
        if not kept or kept[-1][0] != span[0] or kept[-1][2] <= span[1]:
            kept.append(span)
    return kept


def _any(parts: tuple[Rule, ...], of: Found, fields: Fields) -> list[Place] | None:
    held = [found for part in parts if (found := holds(part, of, fields)) is not None]
    return [place for found in held for place in found] if held else None


def _all(parts: tuple[Rule, ...], of: Found, fields: Fields) -> list[Place] | None:
    together: list[Place] = []
    for part in parts:
        found = holds(part, of, fields)
        if found is None:
            return None
        together += found
    return together


def _all_sides(parts: tuple[Rule, ...], of: Found, fields: Fields) -> list[list[Place]] | None:
    sides = []
    for part in parts:
        if not (found := holds(part, of, fields)):
            return None
        sides.append(found)
    return sides


def _searched(pattern: str, rule: str, reading: Reading, fields: Fields) -> list[Place]:
    return [
        Place(field, start, end, f"/{pattern}/", rule, -1, True)
        for field in fields
        for start, end in reading.search(pattern, field)
    ]


# --- near -----------------------------------------------------------------------------------------------------------

def _near(sides: list[list[Place]], within: int, reading: Reading) -> list[Place]:
    """The places that stand near one of each other side."""
    together: dict[Place, None] = {}
    for field in {place.field for place in sides[0]}:
        for group in _groups(in_words(sides, field, reading), within):
            together |= dict.fromkeys(group)
    return list(together)


Span = tuple[int, int, Place]  # the first and the last word


def in_words(sides: list[list[Place]], field: int, reading: Reading) -> list[list[Span]]:
    """The places of each side in one field, as they are counted in words, by where they begin."""
    return [_spans([place for place in side if place.field == field], reading) for side in sides]


def _spans(places: list[Place], reading: Reading) -> list[Span]:
    spans = []
    for place in places:
        start, end = reading.span(place)
        spans.append((reading.unit(place.field, start), reading.unit(place.field, max(start, end - 1)), place))
    return sorted(spans, key=lambda span: span[:2])


def _groups(sides: list[list[Span]], within: int) -> Iterable[list[Place]]:
    """For each place that is the last of a group near enough, the group: one of every side, none within another."""
    ends = [sorted((last, first, place) for first, last, place in side) for side in sides]
    for number, side in enumerate(sides):
        for first, _, place in side:
            group = [place]
            border = first  # what comes before begins below it
            chosen: list[tuple[int, int]] = []
            for other in (n for n in range(len(sides)) if n != number):
                found = _latest(ends[other], border, first - within, chosen)
                if found is None:
                    break
                chosen.append((found[1], found[0]))
                group.append(found[2])
            else:
                yield group


def _latest(ends: list[Span], border: int, least: int, chosen: list[tuple[int, int]]) -> Span | None:
    """Of places as last word, first word and place the last that ends before the border, at `least` or later, and
    overlaps none of the chosen.
    """
    index = bisect_right(ends, border - 1, key=lambda end: end[0]) - 1
    while index >= 0 and ends[index][0] >= least:
        last, first, _ = ends[index]
        if all(last < begin or first > end for begin, end in chosen):
            return ends[index]
        index -= 1
    return None
