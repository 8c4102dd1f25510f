"""The patterns with one beginning: which of them may stand at a place is looked up, not tried one by one.

A beginning may be that of thousands of phrases ("ministry of …"). They are sorted by the first letters of the word
beside it, so that the time does not grow with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from collector.match.patterns import Part, Pattern
from collector.match.scripts import word_start

_LETTERS = 3  # of the neighbour that patterns are sorted by
_MANY = 3  # patterns from which on sorting is worth it
_REMEMBERED = 50_000


class Candidates:
    """What may stand where one beginning is found. Remembers which endings fit."""

    def __init__(self, habit: str, patterns: Sequence[Pattern]) -> None:
        self.habit = "free" if any(pattern.habit == "free" for pattern in patterns) else habit
        self.is_spaced = patterns[0].is_spaced
        self._patterns = patterns
        self._fitting: dict[tuple[str, str | None], _Sorted] = {}

    def at(self, text: str, start: int, end: int, last: int, language: str | None) -> Iterable[Pattern]:
        """The patterns whose ending stands from `end` to `last`, and whose neighbour may begin beside them."""
        key = text[end:last], language
        found = self._fitting.get(key)
        if found is None:
            if len(self._fitting) > _REMEMBERED:
                self._fitting.clear()
            found = self._fitting[key] = _Sorted([p for p in self._patterns if p.fits(*key)])
        if found.is_short:
            return found.patterns
        return found.beside(text, start, last)


class _Sorted:
    """Patterns by the letters beside them; few are not sorted."""

    def __init__(self, patterns: list[Pattern]) -> None:
        self.is_short = len(patterns) < _MANY
        self.patterns = tuple(patterns)
        if self.is_short:
            return
        self._free: list[Pattern] = []
        self._after: dict[str, list[Pattern]] = defaultdict(list)
        self._before: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            if beginnings := _beginnings(pattern.after):
                _put(self._after, beginnings, pattern)
            elif beginnings := _beginnings(pattern.before[::-1]):
                _put(self._before, beginnings, pattern)
            else:
                self._free.append(pattern)

    def beside(self, text: str, start: int, last: int) -> Iterable[Pattern]:
        found = self._free
        if self._after:
            next_word = text[last + 1 : last + 1 + _LETTERS]
            for length in range(2, len(next_word) + 1):
                found = found + self._after.get(next_word[:length], [])
        if self._before and start:
            begin = word_start(text, start - 1)
            word = text[begin : min(begin + _LETTERS, start - 1)]
            for length in range(2, len(word) + 1):
                found = found + self._before.get(word[:length], [])
        return found


def _put(into: dict[str, list[Pattern]], beginnings: set[str], pattern: Pattern) -> None:
    for beginning in beginnings:
        into[beginning].append(pattern)


def _beginnings(parts: Sequence[Part]) -> set[str]:
    """The first letters of the neighbouring word, where there is one behind a space and it is long enough."""
    if len(parts) < 2 or parts[0].text != " " or parts[1].habit != "word":
        return set()
    found = {form[0][:_LETTERS] for form in parts[1].forms}
    return found if all(len(beginning) >= 2 for beginning in found) else set()
