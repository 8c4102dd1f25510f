"""A rule -> the one line that says it: `expression.parse` reads it as the same rule."""

from __future__ import annotations

import re

from collector.match.rules import (
    All,
    Any,
    AtLeast,
    Building,
    Country,
    Everything,
    In,
    Near,
    Not,
    Regex,
    Rule,
    Similar,
    Where,
    Words,
)
from collector.match.words import Word

_BARE = re.compile("[a-z0-9][a-z0-9-]*")


def printed(rule: Rule) -> str:
    """The rule as one line."""
    match rule:
        case Any(parts):
            return " OR ".join(_inner(part, (Any,)) for part in parts)
        case All(parts):
            return " AND ".join(_inner(part, (Any, All)) for part in parts)
        case Not(part):
            return f"NOT {_inner(part, (Any, All))}"
        case Near(parts, within):
            return f" NEAR/{within} ".join(_inner(part, (Any, All, Not, Near)) for part in parts)
        case In(part, field):
            return f"{field}:{_inner(part, (Any, All, Not, Near))}"
        case AtLeast(part, count):
            return f"ATLEAST/{count} {_inner(part, (Any, All, Not, Near))}"
        case _:
            return _single(rule)


def _inner(rule: Rule, loose: tuple[type, ...]) -> str:
    """A part within another that binds tighter than `loose`."""
    is_several = (isinstance(rule, Words) and len(rule.words) > 1) or (isinstance(rule, Where) and _several(rule))
    return f"({printed(rule)})" if isinstance(rule, loose) or is_several else printed(rule)


def _several(rule: Where) -> bool:
    return sum(map(len, (rule.feeds, rule.labels, rule.languages, rule.countries))) > 1


def _single(rule: Rule) -> str:
    match rule:
        case Words(words):
            return " OR ".join(map(_word, words))
        case Country(code):
            return f"country:{code}"
        case Regex(pattern):
            return f"re:{_quoted(pattern)}"
        case Everything():
            return "*"
        case Similar(least):
            return f"similar:{least}"
        case Building(key):
            return f"topic:{_value(key)}"
        case Where():
            return _where(rule)
    raise TypeError(f"no such part of a rule: {rule!r}")


def _where(rule: Where) -> str:
    named = (("feed", rule.feeds), ("label", rule.labels), ("lang", rule.languages), ("from", rule.countries))
    groups = [" OR ".join(f"{name}:{_value(value)}" for value in values) for name, values in named if values]
    return " AND ".join(f"({group})" if " OR " in group and len(groups) > 1 else group for group in groups)


def _word(word: Word) -> str:
    mark = "==" if word.case else "=" if word.form == "exact" else ""
    star = "*" if word.prefix else ""
    language = f"@{word.language}" if word.language else ""
    return f"{mark}{_quoted(word.text)}{star}{language}"


def _value(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
