"""Excluded phrases: covers take the words that they touch away, vetoes take the article away.

A phrase that contains one of its topic's keywords is a cover (White Russia is not Russia); any other is a veto. Neither
counts inside a longer keyword that contains it (North and South Korea).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence

from collector.match.words import Hit, Word, WordFinder
from collector.text.folding import fold


class Exclusions:
    """What one topic excludes: `words` are all words that the numbers stand for."""

    def __init__(
        self, words: Sequence[Word], finder: WordFinder, wanted: Collection[int], unwanted: Sequence[int]
    ) -> None:
        wanted, phrases = set(wanted), set(unwanted)
        self.covers = frozenset(n for n in phrases if _contains(words[n], finder, wanted))
        self.vetoes = frozenset(phrases - self.covers)
        self._held: dict[int, set[int]] = {}  # for a keyword the phrases that it contains
        for keyword in wanted if phrases else ():
            text = fold(words[keyword].text)
            for hit in finder.hits(text, None, is_phrase=True):
                if hit.word in phrases and hit.end - hit.start < len(text.text.strip()):
                    self._held.setdefault(keyword, set()).add(hit.word)

    def veto(self, hits: Sequence[Hit]) -> Hit | None:
        """The first place of a phrase that keeps the article out, among the topic's hits in one field."""
        if not any(hit.word in self.vetoes for hit in hits):
            return None
        reached: dict[int, int] = {}  # where the keywords so far that contain a phrase end
        for hit in sorted(hits, key=lambda hit: (hit.start, hit.word in self.vetoes)):
            for phrase in self._held.get(hit.word, ()):
                reached[phrase] = max(reached.get(phrase, 0), hit.end)
            if hit.word in self.vetoes and reached.get(hit.word, 0) < hit.end:
                return hit
        return None

    def uncovered(self, hits: Sequence[Hit]) -> tuple[list[Hit], list[Hit]]:
        """The hits of keywords that no cover touches, and the covers that took others away."""
        keywords = [hit for hit in hits if hit.word not in self.covers and hit.word not in self.vetoes]
        covers = sorted((hit for hit in hits if hit.word in self.covers), key=_start)
        if not covers:
            return keywords, []
        longest = max(cover.end - cover.start for cover in covers)
        free, used = [], {}
        for hit in keywords:
            near = range(
                bisect_left(covers, hit.start - longest, key=_start), bisect_left(covers, hit.end, key=_start)
            )
            cover = next((covers[n] for n in near if self._covers(covers[n], hit)), None)
            if cover is None:
                free.append(hit)
            else:
                used[cover] = None
        return free, list(used)

    def _covers(self, cover: Hit, hit: Hit) -> bool:
        if cover.end <= hit.start:
            return False
        is_around = hit.start <= cover.start and cover.end <= hit.end
        return not (is_around and cover.word in self._held.get(hit.word, ()))


def _contains(phrase: Word, finder: WordFinder, wanted: Collection[int]) -> bool:
    stem = fold(phrase.text)
    if any(hit.word in wanted for hit in finder.hits(stem, None, is_phrase=True)):
        return True
    # Any ending: also that of a keyword that the phrase begins.
    return phrase.prefix and any(word in wanted for word in finder.begun(stem.text.strip()))


def _start(hit: Hit) -> int:
    return hit.start


