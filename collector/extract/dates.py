"""The moments that a page states, with the precision and the zone in which it states them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from collector.text.dates import parse_date

# The web's first year of news; earlier values are empty fields (1970-01-01) or dates of the subject.
_FIRST_YEAR = 1990

# 2024-05-03T15:47:42.389+0200, with all that is left out or written otherwise.
_ISO = re.compile(
    r"""(?P<year>\d{4})(?P<separator>[-/.]?)(?P<month>\d{1,2})(?P=separator)(?P<day>\d{1,2})
    (?:[T\s,]*[T\s](?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,:]\d+)?)?
       (?P<zone>\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?(?::\d{2})?))?)?
    (?:\[[^\]]*\])?""",
    re.VERBOSE | re.IGNORECASE,
)
_IN_PATH = re.compile(
    r"[/_-](?P<year>(?:19|20)\d{2})[/_-]?(?P<month>0[1-9]|1[0-2])[/_-]?(?P<day>0[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
)

# In prose: a month alone is no day, and 03/05/2024 is May to some and March to others.
_NUMBERS = re.compile(r"\d+")
_AMBIGUOUS = re.compile(r"\D*(?:0?[1-9]|1[0-2])/(?:0?[1-9]|1[0-2])/\d{2,4}\b")
_ZONE_IN_PROSE = re.compile(r"(?:GMT|UTC|Z|[+-]\d{2}:?\d{2})\)?$")
_LONGEST_PROSE = 80

# Two claims of one moment, one of them without its zone, differ by a whole number of these.
_ZONE_STEP = timedelta(minutes=15)
_WIDEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A stated time. `at` is aware; `has_zone` is false when it is UTC only for want of a zone."""

    at: datetime
    is_day: bool = False
    has_zone: bool = True


def read_moment(value: str) -> Moment | None:
    """The moment that a value states: ISO 8601 and its usual misspellings, or a date for people."""
    value = value.strip()
    match = _ISO.fullmatch(value)
    moment = _from_iso(match) if match is not None else _from_prose(value)
    return moment if moment is not None and moment.at.year >= _FIRST_YEAR else None


def day_in_address(url: str) -> Moment | None:
    """The day that an address carries in its path (/2024/05/03/), None when it carries none."""
    match = _IN_PATH.search(url.partition("?")[0].partition("//")[2])
    return _from_iso(match) if match else None


def best_moment(claims: Iterable[tuple[str, str]]) -> tuple[str, Moment] | None:
    """Of (source, value) claims in order of trust the first that can be read, made precise by those behind.

    A day is replaced by a time on that day, a time without zone by the same moment with its zone.
    """
    read = [(source, moment) for source, value in claims if (moment := read_moment(value)) is not None]
    if not read:
        return None
    first = read[0][1]
    if first.is_day:
        return next((c for c in read if not c[1].is_day and c[1].at.date() == first.at.date()), read[0])
    if not first.has_zone:
        return next((c for c in read if c[1].has_zone and _same_moment(first, c[1])), read[0])
    return read[0]


def _from_iso(match: re.Match[str]) -> Moment | None:
    parts = match.groupdict()
    day = f"{parts['year']}-{int(parts['month']):02}-{int(parts['day']):02}"
    if parts.get("hour") is None:
        return _moment(day, is_day=True)
    second = parts["second"] if parts["second"] and int(parts["second"]) < 60 else "00"
    clock = f"{int(parts['hour']):02}:{parts['minute']}:{second}"
    zone = (parts["zone"] or "").strip().upper()
    zone = "+00:00" if zone in ("Z", "UTC", "GMT") else zone
    is_bare_midnight = not zone and clock == "00:00:00"  # a day that went through a field for a time
    return _moment(f"{day}T{clock}{zone}", is_day=is_bare_midnight)


def _moment(text: str, *, is_day: bool) -> Moment | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    has_zone = at.tzinfo is not None
    return Moment(at=at if has_zone else at.replace(tzinfo=UTC), is_day=is_day, has_zone=has_zone)


def _from_prose(value: str) -> Moment | None:
    """A date for people; seconds since 1970, too."""
    is_number = value.replace(".", "", 1).isdecimal()
    if len(value) > _LONGEST_PROSE or _AMBIGUOUS.match(value):
        return None
    if not is_number and len(_NUMBERS.findall(value)) < 2:
        return None
    at = parse_date(value)
    if at is None:
        return None
    is_day = at.time() == datetime.min.time() and ":" not in value and not is_number
    return Moment(at=at, is_day=is_day, has_zone=is_number or _ZONE_IN_PROSE.search(value) is not None)


def _same_moment(first: Moment, second: Moment) -> bool:
    """Whether the clock times are equal, or are one moment in two zones."""
    if first.at.replace(tzinfo=None) == second.at.replace(tzinfo=None):
        return True
    apart = abs(first.at - second.at)
    return apart <= _WIDEST_ZONE and apart % _ZONE_STEP < timedelta(seconds=1)
