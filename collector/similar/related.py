"""Stories that are near another one: not the same event, and worth a look."""

from __future__ import annotations

from collections.abc import Sequence

from collector.model import Story
from collector.similar import Article, Examples
from collector.similar.report import said

_ALIKE = 0.2  # of headlines: below, it is the kind of text that is alike
_MOST = 6


def related(story: Story, others: Sequence[Story]) -> list[Story]:
    """Those of the others whose headlines are nearest to the story's own, nearest first."""
    if not others:
        return []
    near = Examples([_headlines(one) for one in others]).nearness(said(_headlines(story)))
    ranked = sorted(zip(near, others, strict=True), key=lambda pair: (-pair[0], pair[1].id))
    return [one for value, one in ranked[:_MOST] if value >= _ALIKE]


def _headlines(story: Story) -> Article:
    """A story as a short article: what its first reports are called."""
    titles = dict.fromkeys(one.title for one in story.reports[:5])
    return Article(key=story.key, title=story.lead.title, text="\n".join(titles), language=story.lead.language)
