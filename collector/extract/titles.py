"""The headline of an article, out of the several that its page states, without the name of the site."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# What stands between a headline and the site's name in <title> and og:title.
_SEPARATORS = re.compile(r"\s+[|–—·•»«‹›~⁄:>-]+\s+|\s*[|｜ㅣ：－—_]\s*|\s+::\s+|(?<=\S):\s+")
_A_HEADLINE = 20  # letters and digits; a shorter end is a word of the site's
_NO_LETTER = re.compile(r"[\W_]+")


def comparable(text: str) -> str:
    """The letters and digits of a text, in one case: what is equal for a reader."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def headline(claims: Sequence[tuple[str, str]], site_names: Sequence[str]) -> tuple[str, str] | None:
    """Of (source, title) claims in order of trust the one that most agree on, without the name of the site.

    A claim agrees with a title that it repeats, and half with one that it has more before or behind, at a
    separator. None when no claim holds more than a name of the site.
    """
    sites = {key for name in site_names if (key := comparable(name))}
    cleaned = [(source, without_site(title, sites)) for source, title in claims]
    candidates = [(source, title) for source, title in cleaned if comparable(title) not in {"", *sites}]
    wholes = [comparable(title) for _, title in cleaned]
    parts = [_parts(title) for _, title in cleaned]

    shared = _shared(candidates)

    def votes(candidate: tuple[str, str]) -> int:
        key = comparable(candidate[1])
        return 2 * wholes.count(key) + sum(key in part for part in parts) + (candidate in shared)

    return max([*candidates, *shared], key=votes, default=None)


def _shared(claims: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Ends of titles that otherwise differ: the headline behind this page's several topic words."""
    ends = [(source, title, _ends(title)) for source, title in claims]
    return [
        (source, end)
        for source, title, mine in ends
        for end in mine
        if len(comparable(end)) >= _A_HEADLINE
        and any(comparable(end) in map(comparable, others) and comparable(title) != comparable(other)
                for _, other, others in ends)
    ]  # fmt: skip


def _ends(title: str) -> list[str]:
    return [title[separator.end() :].strip() for separator in _SEPARATORS.finditer(title)]


def without_site(title: str, sites: set[str]) -> str:
    """The title without a first or last part that is one of the site's names (comparable)."""
    for separator in reversed(list(_SEPARATORS.finditer(title))):
        if _is_site(title[separator.end() :], sites) and separator.start() > 0:
            return without_site(title[: separator.start()], sites)
    for separator in _SEPARATORS.finditer(title):
        if _is_site(title[: separator.start()], sites) and title[separator.end() :].strip():
            return title[separator.end() :].strip()
    return title.strip()


def _is_site(part: str, sites: set[str]) -> bool:
    """Whether a part is a site's name, perhaps with a word more ("BBC News", "example.com")."""
    key = comparable(part)
    return bool(key) and any(
        key == site or (len(site) > 3 and key in (f"{site}com", f"www{site}com")) for site in sites
    )


def _parts(title: str) -> set[str]:
    """What remains of a title when one part at its end, or at its start, is taken off."""
    found = set()
    for separator in _SEPARATORS.finditer(title):
        found |= {comparable(title[: separator.start()]), comparable(title[separator.end() :])}
    return found - {""}
