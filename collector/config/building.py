"""Topics that are built of others: each must be there, and none may be built of itself; feeds that rules name, too."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from collector.config.document import Document
from collector.config.rules import named_topics
from collector.config.topics import Topic
from collector.config.values import near_miss, shorten
from collector.match.rules import Building, Where, walk

_Place = tuple[tuple[str | int, ...], int | None]  # path, and an offset in the text there


def complain_of_buildings(document: Document) -> None:
    """Complain of topics that name one that is not there, or each other, in a file that is wrong otherwise, too."""
    topics = document.data.get("topics") if isinstance(document.data, dict) else None
    named = {
        item["key"]: {
            part.key: _place(("topics", number, "match", *part.path), part) for part in named_topics(item["match"])
        }
        for number, item in enumerate(topics if isinstance(topics, list) else ())
        if isinstance(item, dict) and isinstance(item.get("key"), str) and "match" in item
    }
    keys = [item.get("key") for item in topics or () if isinstance(item, dict)] if named else []
    known = [key for key in keys if isinstance(key, str)]
    for parts in named.values():
        for key in [key for key in parts if key not in known]:
            hint = near_miss(key, known)
            _complain(document, parts.pop(key), f"there is no topic {shorten(key)}{hint}")
    while circle := _circle(named):
        _complain(
            document, named[circle[0]].pop(circle[1]), f"topics are built of each other: {' -> '.join(circle)}"
        )


def complain_of_feeds(document: Document, topics: Iterable[Topic], feeds: Iterable[str]) -> None:
    """Complain of rules that name a feed (by its key) that is not there, where there are any."""
    known = list(feeds)
    for number, topic in enumerate(topics if known else ()):
        for part in walk(topic.rule):
            for feed in part.feeds if isinstance(part, Where) else ():
                if feed not in known:
                    place = _of_feed(document, number, part)
                    _complain(document, place, f"there is no feed with the key {shorten(feed)}{near_miss(feed, known)}")


def _of_feed(document: Document, number: int, part: Where) -> _Place:
    path = ("topics", number, *part.path) if part.path[:1] == ("where",) else ("topics", number, "match", *part.path)
    return (path, part.offset) if part.offset is not None else ((*path, "feeds"), None)


def _place(path: tuple[str | int, ...], part: Building) -> _Place:
    return path, part.offset


def _complain(document: Document, place: _Place, message: str) -> None:
    path, offset = place
    document.complain(document.place(path) if offset is None else document.place_within(path, offset), message)


def _circle(named: dict[str, dict[str, _Place]]) -> list[str]:
    """Topics of which each is built of the next, the last being the first again; [] when there are none."""
    graph: TopologicalSorter[str] = TopologicalSorter()
    for key, parts in named.items():
        graph.add(key, *parts)
    try:
        graph.prepare()
    except CycleError as exc:
        return list(reversed(exc.args[1]))
    return []
