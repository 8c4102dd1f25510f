"""The rule for when a feed is due again: its state, and what the poll brought, make its next state.

- The interval follows how often the feed really publishes: about four polls to an expected new entry, within
  the limits. It grows slowly, and shrinks at once when more than half of what a feed shows scrolled by.
- The interval that a user sets for a feed is kept exactly.
- `ttl`, max-age and Expires are lower bounds, within the limits, as long as no entry would scroll by unseen;
  Retry-After is obeyed to the second, up to a day.
- A failure waits twice as long as the one before. What broke on the way is tried again soon, once.
- 410 three times in a row ends polling.
- A permanent redirect is adopted when a feed was found behind it three times in a row, and given up for the
  configured address when it fails.
- Validators come from complete, readable documents only. Once a day they are left out, for the servers that
  answer 304 for ever.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from collector.model import Failure, FeedState, Ingested, ParsedFeed, PollOutcome

DAY = 86_400.0
POLLS_PER_ENTRY = 4
MEMORY = 3 * DAY  # how long the rate remembers
SLOWER = 1.5  # at most this much longer than the last interval
SOON = 60.0
OFFLINE = 3_600.0  # the longest wait while it may be our own network that is down
LONGEST_RETRY_AFTER = DAY
CONFIRMATIONS = 3  # of a redirect, and of 410
GIVE_UP_REDIRECT = 5  # failures in a row at an adopted address
FRESH = timedelta(days=2)  # what was claimed earlier is an archive, no news
JITTER = 0.05
BACKOFF_JITTER = 0.2
LONGEST_VALIDATOR = 1_000

Rand = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds. `interval` is the first guess; `fixed` the user's own interval for this feed."""

    interval: float
    min_interval: float
    max_interval: float
    fixed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSummary:
    """What the plan must know of a poll. Durations in seconds.

    `new` is `count_news`, `seen` the known entries shown again, `claimed_rate` as the function of that name.
    `body_hash`, `etag` and `last_modified` are those of the answer; `is_cut` when its document was cut short.
    """

    outcome: PollOutcome
    failure: Failure | None = None
    retry_after: float | None = None
    cache_lifetime: float | None = None
    ttl: float | None = None
    new: int = 0
    seen: int = 0
    gap: bool = False
    claimed_rate: float | None = None
    is_cut: bool = False
    etag: str | None = None
    last_modified: str | None = None
    body_hash: bytes | None = None
    moved_to: str | None = None

    @property
    def is_success(self) -> bool:
        return self.outcome in (PollOutcome.NEW, PollOutcome.UNCHANGED, PollOutcome.NOT_MODIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How a failure is met: once again `soon`, then after `start` normal intervals, doubled to `longest`."""

    soon: bool = False
    start: float = 1.0
    longest: float = math.inf


_USUAL = Backoff()
_BROKEN = Backoff(soon=True)
_OFFLINE = Backoff(soon=True, longest=OFFLINE)
_REFUSED = Backoff(start=4.0)
_HOPELESS = Backoff(start=math.inf)
BACKOFFS: dict[Failure | None, Backoff] = {
    Failure.DNS: _OFFLINE,
    Failure.CONNECT: _OFFLINE,
    Failure.TIMEOUT: _BROKEN,
    Failure.BROKEN: _BROKEN,
    Failure.EMPTY: _BROKEN,
    Failure.UNAUTHORIZED: _REFUSED,
    Failure.BOT_BLOCKED: _REFUSED,
    Failure.ROBOTS: _REFUSED,
    Failure.NOT_FOUND: _REFUSED,
    Failure.BAD_ADDRESS: _HOPELESS,
    Failure.FORBIDDEN_ADDRESS: _HOPELESS,
}


def plan(state: FeedState, poll: PollSummary, limits: Limits, now: datetime, rand: Rand) -> FeedState:
    """The feed's state after a poll that ended `now`. `rand` gives numbers in [0, 1).

    When the result `is_gone`, the poll's outcome is GONE.
    """
    after = _address(_validators(state, poll, now), poll)
    after = _pace(after, poll, limits, now) if poll.is_success else after
    broken = not poll.is_success or poll.is_cut
    after = replace(
        after,
        interval=_interval(after, poll, limits),
        last_poll_at=now,
        failures=state.failures + 1 if broken else 0,
        wait_until=_wait_until(poll, now),
    )
    wait = _backoff(after, poll, limits, rand) if broken else _spread(after.interval, limits, rand)
    next_poll_at = now + timedelta(seconds=wait)
    return replace(after, next_poll_at=max(next_poll_at, after.wait_until or next_poll_at))


# --- how often ----------------------------------------------------------------------------------------------


def _pace(state: FeedState, poll: PollSummary, limits: Limits, now: datetime) -> FeedState:
    """The rate of new entries a day, smoothed over `MEMORY`, and the gaps.

    Each poll counts by the time it covers, so that the rate does not depend on how often one polls. A
    document of which more than half is new raises it at once; a gap at least doubles it.
    """
    elapsed = (now - state.last_poll_at).total_seconds() if state.last_poll_at else 0.0
    if state.new_rate is None:  # the first document
        rate = poll.claimed_rate if poll.claimed_rate is not None else _rate_for(limits.interval)
    elif elapsed <= 0 or (state.failures and not poll.gap):  # a clock set back; news of more than `elapsed`
        rate = state.new_rate
    else:
        seen_rate = poll.new * DAY / elapsed
        weight = -math.expm1(-elapsed / MEMORY)
        rate = state.new_rate + weight * (seen_rate - state.new_rate)
        if poll.new > poll.seen:  # let no more than half of it scroll by; after a gap far less
            half = (poll.new + poll.seen) / 2
            rate = max(rate, seen_rate * 2 if poll.gap else seen_rate / (half * POLLS_PER_ENTRY))
    if poll.gap:  # whatever its entries claim: they may all be dated wrongly
        rate = max(rate, 2 * _rate_for(state.interval or limits.interval))
    rate = min(rate, 2 * _rate_for(limits.min_interval))
    return replace(state, new_rate=rate, gap_count=state.gap_count + poll.gap)


def _interval(state: FeedState, poll: PollSummary, limits: Limits) -> float:
    """The normal interval: the user's, or else from the rate and what the feed and its server ask for."""
    if limits.fixed is not None:
        return limits.fixed
    last = state.interval or limits.interval
    if not poll.is_success:
        return min(max(last, limits.min_interval), limits.max_interval)
    rate = max(state.new_rate or 0.0, _rate_for(limits.max_interval))
    wanted = min(DAY / (POLLS_PER_ENTRY * rate), last * SLOWER)
    # Some servers call a feed fresh for a year. Until half of it can have scrolled by, they are believed.
    asked = max(poll.ttl or 0.0, poll.cache_lifetime or 0.0)
    shown = poll.new + poll.seen
    if not shown and not poll.gap:  # 304, or the same bytes: nothing tells to come sooner, and `ttl` was told last time
        wanted, safe = max(wanted, last), last * SLOWER
    else:
        safe = shown / 2 * DAY / rate
    return min(max(wanted, min(asked, safe), limits.min_interval), limits.max_interval)


def _rate_for(interval: float) -> float:
    """The rate at which `interval` is right."""
    return DAY / (POLLS_PER_ENTRY * interval)


def _spread(interval: float, limits: Limits, rand: Rand) -> float:
    """A little more than the interval, so that feeds added together do not stay together."""
    if limits.fixed is not None:
        return interval
    return min(interval * (1 + JITTER * rand()), limits.max_interval)


def _backoff(state: FeedState, poll: PollSummary, limits: Limits, rand: Rand) -> float:
    """Seconds to wait after a failure, the `failures`-th in a row."""
    rule = _BROKEN if poll.is_cut else BACKOFFS.get(poll.failure, _USUAL)
    if rule.soon and state.failures == 1:
        return min(SOON, state.interval)
    longest = max(min(limits.max_interval, rule.longest), limits.fixed or 0.0)
    doublings = 0 if poll.is_success else min(state.failures - 1 - rule.soon, 30)
    wait = min(state.interval * rule.start * 2.0**doublings, longest)
    return min(wait * (1 + BACKOFF_JITTER * (rand() - 0.5)), longest)


def _wait_until(poll: PollSummary, now: datetime) -> datetime | None:
    """Until when the server does not want to be asked again. A negative or endless wait is none or a day."""
    if poll.retry_after is None or not poll.retry_after > 0:
        return None
    return now + timedelta(seconds=math.ceil(min(poll.retry_after, LONGEST_RETRY_AFTER)))


# --- where and with what ------------------------------------------------------------------------------------


def _address(state: FeedState, poll: PollSummary) -> FeedState:
    """Adopt a redirect that was confirmed often enough, give up an adopted one that fails, end at 410."""
    if poll.is_success:
        return _follow(replace(state, gone_count=0, is_gone=False), poll)
    if poll.outcome is not PollOutcome.FAILED:  # an answer, but no feed: a parked domain, a login page
        state = replace(state, moved_to=None, moved_count=0)
    if poll.failure is Failure.GONE:
        state = replace(state, gone_count=state.gone_count + 1)
    is_gone = state.gone_count >= CONFIRMATIONS
    if state.current_url != state.url and (is_gone or state.failures + 1 >= GIVE_UP_REDIRECT):
        return _moved(replace(state, gone_count=0), state.url)
    return replace(state, is_gone=is_gone)


def _follow(state: FeedState, poll: PollSummary) -> FeedState:
    if poll.moved_to is None or poll.moved_to == state.current_url:
        return replace(state, moved_to=None, moved_count=0)
    if poll.gap:  # a feed, but perhaps another one: it neither confirms nor refutes
        return state
    count = state.moved_count + 1 if poll.moved_to == state.moved_to else 1
    if count >= CONFIRMATIONS:
        return replace(state, current_url=poll.moved_to, moved_to=None, moved_count=0)
    return replace(state, moved_to=poll.moved_to, moved_count=count)


def _moved(state: FeedState, url: str) -> FeedState:
    """At another address, with nothing kept of what the last one answered."""
    return replace(
        state, current_url=url, moved_to=None, moved_count=0, etag=None, last_modified=None, body_hash=None
    )


def _validators(state: FeedState, poll: PollSummary, now: datetime) -> FeedState:
    """What the next request carries, so that an unchanged document is not sent again."""
    if not poll.is_success:
        return state
    if poll.is_cut:  # forget it, so that the whole is sent
        return replace(state, etag=None, last_modified=None, body_hash=None)
    etag, last_modified = _sendable(poll.etag), _sendable(poll.last_modified)
    if poll.outcome is PollOutcome.NOT_MODIFIED:
        if _is_new_day(state, now):
            return replace(state, etag=None, last_modified=None)
        return replace(state, etag=etag or state.etag, last_modified=last_modified or state.last_modified)
    return replace(state, etag=etag, last_modified=last_modified, body_hash=poll.body_hash)


def _sendable(validator: str | None) -> str | None:
    """The validator, or None where it cannot be sent back as it came."""
    if not validator or len(validator) > LONGEST_VALIDATOR or not validator.isprintable():
        return None
    return validator if validator.isascii() else None


def _is_new_day(state: FeedState, now: datetime) -> bool:
    """Whether a day of this feed began since its last poll. Feeds begin theirs at different times."""
    if state.last_poll_at is None:
        return False
    shift = state.id * 7_919 % DAY  # a prime of seconds: neighbours lie two hours apart
    return (now.timestamp() + shift) // DAY != (state.last_poll_at.timestamp() + shift) // DAY


# --- what a poll tells --------------------------------------------------------------------------------------


def count_news(ingested: Ingested, now: datetime) -> int:
    """The new entries, without those claimed days ago: an archive that is opened is no news."""
    claims = (
        save.entry.published_at or save.entry.updated_at for save in ingested.to_save if save.known_id is None
    )
    return sum(claim is None or now - claim <= FRESH for claim in claims)


def claimed_rate(feed: ParsedFeed, now: datetime) -> float | None:
    """Entries a day by the dates that the newest ten claim; None when fewer than three claim one."""
    claims = sorted(e.published_at for e in feed.entries if e.published_at and e.published_at <= now)[-10:]
    if len(claims) < 3 or claims[-1] - claims[0] < timedelta(
        minutes=1
    ):  # dated when the document was written
        return None
    return len(claims) * DAY / (now - claims[0]).total_seconds()


def cache_lifetime(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which an answer stays fresh, by max-age or else Expires (RFC 9111, 4.2.1).

    None where it does not say. Header names are in lower case. `s-maxage` is for shared caches, which we are
    not. The server's clock is its Date header, or ours where it has none.
    """
    directives = headers.get("cache-control", "").lower().replace(" ", "").split(",")
    if "no-cache" in directives or "no-store" in directives:
        return None
    for directive in directives:
        name, _, value = directive.partition("=")
        value = value.strip('"')
        if name == "max-age" and value.isascii() and value.isdecimal():
            return float(value[:12])
    expires = _http_date(headers.get("expires"))
    if expires is None:
        return None
    return max(0.0, (expires - (_http_date(headers.get("date")) or now)).total_seconds())


def _http_date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    return date if date is None or date.tzinfo else date.replace(tzinfo=UTC)
