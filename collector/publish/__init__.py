"""What goes out: a `Channel` rendered as bytes, in every format that `FORMATS` lists.

A new format is one file with a `render` function and one row here; routes, files, pages and tests read the
table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from collector.model import Channel
from collector.publish import feedxml, jsonfeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A way to render a channel. `render` needs the channel alone: the same one gives the same bytes."""

    name: str  # for people
    suffix: str  # of addresses and files, without the dot
    media_type: str
    render: Callable[[Channel], bytes]


FORMATS: dict[str, Format] = {
    "rss": Format(name="RSS", suffix="xml", media_type=feedxml.RSS_TYPE, render=feedxml.render_rss),
    "atom": Format(name="Atom", suffix="atom", media_type=feedxml.ATOM_TYPE, render=feedxml.render_atom),
    "json": Format(name="JSON", suffix="json", media_type=jsonfeed.MEDIA_TYPE, render=jsonfeed.render),
}
