"""What tells two versions of a text apart: by paragraph, and within those that changed by word.

Scripts without spaces between words, and Hangul with its particles, are compared by character.

Anchors are what stands once in either version, in the longest order that both share (Bram Cohen's patience diff); what
lies between two anchors is compared by difflib where it is short, and is replaced as a whole where it is not. So the
time grows with n log n.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby

from collector.copies import BY_CHARACTER
from collector.model import Difference, Op, Run, Runs
from collector.revisions.furniture import is_furniture
from collector.text.clean import MARKS

_TOKEN = re.compile(
    rf"[{BY_CHARACTER}][{MARKS}]*|[^\W_](?:[^\W_{BY_CHARACTER}]|[{MARKS}])*|\n|[^\S\n]+|.[{MARKS}]*", re.DOTALL
)
_SHORT = 100  # parts between two anchors, on either side, for difflib, whose time grows with their product
_LONGEST = 300_000  # characters of a version that are compared
_NEIGHBOURS = 1  # unchanged paragraphs that are shown around a change
_FUSED = 2  # a kept stretch of so few words between two changes is read more easily as part of them

_Block = tuple[Op, Sequence[str]]


def is_revised(before: str, after: str) -> bool:
    """Whether a reader would call the second text another one: not for white space, nor for lines that only count
    readers and comments or tell the date.
    """
    return before != after and _essence(before) != _essence(after)


def compare(title: str, text: str, new_title: str, new_text: str) -> Difference:
    """What tells two versions of an article apart."""
    return Difference(
        title=_title(_line(title), _line(new_title)),
        text=_shortened(list(_paragraphs(_lines(text[:_LONGEST]), _lines(new_text[:_LONGEST])))),
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> list[str]:
    return [line for line in map(_line, text.splitlines()) if line]


def _essence(text: str) -> str:
    return " ".join(line for line in _lines(text) if not is_furniture(line))


def _title(before: str, after: str) -> Runs:
    return () if before == after else _runs(_words(before, after))


def _paragraphs(before: list[str], after: list[str]) -> Iterator[Runs]:
    """All paragraphs of both versions, in order."""
    replaced: dict[Op, Sequence[str]] = {}
    for op, lines in (*_blocks(before, after), (Op.KEPT, ())):
        if op is not Op.KEPT:
            replaced[op] = lines
            continue
        if replaced:
            removed, added = ("".join(f"{line}\n" for line in replaced.get(op, ())) for op in (Op.REMOVED, Op.ADDED))
            yield from _split(_words(removed, added))
            replaced = {}
        yield from ((Run(Op.KEPT, line),) for line in lines)


def _words(before: str, after: str) -> list[tuple[Op, str]]:
    """The versions by word, as single runs that are not joined yet."""
    blocks = _fused(list(_blocks(_TOKEN.findall(before), _TOKEN.findall(after))))
    return [(op, "".join(tokens)) for op, tokens in blocks if tokens]


def _fused(blocks: list[_Block]) -> Iterator[_Block]:
    """The blocks, with a few kept words between two changes as part of these: removed, and added again."""
    changed: dict[Op, list[str]] = {Op.REMOVED: [], Op.ADDED: []}
    for place, (op, tokens) in enumerate(blocks):
        if op is not Op.KEPT:
            changed[op].extend(tokens)
        elif any(changed.values()) and place + 1 < len(blocks) and _is_splinter(tokens):
            for side in changed.values():
                side.extend(tokens)
        else:
            yield from changed.items()
            changed = {Op.REMOVED: [], Op.ADDED: []}
            yield op, tokens
    yield from changed.items()


def _is_splinter(tokens: Sequence[str]) -> bool:
    words = sum(token[0].isalnum() for token in tokens)
    return "\n" not in tokens and words < _FUSED and sum(map(len, tokens)) <= 6


def _split(runs: list[tuple[Op, str]]) -> Iterator[Runs]:
    """The runs by paragraph: a line of either version ends one."""
    line: list[tuple[Op, str]] = []
    for op, text in runs:
        first, *others = text.split("\n")
        line.append((op, first))
        for other in others:
            if joined := _runs(line):
                yield joined
            line = [(op, other)]
    if joined := _runs(line):
        yield joined


def _runs(parts: Sequence[tuple[Op, str]]) -> Runs:
    joined = ((op, "".join(text for _, text in group)) for op, group in groupby(parts, key=lambda part: part[0]))
    return tuple(Run(op, text) for op, text in joined if text)


def _shortened(paragraphs: list[Runs]) -> tuple[Runs, ...]:
    """The changed paragraphs with their neighbours; what lies further off becomes an empty one."""
    changed = [place for place, runs in enumerate(paragraphs) if any(run.op is not Op.KEPT for run in runs)]
    near = {p for place in changed for p in range(place - _NEIGHBOURS, place + _NEIGHBOURS + 1)}
    shown: list[Runs] = []
    for place, runs in enumerate(paragraphs if changed else ()):
        if place in near:
            shown.append(runs)
        elif not shown or shown[-1]:
            shown.append(())
    return tuple(shown)


# --- two sequences ----------------------------------------------------------------------------------------------------


def _blocks(a: Sequence[str], b: Sequence[str]) -> Iterator[_Block]:
    """The way from `a` to `b`: kept, removed and added stretches; of a replacement, what was removed comes first."""
    done_a = done_b = 0
    for start_a, start_b, length in _kept(a, b):
        yield from _replacement(a[done_a:start_a], b[done_b:start_b])
        yield Op.KEPT, a[start_a : start_a + length]
        done_a, done_b = start_a + length, start_b + length
    yield from _replacement(a[done_a:], b[done_b:])


def _replacement(removed: Sequence[str], added: Sequence[str]) -> Iterator[_Block]:
    if removed:
        yield Op.REMOVED, removed
    if added:
        yield Op.ADDED, added


def _kept(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """The stretches that stay: where each begins in `a` and in `b`, and how long it is; none touches the next."""
    begun: tuple[int, int, int] | None = None
    for at_a, at_b in _pairs(a, b):
        if begun and (at_a, at_b) == (begun[0] + begun[2], begun[1] + begun[2]):
            begun = begun[0], begun[1], begun[2] + 1
            continue
        if begun:
            yield begun
        begun = at_a, at_b, 1
    if begun:
        yield begun


def _pairs(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of what stays, in order."""
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    end_a, end_b = len(a) - tail, len(b) - tail
    yield from ((place, place) for place in range(head))
    done_a = done_b = head
    for at_a, at_b in (*_anchors(a, b, head, end_a, end_b), (end_a, end_b)):
        for match in _between(a[done_a:at_a], b[done_b:at_b]):
            yield done_a + match[0], done_b + match[1]
        if at_a < end_a:
            yield at_a, at_b
        done_a, done_b = at_a + 1, at_b + 1
    yield from ((end_a + place, end_b + place) for place in range(tail))


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    return next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _anchors(a: Sequence[str], b: Sequence[str], start: int, end_a: int, end_b: int) -> list[tuple[int, int]]:
    """Places of what stands once in either, as many as keep their order in both."""
    single_a, single_b = _single(a, start, end_a), _single(b, start, end_b)
    return _rising([(at, single_b[part]) for part, at in single_a.items() if part in single_b])


def _single(parts: Sequence[str], start: int, end: int) -> dict[str, int]:
    counts = Counter(parts[start:end])
    return {part: place for place, part in enumerate(parts[start:end], start) if counts[part] == 1}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs, which are sorted, whose second numbers rise too (patience sorting)."""
    tops: list[int] = []  # the least second number at which a row of each length ends
    rows: list[int] = []  # of which pair that is
    before: list[int | None] = []
    for place, (_, second) in enumerate(pairs):
        at = bisect_left(tops, second)
        before.append(rows[at - 1] if at else None)
        tops[at : at + 1], rows[at : at + 1] = [second], [place]
    chosen, place = [], rows[-1] if rows else None
    while place is not None:
        chosen.append(pairs[place])
        place = before[place]
    return chosen[::-1]


def _between(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int]]:
    if not a or not b or max(len(a), len(b)) > _SHORT:
        return
    for start_a, start_b, length in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
        yield from ((start_a + place, start_b + place) for place in range(length))
