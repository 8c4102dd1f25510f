"""The words and signs of a rule that is written as one line."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<open>[(（])|(?P<close>[)）])
    |(?P<operator>(?:AND|OR|NOT)(?=[\s()（）]|$)|(?:NEAR|ATLEAST)(?:/\d*)?(?=[\s()（）]|$))
    |(?P<minus>-(?=[^\s()（）]|[(（]))
    |(?P<field>[a-z]+:)
    |(?P<regex>/(?:[^/\\]|\\.)+/(?=[\s()（）]|$))
    |(?P<word>=?=?(?:"(?:[^"\\]|\\.)*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»)\*?(?:@[A-Za-z-]+)?
        |[^\s()（）"“„«]+)
    |(?P<wrong>.)""",
    re.VERBOSE | re.DOTALL,
)
_QUOTES = '"“„«'
_WORD = re.compile(r'(=?=?)(?:(["“„«])(.*)["“”»](\*?)|(.*?))(?:@([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*))?', re.DOTALL)
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|[“„«].*[“”»]|[^="“„«].*', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')


class Token(NamedTuple):
    """A part of the line, from `start` to `end`; `kind` is a group of the pattern above, or "end"."""

    kind: str
    text: str
    start: int
    end: int


def tokens(line: str) -> list[Token]:
    """All tokens of a line, whatever it says, with one of kind "end" behind them."""
    found = [Token(each.lastgroup or "", each[0], each.start(), each.end()) for each in _TOKEN.finditer(line)]
    return [*(token for token in found if token.kind != "space"), Token("end", "", len(line), len(line))]


def word_parts(token: str) -> tuple[str, str, str, str | None]:
    """The marks before a word, the word without quotes, the star behind them, and the language."""
    found = _WORD.fullmatch(token)
    assert found is not None, "the pattern takes any text"
    marks, quote, quoted, star, bare, language = found.groups()
    text = _ESCAPED.sub(r"\1", quoted) if quote == '"' else quoted if quote else bare
    return marks, text, star or "", language


def is_value(token: str) -> bool:
    """Whether a token can stand behind `label:` and its like."""
    return _VALUE.fullmatch(token) is not None


def unquoted(value: str) -> str:
    """What a value says."""
    return _ESCAPED.sub(r"\1", value[1:-1]) if value[:1] in _QUOTES and len(value) > 1 else value
