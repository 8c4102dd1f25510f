"""Lines that repeat across different articles of one host: who to turn to, how to follow, what the paper thinks.

Learned as articles come. A line is the host's own once several different articles have shown it near their beginning
or end. The same article under two addresses, or edited, shows its lines once; a line that is not shown any more is
forgotten. Pure: what is known comes in, what has been learned goes out.
"""

from __future__ import annotations

import html as markup
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

from collector.model import ShownLines

MEMORY = timedelta(days=30)  # a line that no article showed for so long is the host's no more
ENOUGH = 3  # different articles
_FIRST, _LAST = 2, 6  # lines of an article that may be its host's
_SHORTEST, _LONGEST = 25, 400  # letters of such a line
_LEAST_LEFT = 0.5  # of a text: where more would go, the host repeats whole articles
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text, and the same as HTML, without the lines of its host."""

    text: str
    html: str


def shown(host: str, title: str, text: str) -> ShownLines:
    """What an article shows that may be its host's, and the marks by which the article itself is known again."""
    lines = text.splitlines()
    ends = lines[:_FIRST] + lines[max(_FIRST, len(lines) - _LAST) :]
    keys = tuple(dict.fromkeys(_key(line) for line in ends if _SHORTEST <= len(line) <= _LONGEST))
    longest = max(lines[1:-3] or lines, key=len, default="")  # the host's own may be the longest of all
    return ShownLines(host=host, keys=keys, article=(_key(title), _key(longest)))


def learned(articles: Collection[int], article: tuple[int, int]) -> tuple[int, ...]:
    """The marks of articles that showed a line, with those of one more, if it is another and they are not enough.

    Two marks an article: of its headline, and of the longest line inside. One that is known makes it the same article.
    """
    known = tuple(articles)
    is_new = len(known) < 2 * ENOUGH and not set(known) & set(article)
    return known + article if is_new else known


def without(text: str, html: str, repeated: Collection[int]) -> Cleaned:
    """The text without its host's lines (keys); whole when that would leave less than half of it."""
    lines = text.splitlines()
    ends = {*range(_FIRST), *range(max(_FIRST, len(lines) - _LAST), len(lines))}
    gone = {n for n in ends if n < len(lines) and len(lines[n]) >= _SHORTEST and _key(lines[n]) in repeated}
    kept = [line for number, line in enumerate(lines) if number not in gone]
    if not gone or sum(map(len, kept)) < _LEAST_LEFT * len(text):
        return Cleaned(text=text, html=html)
    return Cleaned(text="\n".join(kept), html=_without_blocks(html, [lines[n] for n in sorted(gone)]))


def _without_blocks(html: str, lines: list[str]) -> str:
    """The HTML without the blocks that hold these lines; "" where it has not as many of them."""
    for line, times in Counter(lines).items():
        block = re.compile(rf"<(p|li|h[2-6])>{re.escape(markup.escape(line, quote=False))}</\1>")
        html, count = block.subn("", html)
        if count != times:
            return ""
    return html


def _key(line: str) -> int:
    """A line's number: equal for lines that differ in case, white space and numbers alone. 64 bits, signed."""
    plain = _NUMBER.sub("0", " ".join(line.casefold().split()))
    return int.from_bytes(blake2b(plain.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)
