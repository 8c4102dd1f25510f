"""Times and numbers as a person says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# Up to how many seconds in which unit; the borders leave no "60 minutes".
_STEPS = ((59.5, 1, "second"), (3570, 60, "minute"), (84600, 3600, "hour"), (60 * 86400, 86400, "day"))


def relative(moment: datetime, now: datetime) -> str:
    """How far `moment` is from `now`: "just now", "3 hours ago", "in 5 minutes"; a date when that is far."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 10:
        return "just now" if seconds <= 0 else "now"
    distance = _span(abs(seconds))
    if distance is None:
        return f"{moment.astimezone(UTC):%Y-%m-%d}"
    return f"in {distance}" if seconds > 0 else f"{distance} ago"


def duration(seconds: float) -> str:
    """A length of time: "30 minutes", "1 hour"."""
    return _span(seconds) or count(seconds / timedelta(days=1).total_seconds(), "day")


def absolute(moment: datetime) -> str:
    """The moment, exactly: "2026-01-31 08:00:00 UTC"."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def count(number: float, name: str) -> str:
    """A whole number of things: "1 article", "2,000 articles"."""
    whole = round(number)
    return f"{whole:,} {name}{'' if whole == 1 else 's'}"


def _span(seconds: float) -> str | None:
    for limit, unit, name in _STEPS:
        if seconds < limit:
            return count(seconds / unit, name)
    return None
