"""What an item says, in HTML and in short: an article, a story or what became of an article."""

from __future__ import annotations

from collector.model import Channel, ChannelItem
from collector.publish import stories, wire


def is_whole(channel: Channel, item: ChannelItem) -> bool:
    """Whether the item is shown with all that it says; of a change there is no less."""
    return channel.full_text or item.change is not None


def html(channel: Channel, item: ChannelItem) -> str:
    """The item: its text or the beginning of it, the reports of a story, the differences of a change."""
    if item.change:
        return wire.changes_html(item)
    if item.is_story and item.story:
        return stories.reports(channel, item.story)
    text = wire.full_html(item) if channel.full_text else wire.paragraphs(wire.excerpt(item))
    return "\n".join(filter(None, (text, stories.footer(channel, item))))


def summary(item: ChannelItem) -> str:
    """The item in short, as text."""
    return stories.summary(item.story) if item.is_story and item.story else wire.excerpt(item)
