"""The moments that a page states, in the forms in which pages write them for machines. No guess at prose is made here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# The web's first year of news; earlier values are empty fields (1970-01-01, 0001-01-01) or a subject's date.
_FIRST_YEAR = 1990
_LAST_YEAR = 2100

# 2024-05-03T15:47:42.389+0200, with all that is left out or written otherwise.
_ISO = re.compile(
    r"""(?P<year>\d{4})(?P<separator>[-/.]?)(?P<month>\d{1,2})(?P=separator)(?P<day>\d{1,2})
    (?:[T\s,]*[T\s](?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,:]\d+)?)?
       (?P<zone>\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?(?::\d{2})?))?)?
    (?:\[[^\]]*\])?""",
    re.VERBOSE | re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_IN_PATH = re.compile(r"[/_-](?P<year>(?:19|20)\d{2})[/_-]?(?P<month>0[1-9]|1[0-2])[/_-]?(?P<day>0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")

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
    """The moment that a machine-readable value states: ISO 8601 and its usual misspellings, RFC 2822, epoch seconds."""
    value = value.strip()
    if match := _ISO.fullmatch(value):
        return _from_iso(match)
    try:
        if _EPOCH.fullmatch(value):
            number = float(value)
            return _plausible(Moment(at=datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)))
        if len(value) < 60:
            return _from_mail(value)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        pass
    return None


def day_in_address(url: str) -> Moment | None:
    """The day that an address carries in its path (/2024/05/03/), None when it carries none."""
    match = _IN_PATH.search(url.partition("?")[0].partition("//")[2])
    return _from_iso(match) if match else None


def best_moment(claims: Iterable[tuple[str, str]]) -> tuple[str, Moment] | None:
    """Of (source, value) claims in order of trust the first that can be read, made more precise by those behind it.

    A day is replaced by a time on that day, a time without zone by the same moment with its zone.
    """
    read = [(source, moment) for source, value in claims if (moment := read_moment(value)) is not None]
    if not read:
        return None
    _, first = read[0]
    if first.is_day:
        return next((claim for claim in read if not claim[1].is_day and _same_day(first, claim[1])), read[0])
    if not first.has_zone:
        return next((claim for claim in read if claim[1].has_zone and _same_moment(first, claim[1])), read[0])
    return read[0]


def _from_iso(match: re.Match[str]) -> Moment | None:
    parts = match.groupdict()
    day = f"{parts['year']}-{int(parts['month']):02}-{int(parts['day']):02}"
    if parts.get("hour") is None:
        return _read(day, is_day=True)
    second = parts["second"] if parts["second"] and int(parts["second"]) < 60 else "00"
    clock = f"{int(parts['hour']):02}:{parts['minute']}:{second}"
    zone = (parts["zone"] or "").strip().upper()
    if zone in ("Z", "UTC", "GMT"):
        zone = "+00:00"
    is_bare_midnight = not zone and clock == "00:00:00"  # a day, put through a date-and-time field
    return _read(f"{day}T{clock}{zone}", is_day=is_bare_midnight)


def _read(text: str, *, is_day: bool) -> Moment | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    has_zone = at.tzinfo is not None
    return _plausible(Moment(at=at if has_zone else at.replace(tzinfo=UTC), is_day=is_day, has_zone=has_zone))


def _from_mail(value: str) -> Moment | None:
    at = parsedate_to_datetime(value)
    if at.tzinfo is not None:
        return _plausible(Moment(at=at))
    at = at.replace(tzinfo=UTC)
    return _plausible(Moment(at=at, is_day=at.hour == at.minute == at.second == 0, has_zone="GMT" in value or "-0000" in value))


def _plausible(moment: Moment) -> Moment | None:
    return moment if _FIRST_YEAR <= moment.at.year < _LAST_YEAR else None


def _same_day(first: Moment, second: Moment) -> bool:
    return second.at.date() == first.at.date()


def _same_moment(first: Moment, second: Moment) -> bool:
    """Whether the clock times are equal, or are one moment in two zones."""
    if first.at.replace(tzinfo=None) == second.at.replace(tzinfo=None):
        return True
    apart = abs(first.at - second.at)
    return apart <= _WIDEST_ZONE and apart % _ZONE_STEP < timedelta(seconds=1)
