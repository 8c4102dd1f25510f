"""Where a character of a YAML scalar stands in the file, by walking along both texts."""

from __future__ import annotations

import re

_HEADER = re.compile(r"[|>][^\n]*\n")
_FOLD = re.compile(r"\\\r?\n[ \t]*")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)", re.DOTALL)


def inside(text: str, start: int, value: str, offset: int) -> int:
    """The index in `text` of the character at `offset` of the scalar `value` that is written at `start`: plain, in
    quotes, or as a block.
    """
    style = text[start : start + 1]
    header = _HEADER.match(text, start)
    at = header.end() if header else start + (style in ('"', "'"))
    for character in value[:offset]:
        at = _behind(text, _at_character(text, at, character, style), character, style)
    return _at_character(text, at, value[offset : offset + 1], style)


def _at_character(text: str, at: int, character: str, style: str) -> int:
    """Behind the line ends and the indentation that stand before a character and are no part of the value."""
    while True:
        if style == '"' and (fold := _FOLD.match(text, at)):
            at = fold.end()
        elif character.isspace() or not character or not text[at : at + 1].isspace():
            return at
        else:
            at += 1


def _behind(text: str, at: int, character: str, style: str) -> int:
    if style == '"' and (escape := _ESCAPE.match(text, at)):
        return escape.end()
    if style == "'" and character == "'":
        return at + 2
    if character.isspace() and text[at : at + 1] != character:  # a line end, folded
        return at
    return at + 1
