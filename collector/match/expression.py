"""A rule as one line: `("North Korea" OR DPRK) AND (Russia NEAR/20 arms) -football`.

What stands side by side must all hold. From loose to tight: OR; AND; NOT, -; NEAR/n, ATLEAST/n; what stands in
parentheses, behind `title:`, and single words. `printed` is the way back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NoReturn

from collector.match.names import countries
from collector.match.regex import RegexError, compiled
from collector.match.rules import (
    FIELDS,
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
    is_mention,
    joined,
    labelled,
    walk,
)
from collector.match.tokens import Token, is_value, tokens, unquoted, word_parts
from collector.match.words import is_word, read_word
from collector.text.languages import primary

LONGEST = 20_000  # characters
DEEPEST = 50  # parentheses within parentheses
MOST = 1_000  # of what NEAR and ATLEAST count

_LOWER = {"and": "AND", "or": "OR", "not": "NOT"}


class ExpressionError(ValueError):
    """The line is no rule: the message says what was expected, `offset` where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def parse(line: str) -> Rule:
    """The rule that a line says. Raises ExpressionError."""
    if len(line) > LONGEST:
        raise ExpressionError(f"expected at most {LONGEST:,} characters", LONGEST)
    parser = _Parser(line)
    rule = parser.alternatives()
    if parser.token.kind == "close":
        parser.fail("this ) closes nothing")
    return labelled(rule, line.strip())


class _Parser:
    def __init__(self, line: str) -> None:
        self.line = line
        self._tokens = tokens(line)
        self._next = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._next]

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        raise ExpressionError(message, (token or self.token).start)

    def take(self) -> Token:
        token = self.token
        self._next += 1
        return token

    def is_operator(self, name: str) -> bool:
        return self.token.kind == "operator" and self.token.text.partition("/")[0] == name

    def alternatives(self) -> Rule:
        parts = [self.conjunction()]
        while self.is_operator("OR"):
            self.take()
            parts.append(self.conjunction())
        return joined(Any, parts)

    def conjunction(self) -> Rule:
        parts = [self.labelled(self.negation)]
        while self.token.kind not in ("close", "end") and not self.is_operator("OR"):
            if self.is_operator("AND"):
                self.take()
            parts.append(self.labelled(self.negation))
        return joined(All, parts)

    def labelled(self, parse_part: Callable[[], Rule]) -> Rule:
        """A part, with its own words as the label: those of the outermost conjunction count."""
        start = self.token.start
        part = parse_part()
        label = self.line[start : self._tokens[self._next - 1].end]
        return part if self._depth else labelled(part, label)

    def negation(self) -> Rule:
        if self.is_operator("NOT") or self.token.kind == "minus":
            self.take()
            return Not(self.nested(self.negation))
        return self.nearness()

    def nearness(self) -> Rule:
        start = self.token.start
        rule, is_chain = self.single(), False
        while self.is_operator("NEAR"):
            operator = self.take()
            within = self.number(operator, "NEAR/20")
            right = self.token
            part = self.single()
            for side, token in ((rule, operator), (part, right)):
                if not is_mention(side):
                    self.fail("NEAR takes words, phrases, countries, regular expressions and OR of them", token)
            is_longer = is_chain and isinstance(rule, Near) and rule.within == within
            rule, is_chain = Near((*rule.parts, part) if is_longer else (rule, part), within), True
        if is_chain:
            rule = labelled(rule, self.line[start : self._tokens[self._next - 1].end])
        return rule

    def number(self, operator: Token, example: str) -> int:
        digits = operator.text.partition("/")[2]
        if not digits or not 1 <= int(digits[:9]) <= MOST:
            self.fail(f"expected a number from 1 to {MOST}: {example}", operator)
        return int(digits)

    def nested(self, parse_part: Callable[[], Rule]) -> Rule:
        if self._depth >= DEEPEST:
            self.fail(f"nested deeper than {DEEPEST} levels")
        self._depth += 1
        part = parse_part()
        self._depth -= 1
        return part

    def single(self) -> Rule:
        token = self.take()
        match token.kind:
            case "open":
                return self.group(token)
            case "field":
                return self.field(token)
            case "regex":
                return _regex(token.text[1:-1], token.start + 1)
            case "word":
                return _word(token)
            case "operator" if token.text.startswith("ATLEAST"):
                return self.counted(token)
            case _:
                self._next -= 1
                return self.fail(_expected(token))

    def group(self, opened: Token) -> Rule:
        if self.token.kind == "close":
            self.fail("expected a word between ( and )")
        rule = self.nested(self.alternatives)
        if self.token.kind != "close":
            self.fail(f"expected ) for the ( of {self.line[opened.start : opened.start + 20].strip()}…")
        self.take()
        return rule

    def counted(self, operator: Token) -> Rule:
        count = self.number(operator, "ATLEAST/3 (Russia OR Moscow)")
        opened = self.token
        part = self.nested(self.single)
        if not is_mention(part):
            self.fail("ATLEAST takes words, phrases, countries, regular expressions, NEAR, and OR of them", opened)
        return AtLeast(part, count)

    def field(self, name: Token) -> Rule:
        if name.text[:-1] in FIELDS:
            inner = self.token
            part = self.nested(self.single)
            if any(isinstance(each, Where | Building | Similar) for each in walk(part)):
                self.fail(f"{name.text} takes what can stand in a text", inner)
            return In(part, name.text[:-1])
        value = self.token
        if value.kind == "word" and not is_value(value.text):
            self.fail(_expected_field(name.text))
        if name.text == "re:" and value.kind == "word":
            self.take()
            return _regex(unquoted(value.text), value.start + (value.text[0] == '"'))
        if value.kind != "word" or name.text not in _VALUES:
            self.fail(_expected_field(name.text), name if name.text not in _VALUES else value)
        self.take()
        try:
            return _VALUES[name.text](unquoted(value.text), value.start)
        except ValueError as exc:
            raise exc if isinstance(exc, ExpressionError) else ExpressionError(str(exc), value.start) from None


def _expected(token: Token) -> str:
    match token.kind:
        case "end":
            return "expected a word, a phrase in quotes or ( at the end"
        case "wrong":
            return "expected closing quotes, too"
        case _:
            return f"expected a word, a phrase in quotes or (, found {token.text}"


def _expected_field(name: str) -> str:
    known = [*FIELD_NAMES]
    if name in known:
        return f"expected a value behind {name}"
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}" if close else f"known are {' '.join(known)}"
    return f"unknown {name} ({hint}); a word with a colon goes in quotes"


def _word(token: Token) -> Rule:
    if token.text in _LOWER:
        raise ExpressionError(
            f'expected {_LOWER[token.text]} in capitals, or "{token.text}" in quotes for the word', token.start
        )
    marks, text, star, language = word_parts(token.text)
    if text == "*" and not (marks or star or language):
        return Everything()
    if "*" in text[:-1] or (star and text.endswith("*")):
        raise ExpressionError("a * can only stand at the end of a word", token.start + token.text.index("*"))
    word = read_word(f"{marks}{text}{star}")
    if not is_word(word.text):
        raise ExpressionError(f"expected a word or phrase, found {token.text}", token.start)
    return Words((replace(word, language=primary(language) if language else None),))


def _regex(pattern: str, start: int) -> Rule:
    try:
        compiled(pattern)
    except RegexError as exc:
        raise ExpressionError(str(exc), start + exc.offset) from None
    return Regex(pattern)


def _country(code: str, start: int) -> Rule:
    if code not in countries():
        hint = f", did you mean {code.upper()}" if code.upper() in countries() else ""
        raise ExpressionError(f"expected the code of a country such as KP (ISO 3166-1){hint}", start)
    return Country(code)


def _language(tag: str, start: int) -> Rule:
    found = primary(tag)
    if found is None:
        raise ExpressionError('expected a language tag such as "ko"', start)
    return Where(languages=(found,))


def _similar(number: str, start: int) -> Rule:
    try:
        least = float(number)
    except ValueError:
        least = -1.0
    if not 0 < least <= 1:
        raise ExpressionError("expected a number above 0 and up to 1, such as similar:0.4", start)
    return Similar(least)


@dataclass(frozen=True)
class _Where:
    name: str

    def __call__(self, value: str, start: int) -> Rule:
        return Where(**{self.name: (value,)}, offset=start)


_VALUES: dict[str, Callable[[str, int], Rule]] = {
    "country:": _country,
    "topic:": lambda key, start: Building(key, offset=start),
    "similar:": _similar,
    "feed:": _Where("feeds"),
    "label:": _Where("labels"),
    "lang:": _language,
    "from:": _Where("countries"),
}
FIELD_NAMES = ("title:", "text:", "re:", *_VALUES)
