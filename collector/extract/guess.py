"""The day of a page that does not state one for machines: htmldate's guess, the last resort."""

from __future__ import annotations

from htmldate import find_date
from lxml.html import HtmlElement

from collector.extract.dates import Moment, read_moment


def guess_day(tree: HtmlElement, url: str) -> tuple[str, Moment] | None:
    """("htmldate", day), or None when nothing on the page looks like the day of its publication.

    A first of January is what htmldate makes of a year alone, in a copyright line for example: that is no
    day.
    """
    day = find_date(tree, url=url, original_date=True)
    moment = read_moment(day) if day and not day.endswith("-01-01") else None
    return ("htmldate", moment) if moment is not None else None
