"""Why a rule holds for an article or does not: sentences for people, which name the part that decides."""

from __future__ import annotations

from collector.match.evaluation import (
    Fields,
    Found,
    Leaf,
    apart,
    failed_condition,
    holds,
    in_words,
)
from collector.match.printing import printed
from collector.match.reading import BOTH, Place, Reading
from collector.match.rules import (
    FIELDS,
    All,
    Any,
    AtLeast,
    Building,
    In,
    Near,
    Not,
    Regex,
    Rule,
    Similar,
    Where,
)

_MOST = 3  # reasons of parts of which one would have been enough


def why(places: list[Place], rule: Rule | Leaf, reading: Reading) -> str:
    """Why a rule holds that held by these places."""
    if not places:
        return f"nothing speaks against it ({rule.rule})"
    return _stands(min(places, key=lambda place: (place.field, place.start)), reading)


def why_not(rule: Rule | Leaf, of: Found, fields: Fields = BOTH) -> str:
    """The part by which a rule that does not hold fails, and how."""
    reading = of.reading
    match rule:
        case Leaf():
            return _missing(rule, of, fields)
        case Any(parts):
            reasons = list(dict.fromkeys(why_not(part, of, fields) for part in parts))
            more = [f"and {len(reasons) - _MOST} more parts"] if len(reasons) > _MOST else []
            return "; ".join(reasons[:_MOST] + more)
        case All(parts):
            return next(why_not(part, of, fields) for part in parts if holds(part, of, fields) is None)
        case Not(part):
            held = holds(part, of, fields)
            return _stands(held[0], reading, rule.rule) if held else f"{rule.rule}: the part that must not hold does"
        case Near(parts, within):
            return _too_far(rule, parts, within, of, fields)
        case In(part, field):
            return why_not(part, of, (FIELDS.index(field),))
        case AtLeast(part, count):
            held = holds(part, of, fields)
            if not held:
                return why_not(part, of, fields)
            return f"{rule.rule}: {len(apart(held, reading))} mentions, fewer than {count}"
        case Regex(pattern):
            return f"/{pattern}/ finds nothing in {_named(fields)}"
        case Building(key):
            return f'topic "{key}" does not match'
        case Similar(least):
            known = reading.subject.similarity
            found = "is not known" if known is None else f"is {known:.2f}, less than {least:g}"
            return f"its similarity to the corpus {found}"
        case Where():
            return _elsewhere(rule, reading)
    return f"{rule.rule} does not hold"


def _missing(leaf: Leaf, of: Found, fields: Fields) -> str:
    other = of.places(leaf.number)
    what = f'"{leaf.term}" stands' if leaf.count == 1 else f"none of its {leaf.count:,} words stands"
    nowhere = f"{'not ' if leaf.count == 1 else ''}in {_named(fields)}"
    beside = f", though {_stands(other[0], of.reading)}" if other else ""
    label = "" if leaf.rule in ("", leaf.term) else f"{leaf.rule}: "
    return f"{label}{what} {nowhere}{beside}"


def _named(fields: Fields) -> str:
    return "title or text" if len(fields) > 1 else f"the {FIELDS[fields[0]]}"


def _stands(place: Place, reading: Reading, rule: str | None = None) -> str:
    start, end = reading.span(place)
    words = " ".join(reading.originals[place.field][start:end].split())
    return f'"{words}" stands in the {FIELDS[place.field]} ({rule or place.rule})'


def _too_far(rule: Near, parts: tuple[Rule, ...], within: int, of: Found, fields: Fields) -> str:
    sides = []
    for part in parts:
        if not (found := holds(part, of, fields)):
            return why_not(part, of, fields)
        sides.append(found)
    distances = [_distance(in_words(sides, field, of.reading)) for field in fields]
    nearest = min((distance for distance in distances if distance is not None), default=None)
    name = rule.rule or printed(rule)
    if len(parts) > 2 or nearest is None:
        return f"{name}: its words do not stand within {within} words of each other"
    return f"{name}: the nearest are {nearest} words apart, more than {within}"


def _distance(sides: list[list[tuple[int, int, Place]]]) -> int | None:
    """The least number of words between places of the first two sides, None when one has none."""
    gaps = sorted((first, last, number) for number, side in enumerate(sides[:2]) for first, last, _ in side)
    ends: dict[int, int] = {}
    least = None
    for first, last, number in gaps:
        other = ends.get(1 - number)
        if other is not None and first > other:
            least = first - other if least is None else min(least, first - other)
        ends[number] = max(last, ends.get(number, last))
    return least


def _elsewhere(where: Where, reading: Reading) -> str:
    subject, name = reading.subject, failed_condition(where, reading)
    wanted = " or ".join(getattr(where, name))
    match name:
        case "languages":
            known = f"is {reading.language}" if reading.language else "is not known"
            return f"its language {known}, not {wanted}"
        case "feeds":
            return f"it comes from {_listed(subject.feeds, 'no feed')}, not from {wanted}"
        case "labels":
            return f"its feed is labelled {_listed(subject.labels, 'nothing')}, not {wanted}"
        case _:
            return f"its feed's country is {_listed(subject.countries, 'not known')}, not {wanted}"


def _listed(values: object, none: str) -> str:
    return ", ".join(sorted(values)) or none  # type: ignore[call-overload]
