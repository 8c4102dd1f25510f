"""The part of an address behind the question mark, read strictly: what is wrong is said, not passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from starlette.requests import Request

from collector.channels import MAX_ITEMS, Selection

MAX_LENGTH = 4096  # characters of a query
_MAX_FIELDS = 64

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# RFC 3339 §5.6. A blank stands for the plus sign that nobody remembers to write as %2B.
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+ -]\d\d:\d\d)", re.ASCII)


class QueryError(ValueError):
    """The query cannot be answered. The message names the parameter and says what would be right."""


def query_of(request: Request) -> str:
    """The query as it was sent. `request.url` is not asked: it trusts the Host header to be well-formed."""
    return request.scope["query_string"].decode("latin-1")


def read(query: str, known: Collection[str], repeatable: Collection[str] = ()) -> dict[str, list[str]]:
    """The values of each given parameter. Raises QueryError for unknown, empty and repeated ones."""
    if len(query) > MAX_LENGTH:
        raise QueryError(f"the query is longer than {MAX_LENGTH} characters")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise QueryError(f"more than {_MAX_FIELDS} parameters") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            raise QueryError(f"unknown parameter {shown(name)}; known are: {', '.join(known) or 'none'}")
        if name in values and name not in repeatable:
            raise QueryError(f"{name} is given more than once")
        if not value:
            raise QueryError(f"{name} has no value")
        values.setdefault(name, []).append(value)
    return values


def read_selection(
    query: str, topics: Collection[str], feed_exists: Callable[[str], bool], known: Collection[str]
) -> Selection:
    """What a subscriber asked of a channel that takes the parameters `known`. Raises QueryError."""
    values = read(query, known, repeatable=("topic",))
    one = {name: found[0] for name, found in values.items()}
    return Selection(
        topics=tuple(dict.fromkeys(_topic(key, topics) for key in values.get("topic", ()))),
        feed=_feed(one["feed"], feed_exists) if "feed" in one else None,
        language=_language(one["lang"]) if "lang" in one else None,
        since=date_time("since", one["since"]) if "since" in one else None,
        limit=number("limit", one["limit"], MAX_ITEMS) if "limit" in one else None,
        before=one.get("before"),
        by_similarity=_is_second("sort", one["sort"], "new", "similar") if "sort" in one else False,
        one_a_story=_is_second("group", one["group"], "none", "story") if "group" in one else False,
        bump=_is_second("update", one["update"], "silent", "bump") if "update" in one else False,
    )


def number(name: str, text: str, largest: int) -> int:
    """The whole number from 1 to `largest` that `text` is. Raises QueryError."""
    if text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= largest:
        return int(text)
    raise QueryError(f"{name}: expected a whole number from 1 to {largest}, found {shown(text)}")


def date_time(name: str, text: str) -> datetime:
    """The moment that `text` names as RFC 3339 says, in UTC. Raises QueryError."""
    if found := _DATE_TIME.fullmatch(text):
        date, time, fraction, zone = found.groups()
        written = f"{date}T{time}{(fraction or '')[:7]}{zone.replace(' ', '+').upper()}"
        try:
            return datetime.fromisoformat(written).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise QueryError(f"{name}: expected a date and time such as 2026-01-31T08:00:00Z, found {shown(text)}")


def _topic(key: str, topics: Collection[str]) -> str:
    if key in topics:
        return key
    raise QueryError(f"topic: there is no {shown(key)}; topics are: {', '.join(topics) or 'none'}")


def _feed(key: str, exists: Callable[[str], bool]) -> str:
    if exists(key):
        return key
    raise QueryError(f"feed: there is no feed with the key {shown(key)}")


def _language(tag: str) -> str:
    if _LANGUAGE.fullmatch(tag):
        return tag
    raise QueryError(f"lang: expected a language such as ko or pt-BR, found {shown(tag)}")


def _is_second(name: str, chosen: str, first: str, second: str) -> bool:
    """Which of the two words of a parameter was chosen."""
    if chosen in (first, second):
        return chosen == second
    raise QueryError(f"{name}: expected {first} or {second}, found {shown(chosen)}")


def shown(text: str) -> str:
    """`text` from a stranger, quoted and short enough for a message."""
    return repr(text if len(text) <= 60 else text[:59] + "…")
