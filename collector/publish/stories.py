"""How a story is told in HTML: its reports where it is the item, its other reports below one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from html import escape

from collector.model import Channel, ChannelItem, Report, Story
from collector.publish import wire
from collector.telling import counted

_FELLOWS = 10  # that an article names
_REPORTS = 100  # that a story's item lists; its page has all


def address_of(channel: Channel, story: Story) -> str:
    """Where the story's page is."""
    return f"{channel.home_url}stories/{story.key}"


def summary(story: Story) -> str:
    """How many reports there are, of which sources, in a line."""
    named = ", ".join(filter(None, map(wire.one_line, story.sources[:5])))
    more = f" and {len(story.sources) - 5} more" if len(story.sources) > 5 else ""
    return f"{counted(story)}: {named}{more}" if named else counted(story)


def fellows(item: ChannelItem) -> Sequence[Report]:
    """The other reports of an article's story; none for a story itself."""
    if item.story is None or item.is_story:
        return ()
    return [one for one in item.story.reports if f"urn:uuid:{one.key}" != item.id]


def excerpt(item: ChannelItem) -> str:
    """The item in short: its beginning, or how many reports the story has that it is."""
    return summary(item.story) if item.is_story and item.story else wire.excerpt(item)


def body(channel: Channel, item: ChannelItem, html: str) -> str:
    """The item in HTML: `html`, and below it the other reports of its story; or the reports of the story that it is."""
    if item.is_story and item.story is not None:
        return _reports(channel, item.story)
    return f"{html}\n{_footer(channel, item, item.story)}" if item.story and fellows(item) else html


def _footer(channel: Channel, item: ChannelItem, story: Story) -> str:
    """One block at the end, so that the text before it is the article's own."""
    others = fellows(item)
    links = "; ".join(_link(channel, one) for one in others[:_FELLOWS])
    more = f"; and {len(others) - _FELLOWS} more" if len(others) > _FELLOWS else ""
    page = f'<a href="{escape(address_of(channel, story))}">this story</a>'
    return f"<footer><p>One of {len(story.reports)} reports of {page}: {links}{more}</p></footer>"


def _reports(channel: Channel, story: Story) -> str:
    """Every report with source, time, language and link; copies stand below what they repeat."""
    originals = story.originals
    copies: dict[str, list[Report]] = {}
    for one in story.reports:
        copies.setdefault(originals[one.key], []).append(one)
    independent = [one for one in story.reports if originals[one.key] == one.key]
    lines = []
    for one in independent[:_REPORTS]:
        repeated = [copy for copy in copies[one.key] if copy is not one]
        same = "".join(f"\n<li>{_line(channel, copy)}</li>" for copy in repeated[:_REPORTS])
        below = f"\n<ul>{same}\n</ul>" if same else ""
        lines.append(f"<li>{_line(channel, one)}{below}</li>")
    page = f'<a href="{escape(address_of(channel, story))}">{counted(story)}</a>'
    left_out = len(independent) - len(lines)
    more = f"\n<p>… and {left_out:,} more</p>" if left_out else ""
    return f"<p>{page}</p>\n<ul>\n" + "\n".join(lines) + f"\n</ul>{more}"


def _line(channel: Channel, one: Report) -> str:
    language = wire.language(one.language)
    told = (wire.one_line(one.source), language or "", f"{one.dated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return f"{_link(channel, one, with_source=False)} ({', '.join(filter(None, map(escape, told)))})"


def _link(channel: Channel, one: Report, *, with_source: bool = True) -> str:
    """The report's title, linked to it where it has an address, else to our page of it."""
    url = wire.address(one.url) or f"{channel.home_url}articles/{one.key}"
    source = wire.one_line(one.source)
    title = wire.one_line(one.title) or source or "Untitled"
    lead = f"{escape(source, quote=False)}: " if source and with_source else ""
    return f'{lead}<a href="{escape(url)}">{escape(title, quote=False)}</a>'
