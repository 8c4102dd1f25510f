"""The rule of a topic: a tree of frozen parts. Pure data; `evaluation` says what each part means for an article.

`rule` of a part that finds words is where it was written, for evidence; it does not count when trees are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from collector.match.words import Word

FIELDS = ("title", "text")


@dataclass(frozen=True, slots=True)
class Words:
    """Any of the words stands in the article."""

    words: tuple[Word, ...]
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Country:
    """A name of the country (ISO 3166-1) in any language."""

    code: str
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression (RE2) finds something in the original text."""

    pattern: str
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article."""

    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Similar:
    """The similarity to the nearest article of the corpus is at least this, from 0 to 1."""

    least: float
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Where:
    """The article comes from one of the feeds, from a feed with one of the labels, … ; all that is given must hold.
    Languages are primary subtags. `path` and `offset` are as in `Building`.
    """

    feeds: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    rule: str = field(default="", compare=False)
    path: tuple[str | int, ...] = field(default=(), compare=False)
    offset: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Building:
    """Another topic matches. `path` is where it is named, for errors, in a line with the `offset` there."""

    key: str
    rule: str = field(default="", compare=False)
    path: tuple[str | int, ...] = field(default=(), compare=False)
    offset: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple[Rule, ...]
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Rule, ...]
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Rule
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Each part stands in one field, in any order, so close that the last begins at most `within` words behind the end
    of the first: words side by side are within 1.
    """

    parts: tuple[Rule, ...]
    within: int
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """The part holds, looked for in one field alone."""

    part: Rule
    field: str
    rule: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The part holds, and its words stand in that many places."""

    part: Rule
    count: int
    rule: str = field(default="", compare=False)


Rule = Words | Country | Regex | Everything | Similar | Where | Building | Any | All | Not | Near | In | AtLeast

# What stands in a text, and so can stand near something, or in so many places.
_MENTIONS = (Words, Country, Regex, Any, Near)


def children(rule: Rule) -> tuple[Rule, ...]:
    """The parts that a part has."""
    match rule:
        case Any() | All() | Near():
            return rule.parts
        case Not() | In() | AtLeast():
            return (rule.part,)
        case _:
            return ()


def with_children(rule: Rule, parts: tuple[Rule, ...]) -> Rule:
    """The same with other parts."""
    match rule:
        case Any() | All() | Near():
            return replace(rule, parts=parts)
        case Not() | In() | AtLeast():
            return replace(rule, part=parts[0])
        case _:
            return rule


def walk(rule: Rule) -> Iterator[Rule]:
    """The part and all that is in it."""
    yield rule
    for part in children(rule):
        yield from walk(part)


def is_mention(rule: Rule) -> bool:
    """Whether all that the part asks for stands in the text, so that it can be near something or counted."""
    return isinstance(rule, _MENTIONS) and all(map(is_mention, children(rule)))


def labelled(rule: Rule, label: str) -> Rule:
    """The same, with the label wherever a part has none of its own."""
    inner = tuple(labelled(part, rule.rule or label) for part in children(rule))
    return replace(with_children(rule, inner), rule=rule.rule or label)


def joined(kind: type[Any] | type[All], parts: list[Rule], rule: str = "") -> Rule:
    """The parts as one; a part alone is itself."""
    return parts[0] if len(parts) == 1 else kind(tuple(parts), rule=rule)
