"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), with what only we know under `_collector`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from collector.model import Channel, ChannelItem, Report
from collector.publish import stories, wire

MEDIA_TYPE = "application/feed+json"


def render(channel: Channel) -> bytes:
    """The channel as JSON Feed, UTF-8. Fields without a value are left out."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": wire.one_line(channel.title) or "Collector",
        "description": wire.one_line(channel.description),
        "home_page_url": channel.home_url,
        "feed_url": channel.self_url,
        "next_url": channel.next_url,
        "language": wire.common_language(channel.items),
        "_collector": {"first_url": channel.first_url, "updated": _date(channel.updated_at)},
    }
    # An empty list is no missing value here: `items` is required.
    whole = _present(feed) | {"items": [_item(channel, item) for item in channel.items]}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _item(channel: Channel, item: ChannelItem) -> dict[str, Any]:
    whole = channel.full_text or item.change is not None or item.is_story
    return _present(
        {
            "id": item.id,
            "url": stories.address_of(channel, item.story) if item.is_story and item.story else wire.address(item.url),
            "title": wire.headline(item),
            "content_html": stories.body(channel, item, wire.full_html(item) if whole else wire.excerpt_html(item)),
            "summary": stories.excerpt(item) if whole else None,
            "image": wire.address(item.image),
            "date_published": _date(item.dated_at),
            "date_modified": _date(item.updated_at),
            "authors": [{"name": name} for name in map(wire.one_line, item.authors) if name],
            "tags": [wire.one_line(channel.topic_titles.get(topic, topic)) for topic in item.topics],
            "language": wire.language(item.language),
            "attachments": _attachments(item),
            "_collector": _present(
                {
                    "topics": list(item.topics),
                    "terms": [wire.one_line(term) for term in item.terms],
                    "similarity": round(item.similarity, 3) or None,
                    "similar_to": wire.one_line(item.similar_to or ""),
                    "seed": item.is_seed or None,
                    "story": _story(channel, item),
                    "gone": _date(item.gone_at) if item.gone_at else None,
                    "change": item.change,
                    "article": item.article,
                    "source": _present(
                        {"name": wire.one_line(item.source), "url": wire.address(item.source_url)}
                    ),
                }
            ),
        }
    )


def _story(channel: Channel, item: ChannelItem) -> dict[str, Any] | None:
    """The story that the item is, with all its reports, or is a report of, with the others."""
    if (story := item.story) is None:
        return None
    return _present(
        {
            "id": f"urn:uuid:{story.key}",
            "url": stories.address_of(channel, story),
            "title": wire.one_line(story.lead.title),
            "reports": len(story.reports),
            "independent": story.independent,
            "languages": list(story.languages),
            "others": [_report(one) for one in stories.fellows(item)],
            "members": [_report(one) for one in story.reports] if item.is_story else None,
        }
    )


def _report(one: Report) -> dict[str, Any]:
    return _present(
        {
            "id": f"urn:uuid:{one.key}",
            "url": wire.address(one.url),
            "title": wire.one_line(one.title),
            "source": wire.one_line(one.source),
            "language": wire.language(one.language),
            "date": _date(one.dated_at),
            "copy_of": f"urn:uuid:{one.copy_of}" if one.copy_of else None,
            "seed": one.is_seed or None,
        }
    )


def _attachments(item: ChannelItem) -> list[dict[str, Any]]:
    return [
        _present({"url": url, "mime_type": wire.media_type(enclosure), "size_in_bytes": enclosure.length})
        for enclosure in item.enclosures
        if (url := wire.address(enclosure.url))
    ]


def _date(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}
