"""Dates as publishers write them, read as a person would read them.

Standard forms go through the library; the rest is taken apart: first the time of day, with its zone, then the
day, whose month may be named in forty languages. `tests/data/dates.tsv` has the forms seen in the wild, each
with its meaning.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from collector.text.months import LETTER, fold, months_in

_MAX_CHARS = 200
_FIRST_YEAR, _LAST_YEAR = 1970, 2100  # outside of these a date on the web is a mistake
_FARTHEST_ZONE = timedelta(hours=15)

_THAI = re.compile("[\u0e00-\u0e7f]")
_BUDDHIST = range(2400, 2600)  # years of the Thai calendar, which is 543 ahead

# Hours east of Greenwich. RFC 5322 §4.3 names the American ones; the others as they are used in news.
_ZONES = {
    zone: float(hours)
    for hours, zones in {
        "0": "z ut utc gmt wet",
        "-3.5": "nst", "-2.5": "ndt", "-3": "adt brt art", "-4": "ast edt", "-5": "est cdt",
        "-6": "cst mdt", "-7": "mst pdt", "-8": "pst akdt", "-9": "akst", "-10": "hst",
        "1": "bst west cet met mez wat", "2": "cest mest mesz eet cat sast", "3": "eest eat msk мск trt",
        "3.5": "irst", "4": "msd gst", "5": "pkt", "5.5": "ist", "5.75": "npt", "7": "ict wib",
        "8": "hkt sgt pht myt awst", "9": "kst jst", "9.5": "acst", "10": "aest", "10.5": "acdt",
        "11": "aedt", "12": "nzst", "13": "nzdt",
    }.items()
    for zone in zones.split()
}  # fmt: skip
_ALL_YEAR_ZONES = {  # what Americans write in summer and in winter
    "et": "america/new_york",
    "ct": "america/chicago",
    "mt": "america/denver",
    "pt": "america/los_angeles",
}


# 2026年1月5日, 2026년 1월 5일, 5 1月 2026
_EAST_ASIAN_DAY = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일号號]?")
_EAST_ASIAN_MONTH = re.compile(r"(\d{1,2}) ?[月월]")
_EAST_ASIAN_TIME = re.compile(r"(\d{1,2}) ?[時时點点시] ?(?:(\d{1,2}) ?[分분])? ?(?:(\d{1,2}) ?[秒초])?")
_AFTERNOON = "下午|午後|晚上|오후|p\\.? ?m\\.?(?!\\w)|μμ|μ\\.μ\\.?|م(?!\\w)|غ\\.?ظ|ch(?!\\w)"
_MORNING = "上午|午前|凌晨|早上|오전|a\\.? ?m\\.?(?!\\w)|πμ|π\\.μ\\.?|ص(?!\\w)|ق\\.?ظ|sa(?!\\w)"
_HALF = re.compile(rf"(?P<pm>{_AFTERNOON})|(?P<am>{_MORNING})")
_TIME = re.compile(
    rf"(?:(?P<before>{_AFTERNOON}|{_MORNING}) ?)?"
    r"(?<![\d.+\-−])(?P<hour>\d{1,2})(?: ?: ?| ?h ?)(?P<minute>\d{1,2})"
    r"(?:(?: ?: ?|m)(?P<second>\d{1,2}))?(?:[.,:]\d+)?s?"
    rf" ?(?P<after>{_AFTERNOON}|{_MORNING})?"
)
_HOUR_ONLY = re.compile(r"(?<![\d.:])(?P<hour>\d{1,2}) ?(?:(?P<after>[ap]\.? ?m\.?)|h|uhr|heures)(?!\w)")
# 10.30 is a time only beside a whole date: 05.01.26 is none.
_DOTTED_TIME = re.compile(r"(?<![\d.])(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?:\.(?P<second>\d{2}))?(?![.\d])")
_ZONE = re.compile(
    r"[\s,]*\(?(?:(?:gmt|utc|ut|z)? ?"
    r"(?P<sign>[+\-−]) ?(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?(?![\d-])(?::\d{2})?"
    rf"|(?P<city>[a-z]+/[a-z_]+(?:/[a-z_]+)?)|(?P<name>{LETTER}{{1,5}})(?!{LETTER}))"
)
_TRAILING_ZONE = re.compile(r"[+-]\d{2}:?\d{2}$")

_SEPARATOR = r"(?:[ ,./\-–'’]|de |del |of |di |m\. )*"
_DAY_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?<!\d)(?<!\d[./-])(?P<y>\d{4})[-/. ]{1,2}(?P<m>\d{1,2})[-/. ]{1,2}(?P<d>\d{1,2})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|°)?{_SEPARATOR}<(?P<m>\d+)>{_SEPARATOR}(?P<y>\d{{4}}|\d{{2}})(?!\d)",
        rf"(?<!\d)(?P<y>\d{{4}}){_SEPARATOR}<(?P<m>\d+)>{_SEPARATOR}(?P<d>\d{{1,2}})(?!\d)",
        rf"<(?P<m>\d+)>{_SEPARATOR}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d){_SEPARATOR}(?P<y>\d{{4}}|(?<=['’])\d{{2}})(?!\d)",
        r"(?<!\d)(?P<d>\d{1,2})[-.] ?(?P<m>\d{1,2})[-.] ?(?P<y>\d{4}|\d{2})(?!\d)",
        r"(?<!\d)(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})(?!\d)",
        r"(?<!\d)(?P<d>\d{1,2}) (?P<m>\d{1,2}) (?P<y>\d{4})(?!\d)",
        rf"<(?P<m>\d+)>{_SEPARATOR}(?P<y>\d{{4}})(?!\d)",
        r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})$",
    )
)
_ORDINAL_DAY = re.compile(r"(\d{4})-(\d{3})(?!\d)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DOT_NET = re.compile(r"/Date\((\d+)(?:[+-]\d{4})?\)/")
_RFC_5322 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?:19|20)\d\d "
    r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d (?:GMT|[+-](?:0\d|1[0-4])[0-5]\d)",
    re.ASCII,
)
_DIGITS_AS_DATE = {4: "%Y", 8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def parse_date(text: str) -> datetime | None:
    """The moment that `text` names, in UTC, or None when it names none between 1970 and 2100. Never raises.

    UTC is assumed where no zone, or an unknown one, is given; midnight where there is no time.
    """
    text = " ".join(text[: 4 * _MAX_CHARS].split())[:_MAX_CHARS]
    if not any(map(str.isdecimal, text)):
        return None
    try:
        return _in_range(_read(text))
    except (ValueError, OverflowError):
        return None


def _read(text: str) -> datetime | None:
    if dot_net := _DOT_NET.fullmatch(text):
        text = dot_net[1]
    if _NUMBER.fullmatch(text):
        return _from_number(text)
    if _RFC_5322.fullmatch(text):
        return parsedate_to_datetime(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _take_apart(fold(text))
    is_absurd_zone = abs(moment.utcoffset() or timedelta()) > _FARTHEST_ZONE
    return moment.replace(tzinfo=UTC) if is_absurd_zone else moment


def _in_range(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _from_number(text: str) -> datetime | None:
    """Digits alone: a compact date, or seconds, milli-, micro- or nanoseconds since 1970."""
    form = _DIGITS_AS_DATE.get(len(text)) if text.isdecimal() else None
    if form:
        return datetime.strptime(fold(text), form)
    whole = len(text.partition(".")[0])
    if not 9 <= whole <= 19:
        return None
    return datetime.fromtimestamp(float(text) / 1000 ** max(0, (whole - 10) // 3), UTC)


def _take_apart(text: str) -> datetime | None:
    clock, zone, rest = _take_time(text)
    day = _find_day(rest)
    if day is None or clock is None:
        return None
    # Added before the zone is known: 24:00 and the leap second 23:59:60 are the next day.
    return (datetime(day.year, day.month, day.day) + clock).replace(tzinfo=zone)


def _take_time(text: str) -> tuple[timedelta | None, tzinfo | None, str]:
    """The time of day (None when impossible), its zone, and what is left of the text."""
    east_asian = _EAST_ASIAN_TIME.search(text)
    if east_asian:
        half = _HALF.search(text[: east_asian.start()])
        clock = _clock(east_asian[1], east_asian[2], east_asian[3], half)
        return clock, None, _HALF.sub(" ", text[: east_asian.start()]) + text[east_asian.end() :]
    # The last: "2006-01-02 00:00:00.0 15:04:05.0 -0700"
    found = _last(_TIME, text) or _HOUR_ONLY.search(text) or _dotted_time(text)
    if not found:
        return timedelta(), None, text
    groups = found.groupdict()
    half = _HALF.match(groups.get("before") or groups.get("after") or "")
    clock = _clock(groups["hour"], groups.get("minute"), groups.get("second"), half)
    zone, end = _take_zone(text, found.end())
    rest = _TIME.sub(" ", text[: found.start()]) + " " + text[end:]
    trailing = None if zone else _TRAILING_ZONE.search(rest)  # git: Mon Jan 5 10:00:00 2026 +0300
    if trailing:
        zone, rest = _take_zone(trailing[0], 0)[0], rest[: trailing.start()]
    return clock, zone, rest


def _dotted_time(text: str) -> re.Match[str] | None:
    found = _last(_DOTTED_TIME, text)
    return found if found and _find_day(f"{text[: found.start()]} {text[found.end() :]}") else None


def _clock(hour: str, minute: str | None, second: str | None, half: re.Match[str] | None) -> timedelta | None:
    hours, minutes, seconds = int(hour), int(minute or 0), int(second or 0)
    if half and hours <= 12:
        hours = hours % 12 + (12 if half["pm"] else 0)
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and (minutes or seconds)):
        return None
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _take_zone(text: str, start: int) -> tuple[tzinfo | None, int]:
    """The zone that follows a time, and where it ends. A word that is no zone is left, as part of the day."""
    found = _ZONE.match(text, start)
    if not found:
        return None, start
    if found["sign"]:
        offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
        offset = -offset if found["sign"] != "+" else offset
        return timezone(offset) if abs(offset) <= _FARTHEST_ZONE else UTC, found.end()
    if found["city"]:
        return _city(found["city"]), found.end()
    if found["name"] in _ALL_YEAR_ZONES:
        return _city(_ALL_YEAR_ZONES[found["name"]]), found.end()
    hours = _ZONES.get(found["name"])
    return (None, start) if hours is None else (timezone(timedelta(hours=hours)), found.end())


def _city(name: str) -> tzinfo:
    try:
        return ZoneInfo("/".join(part.title() for part in name.split("/")).replace("_Of_", "_of_"))
    except (ValueError, OSError, KeyError):
        return UTC


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return found[-1] if found else None


def _find_day(text: str) -> date | None:
    east_asian = _EAST_ASIAN_DAY.search(text)
    if east_asian:
        return date(*map(int, east_asian.groups()))
    ordinal = _ORDINAL_DAY.match(text)
    if ordinal:
        return datetime.strptime(ordinal[0], "%Y-%j").date()
    named = _with_month_numbers(text)
    for form in _DAY_FORMS:
        found = form.search(named)
        if found:
            year = _year(found["y"], is_thai=_THAI.search(text) is not None)
            return _date(year, int(found["m"]), int(found.groupdict().get("d") or 1), can_swap="/" in found[0])
    return None


def _with_month_numbers(text: str) -> str:
    """`text` with its last month name as <1> … <12>; one before it is a day of the week ("mar., 01 déc.")."""
    text = _EAST_ASIAN_MONTH.sub(r" <\1> ", text)
    months = months_in(text)
    if not months:
        return text
    start, end, number = months.pop()
    while months and months[-1][2] == number and not any(map(str.isalnum, text[months[-1][1] : start])):
        start = months.pop()[0]  # the same month by two names: كانون الثاني/يناير
    return f"{text[:start]} <{number}> {text[end:]}"


def _year(digits: str, *, is_thai: bool) -> int:
    """The year of our calendar; of two digits the likelier century (RFC 5322, 4.3)."""
    year = int(digits)
    if len(digits) == 2:
        year += 2500 if is_thai else 1900 if year >= 50 else 2000
    return year - 543 if year in _BUDDHIST else year


def _date(year: int, month: int, day: int, *, can_swap: bool) -> date:
    if can_swap and month > 12:
        month, day = day, month
    return date(year, month, day)
