"""A request for a channel answered with bytes, kept until articles or configuration change.

The web server and the written files both ask here, so they publish the same.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from collector.model import Channel, ChannelItem, ChannelPage, ChannelQuery
from collector.publish import FORMATS, Format

if TYPE_CHECKING:
    from collector.config import Config
    from collector.store import Store

MAX_ITEMS = 1000  # on one page of a channel
_KEPT = 64  # rendered channels
_KEPT_BYTES = 64 * 2**20
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # when a channel without items changed


class Kind(Enum):
    """What a channel shows: the name of its document below the base address, and what it adds to the title."""

    ARTICLES = "feed", ""
    STORIES = "stories", "Stories"
    REVISIONS = "revisions", "Revisions"

    def __init__(self, document: str, label: str) -> None:
        self.document, self.label = document, label


_OF_TOPICS = (Kind.ARTICLES, Kind.STORIES)  # the kinds that there are for each topic, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel: everything of its kind, or the articles or stories of one topic."""

    kind: Kind = Kind.ARTICLES
    topic: str | None = None

    def path(self, suffix: str) -> str:
        """Where it is published, below the base address: "feed.xml", "topics/KEY.xml", "topics/KEY/stories.xml"."""
        if self.topic is None:
            return f"{self.kind.document}.{suffix}"
        own = "" if self.kind == Kind.ARTICLES else f"/{self.kind.document}"
        return f"topics/{self.topic}{own}.{suffix}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """What a subscriber may ask of it, by the names in an address."""
        own = {Kind.ARTICLES: ("sort", "group"), Kind.STORIES: ("sort", "update"), Kind.REVISIONS: ()}[self.kind]
        return (() if self.topic else ("topic",)) + ("feed", "lang", "since", "limit", *own, "before")

    def title(self, published: str, topics: Mapping[str, str]) -> str:
        """What it is called, where `published` is the title of everything and `topics` has those of the topics."""
        topic = topics.get(self.topic, self.topic) if self.topic else ""
        label = ", ".join(filter(None, (topic, self.kind.label)))
        return f"{published}: {label}" if label else published


def places(topics: Iterable[str]) -> tuple[Place, ...]:
    """Every channel there is where these are the topics."""
    each = list(topics)
    of_topics = (Place(kind=kind, topic=topic) for kind in _OF_TOPICS for topic in each)
    return (*(Place(kind=kind) for kind in Kind), *of_topics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which articles a subscriber asked for. No `topics`: those of the channel; no `limit`: the setting.

    `since` is on first seen, inclusive; `before` is the cursor of a page behind the first; `by_similarity`:
    the most similar to the corpus first. `one_a_story`: of each story's articles the newest alone; `bump`: stories are
    dated by their newest report.
    """

    topics: tuple[str, ...] = ()
    feed: str | None = None
    language: str | None = None
    since: datetime | None = None
    limit: int | None = None
    before: str | None = None
    by_similarity: bool = False
    one_a_story: bool = False
    bump: bool = False

    def query_string(self, *, before: str | None) -> str:
        """The selection as the end of an address, always in the same order; "" for everything."""
        pairs = [("topic", key) for key in self.topics] + [
            ("feed", self.feed),
            ("lang", self.language),
            ("since", self.since and self.since.astimezone(UTC).isoformat().replace("+00:00", "Z")),
            ("limit", self.limit),
            ("sort", "similar" if self.by_similarity else None),
            ("group", "story" if self.one_a_story else None),
            ("update", "bump" if self.bump else None),
            ("before", before),
        ]
        given = [(name, value) for name, value in pairs if value is not None]
        return "?" + urlencode(given, safe=":") if given else ""


EVERYTHING = Selection()
ALL_ARTICLES = Place()


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A channel as bytes. `etag` is strong and quoted (RFC 9110 §8.8.3)."""

    body: bytes
    etag: str
    last_modified: datetime
    media_type: str

    @cached_property
    def gzipped(self) -> bytes:
        """The body compressed, made once."""
        return gzip.compress(self.body, compresslevel=6, mtime=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """How a page of a kind is read, and what the channel says of itself: {} is what is watched."""

    read: Callable[[Store, ChannelQuery], ChannelPage]
    about: str


_SHOWN = {
    Kind.ARTICLES: _Shown(read=lambda store, query: store.channel(query), about="News on {}"),
    Kind.STORIES: _Shown(read=lambda store, query: store.stories(query), about="Stories on {}: one item an event"),
    Kind.REVISIONS: _Shown(
        read=lambda store, query: store.revisions(query), about="What changed in news on {}, and what is gone"
    ),
}


class Channels:
    """Renders channels, and keeps them while they are true. May be used from several threads."""

    def __init__(self, store: Store, config: Callable[[], Config]) -> None:
        self._store = store
        self._config = config
        self._kept = _Kept()
        self._rendering = Lock()  # one at a time: whoever waits may find its channel done

    def render(
        self, form: str, place: Place = ALL_ARTICLES, selection: Selection = EVERYTHING, *, paged: bool = True
    ) -> Rendered:
        """The channel at a place, in a form of `FORMATS`; with a link to its next page if `paged`.

        Raises ValueError when `before` is no cursor of ours, StoreError when the database cannot be read.
        """
        config = self._config()
        asked = (form, place, selection, paged)
        # Read before the articles: what changes in between is rendered now and, needlessly, once more.
        stamp = (self._store.revision(), config.digest)
        if kept := self._kept.get(asked, stamp):
            return kept
        with self._rendering:
            if kept := self._kept.get(asked, stamp):
                return kept
            rendered = self._render(config, FORMATS[form], place, selection, paged)
            self._kept.put(asked, stamp, rendered)
            return rendered

    def newest(
        self, limit: int, place: Place = ALL_ARTICLES, selection: Selection = EVERYTHING
    ) -> tuple[ChannelItem, ...]:
        """The first items at a place."""
        query = replace(_query(self._config(), place.topic, selection), limit=limit)
        return _SHOWN[place.kind].read(self._store, query).items

    def _render(self, config: Config, form: Format, place: Place, selection: Selection, paged: bool) -> Rendered:
        page = _SHOWN[place.kind].read(self._store, _query(config, place.topic, selection))
        base = f"{config.base_url}/{place.path(form.suffix)}"
        channel = _channel(config, place, selection, base, page, paged)
        body = form.render(channel)
        etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
        return Rendered(body=body, etag=etag, last_modified=channel.updated_at, media_type=form.media_type)


def _keys(config: Config) -> tuple[str, ...]:
    return tuple(topic.key for topic in config.topics)


def _query(config: Config, topic: str | None, selection: Selection) -> ChannelQuery:
    return ChannelQuery(
        topics=_keys(config),
        only=(topic,) if topic else selection.topics,
        feed=selection.feed,
        language=selection.language,
        since=selection.since,
        before=selection.before,
        by_similarity=selection.by_similarity,
        one_a_story=selection.one_a_story,
        bump=selection.bump,
        limit=min(selection.limit or config.settings.publish.items, MAX_ITEMS),
    )


def _channel(
    config: Config, place: Place, selection: Selection, base: str, page: ChannelPage, paged: bool
) -> Channel:
    titles = {each.key: each.title for each in config.topics}
    publish, topic = config.settings.publish, place.topic
    watched = titles.get(topic, topic) if topic else ", ".join(titles.values())
    described = publish.description if place == ALL_ARTICLES else ""
    following = page.next if paged else None
    return Channel(
        title=place.title(publish.title, titles),
        description=described or _SHOWN[place.kind].about.format(watched or "nothing yet"),
        home_url=f"{config.base_url}/",
        self_url=base + selection.query_string(before=selection.before),
        first_url=base + selection.query_string(before=None),
        next_url=base + selection.query_string(before=following) if following else None,
        updated_at=max((item.updated_at for item in page.items), default=_NEVER),
        items=page.items,
        topic_titles=titles,
        full_text=publish.full_text,
    )


_Asked = tuple[str, Place, Selection, bool]
_Stamp = tuple[int, str]


class _Kept:
    """The rendered channels that were asked for last, within a number and a size."""

    def __init__(self) -> None:
        self._rows: OrderedDict[_Asked, tuple[_Stamp, Rendered]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, asked: _Asked, stamp: _Stamp) -> Rendered | None:
        with self._lock:
            kept_stamp, rendered = self._rows.get(asked, (None, None))
            if kept_stamp != stamp:
                return None
            self._rows.move_to_end(asked)
            return rendered

    def put(self, asked: _Asked, stamp: _Stamp, rendered: Rendered) -> None:
        with self._lock:
            self._drop(asked)
            self._rows[asked] = stamp, rendered
            self._size += len(rendered.body)
            while len(self._rows) > 1 and (len(self._rows) > _KEPT or self._size > _KEPT_BYTES):
                self._drop(next(iter(self._rows)))

    def _drop(self, asked: _Asked) -> None:
        _, rendered = self._rows.pop(asked, (None, None))
        self._size -= len(rendered.body) if rendered else 0
