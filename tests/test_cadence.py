"""When a feed is due again: rows of state, poll and expectation, and weeks of simulated feeds."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.cadence import (
    BACKOFFS,
    CONFIRMATIONS,
    DAY,
    GIVE_UP_REDIRECT,
    JITTER,
    OFFLINE,
    SOON,
    Limits,
    PollSummary,
    cache_lifetime,
    claimed_rate,
    count_news,
    plan,
)
from collector.ingest import ingest, survey
from collector.model import Failure, FeedState, ParsedEntry, ParsedFeed, PollOutcome

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = Limits(interval=1_800, min_interval=300, max_interval=DAY)
FIXED = replace(LIMITS, fixed=30.0)
URL = "https://news.example/feed"
MOVED = "https://news.example/rss"

NEW = PollSummary(outcome=PollOutcome.NEW, new=1, seen=9, etag='"2"', body_hash=b"2")
UNCHANGED = PollSummary(outcome=PollOutcome.UNCHANGED, seen=10, etag='"2"', body_hash=b"2")
NOT_MODIFIED = PollSummary(outcome=PollOutcome.NOT_MODIFIED)
NOT_A_FEED = PollSummary(outcome=PollOutcome.NOT_A_FEED)


def failed(failure: Failure, **more: object) -> PollSummary:
    return PollSummary(outcome=PollOutcome.FAILED, failure=failure, **more)


def feed(**changes: object) -> FeedState:
    """A feed polled an hour ago, with an entry every four hours."""
    state = FeedState(
        id=1,
        key="news",
        url=URL,
        current_url=URL,
        etag='"1"',
        last_modified="Sun, 01 Mar 2026 10:00:00 GMT",
        body_hash=b"1",
        interval=3_600,
        next_poll_at=NOW,
        last_poll_at=NOW - timedelta(hours=1),
        new_rate=6.0,
    )
    return replace(state, **changes)


def after(state: FeedState, *polls: PollSummary, limits: Limits = LIMITS, rand: float = 0.5) -> FeedState:
    """The state after polls that each happen when they are due."""
    for poll in polls:
        now = max(state.next_poll_at, NOW)
        state = plan(state, poll, limits, now, lambda: rand)
    return state


def wait(state: FeedState, poll: PollSummary, limits: Limits = LIMITS, rand: float = 0.0) -> float:
    """Seconds from the poll to the next."""
    return (plan(state, poll, limits, NOW, lambda: rand).next_poll_at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("state", "poll", "limits", "low", "high"),
    [
        pytest.param(feed(), NEW, LIMITS, 3_000, 3_600, id="about four polls to an expected entry"),
        pytest.param(feed(), NOT_MODIFIED, LIMITS, 3_601, 3_700, id="no news: a little longer"),
        pytest.param(feed(new_rate=0.0), NOT_MODIFIED, LIMITS, 5_400, 5_400, id="at most half as long again"),
        pytest.param(
            feed(new_rate=0.0, interval=DAY), NOT_MODIFIED, LIMITS, DAY, DAY, id="never above the maximum"
        ),
        pytest.param(feed(new_rate=999.0), NEW, LIMITS, 300, 300, id="never below the minimum"),
        pytest.param(
            feed(interval=0, last_poll_at=None, new_rate=None), NEW, LIMITS, 1_800, 1_800, id="first guess"
        ),
        pytest.param(
            feed(), replace(NEW, new=8, seen=2), LIMITS, 300, 2_300, id="nearly a gap: half may scroll by"
        ),
        pytest.param(
            feed(), replace(NEW, new=10, seen=0, gap=True), LIMITS, 300, 460, id="a gap: far shorter"
        ),
        pytest.param(feed(), replace(UNCHANGED, ttl=7_200), LIMITS, 7_200, 7_200, id="ttl"),
        pytest.param(feed(), replace(UNCHANGED, cache_lifetime=7_200), LIMITS, 7_200, 7_200, id="max-age"),
        pytest.param(
            feed(), replace(UNCHANGED, ttl=60), LIMITS, 3_601, 3_700, id="a short ttl changes nothing"
        ),
        pytest.param(feed(new_rate=0.1), replace(UNCHANGED, ttl=1e12), LIMITS, DAY, DAY, id="an absurd ttl"),
        pytest.param(
            feed(), replace(NEW, ttl=1e12), LIMITS, 60_000, 75_000, id="a ttl that would lose entries"
        ),
        pytest.param(
            feed(), replace(UNCHANGED, ttl=7_200, cache_lifetime=7_200), FIXED, 30, 30, id="the user's own"
        ),
        pytest.param(
            feed(), replace(NEW, gap=True, new=9, seen=0), FIXED, 30, 30, id="the user's own, with a gap"
        ),
        pytest.param(
            feed(), failed(Failure.HTTP_ERROR), LIMITS, 3_200, 4_000, id="an error: the normal interval"
        ),
        pytest.param(
            feed(failures=3), failed(Failure.HTTP_ERROR), LIMITS, 25_000, 32_000, id="the fourth: eightfold"
        ),
        pytest.param(
            feed(failures=30), failed(Failure.HTTP_ERROR), LIMITS, DAY * 0.9, DAY, id="up to the maximum"
        ),
        pytest.param(
            feed(failures=10**6), failed(Failure.TIMEOUT), LIMITS, DAY * 0.9, DAY, id="a million failures"
        ),
        pytest.param(feed(), failed(Failure.BROKEN), LIMITS, SOON, SOON, id="broken: soon again"),
        pytest.param(feed(failures=1), failed(Failure.BROKEN), LIMITS, 3_200, 4_000, id="only once"),
        pytest.param(feed(), replace(NEW, is_cut=True), LIMITS, SOON, SOON, id="cut short: soon again"),
        pytest.param(
            feed(failures=9), replace(NEW, is_cut=True), LIMITS, 2_700, 4_000, id="cut again: normal"
        ),
        pytest.param(
            feed(failures=30),
            failed(Failure.DNS),
            LIMITS,
            OFFLINE * 0.9,
            OFFLINE,
            id="perhaps we are offline",
        ),
        pytest.param(
            feed(), failed(Failure.FORBIDDEN_ADDRESS), LIMITS, DAY * 0.9, DAY, id="hopeless: slowly"
        ),
        pytest.param(feed(), failed(Failure.BOT_BLOCKED), LIMITS, 12_900, 16_000, id="refused: slowly"),
        pytest.param(feed(), NOT_A_FEED, LIMITS, 3_200, 4_000, id="no feed: like an error"),
        pytest.param(
            feed(interval=30), failed(Failure.TIMEOUT), FIXED, 30, 30, id="the user's own, first failure"
        ),
        pytest.param(
            feed(), failed(Failure.RATE_LIMITED, retry_after=7_201), LIMITS, 7_201, 7_201, id="Retry-After"
        ),
        pytest.param(
            feed(), failed(Failure.RATE_LIMITED, retry_after=120), FIXED, 120, 120, id="before the user's own"
        ),
        pytest.param(
            feed(),
            failed(Failure.RATE_LIMITED, retry_after=1e300),
            LIMITS,
            DAY,
            DAY,
            id="Retry-After for ever",
        ),
        pytest.param(
            feed(), failed(Failure.RATE_LIMITED, retry_after=math.inf), LIMITS, DAY, DAY, id="… infinite"
        ),
        pytest.param(
            feed(), failed(Failure.RATE_LIMITED, retry_after=-1), LIMITS, 3_200, 4_000, id="… negative"
        ),
        pytest.param(
            feed(), failed(Failure.RATE_LIMITED, retry_after=math.nan), LIMITS, 3_200, 4_000, id="… no number"
        ),
        pytest.param(
            feed(last_poll_at=NOW + timedelta(days=900)),
            NEW,
            LIMITS,
            3_600,
            3_600,
            id="the clock was set back",
        ),
        pytest.param(
            feed(last_poll_at=NOW - timedelta(days=900)),
            NEW,
            LIMITS,
            5_400,
            5_400,
            id="the clock was set ahead",
        ),
    ],
)
def test_the_next_poll(state: FeedState, poll: PollSummary, limits: Limits, low: float, high: float) -> None:
    """The wait lies in the bounds, whatever the jitter."""
    assert low <= wait(state, poll, limits, rand=0.0)
    assert wait(state, poll, limits, rand=0.999) <= high * (1 + JITTER)
    assert wait(state, poll, limits, rand=0.999) <= max(DAY, limits.fixed or 0)


def test_retry_after_is_kept_to_the_second_and_cleared_by_the_next_answer() -> None:
    """`wait_until` is what even a poll by hand respects."""
    told = plan(feed(), failed(Failure.RATE_LIMITED, retry_after=119.2), FIXED, NOW, lambda: 0.0)

    assert told.wait_until == told.next_poll_at == NOW + timedelta(seconds=120)
    assert after(told, NEW).wait_until is None


def test_the_back_off_ends_with_a_success() -> None:
    """500, 200, 500, 200 …: the second failure waits no longer than the first."""
    error = failed(Failure.HTTP_ERROR)

    assert after(feed(), error, error).failures == 2
    assert after(feed(), error, NEW).failures == 0
    assert wait(after(feed(), error, UNCHANGED), error) < 2 * 3_600


def test_a_failure_leaves_what_is_known() -> None:
    """Validators, rate and interval stay for the next good answer."""
    kept = after(feed(), failed(Failure.HTTP_ERROR), NOT_A_FEED)

    assert (kept.etag, kept.body_hash, kept.new_rate, kept.interval) == ('"1"', b"1", 6.0, 3_600)


def test_a_ttl_is_kept_while_the_document_is_not_sent_again() -> None:
    """Only the document states it; a 304 does not shorten what it asked for."""
    state = after(feed(), replace(UNCHANGED, ttl=7_200), NOT_MODIFIED, NOT_MODIFIED)

    assert 7_200 <= state.interval <= 7_500


def test_jitter_spreads_feeds_but_not_the_users_own_interval() -> None:
    """A hundred feeds added together are not due together."""
    rand = random.Random(1)
    adaptive = {plan(feed(), NEW, LIMITS, NOW, rand.random).next_poll_at for _ in range(100)}
    fixed = {plan(feed(), NEW, FIXED, NOW, rand.random).next_poll_at for _ in range(100)}

    assert len(adaptive) > 90
    assert fixed == {NOW + timedelta(seconds=30)}


# --- gone and moved -----------------------------------------------------------------------------------------


def test_410_ends_polling_when_it_is_repeated() -> None:
    """Three in a row; a success in between begins anew, a failure on the way neither counts nor forgives."""
    gone = failed(Failure.GONE)

    assert not after(feed(), gone, gone).is_gone
    assert after(feed(), gone, gone, gone).is_gone
    assert not after(feed(), gone, gone, NEW, gone).is_gone
    assert after(feed(), gone, failed(Failure.TIMEOUT), gone, gone).is_gone


FOUND = replace(NEW, moved_to=MOVED)
LOST = replace(FOUND, gap=True)
DOWN = failed(Failure.TIMEOUT)


@pytest.mark.parametrize(
    ("polls", "adopted"),
    [
        pytest.param([FOUND] * 2, False, id="too few"),
        pytest.param([FOUND, replace(NOT_MODIFIED, moved_to=MOVED), FOUND], True, id="a feed each time"),
        pytest.param([FOUND, FOUND, DOWN, FOUND], True, id="a failure says nothing"),
        pytest.param([FOUND, FOUND, NOT_A_FEED, FOUND, FOUND], False, id="once no feed: begins anew"),
        pytest.param([NOT_A_FEED] * 9, False, id="never a feed"),
        pytest.param([LOST] * 9, False, id="a feed that shows nothing of ours"),
        pytest.param([FOUND, LOST, FOUND, FOUND], True, id="and later does"),
        pytest.param([FOUND, FOUND, NEW, FOUND], False, id="once not redirected"),
        pytest.param([FOUND, FOUND, replace(NEW, moved_to=URL + "/2"), FOUND], False, id="once elsewhere"),
    ],
)
def test_a_permanent_redirect_is_adopted_when_confirmed(polls: list[PollSummary], adopted: bool) -> None:
    """Three polls in a row that found a feed behind the same redirect."""
    state = after(feed(), *polls)

    assert (state.current_url == MOVED) is adopted
    assert state.url == URL


def test_an_adopted_address_that_fails_is_given_up_for_the_configured_one() -> None:
    """Without its validators, which belong to the other address; and 410 there is not yet the end."""
    moved = feed(current_url=MOVED)
    dead = after(moved, *[failed(Failure.NOT_FOUND)] * GIVE_UP_REDIRECT)
    gone = after(moved, *[failed(Failure.GONE)] * CONFIRMATIONS)

    for state in (dead, gone):
        assert (state.current_url, state.etag, state.last_modified, state.body_hash) == (
            URL,
            None,
            None,
            None,
        )
        assert not state.is_gone
    assert after(gone, *[failed(Failure.GONE)] * CONFIRMATIONS).is_gone


# --- validators ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("poll", "etag", "body_hash"),
    [
        pytest.param(NEW, '"2"', b"2", id="a new document brings its own"),
        pytest.param(replace(NEW, etag=None), None, b"2", id="or none"),
        pytest.param(NOT_MODIFIED, '"1"', b"1", id="304 keeps them"),
        pytest.param(replace(NOT_MODIFIED, etag='"3"'), '"3"', b"1", id="304 may renew them"),
        pytest.param(replace(NEW, is_cut=True), None, None, id="a cut document is asked for again, whole"),
        pytest.param(failed(Failure.BROKEN, etag='"2"'), '"1"', b"1", id="a broken transfer brings none"),
        pytest.param(replace(NOT_A_FEED, etag='"2"', body_hash=b"2"), '"1"', b"1", id="no feed brings none"),
        pytest.param(replace(NEW, etag="e" * 60_000), None, b"2", id="too long"),
        pytest.param(replace(NEW, etag="W/café"), None, b"2", id="not ASCII"),
        pytest.param(replace(NEW, etag='"a\x01"'), None, b"2", id="control characters"),
    ],
)
def test_validators(poll: PollSummary, etag: str | None, body_hash: bytes | None) -> None:
    """They come from complete documents only."""
    state = plan(feed(), poll, LIMITS, NOW, lambda: 0.5)

    assert (state.etag, state.body_hash) == (etag, body_hash)


def test_a_server_that_says_304_for_ever_is_asked_for_the_whole_once_a_day() -> None:
    """Of a week's hourly polls, about seven go without validators; the body's hash stays."""
    state, bare = feed(), 0
    for hour in range(7 * 24):
        answer = NOT_MODIFIED if state.etag else replace(UNCHANGED, etag='"lie"')
        state = plan(state, answer, LIMITS, NOW + timedelta(hours=hour), lambda: 0.5)
        bare += state.etag is None
        assert state.body_hash

    assert 6 <= bare <= 8


# --- what a poll tells --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, s-maxage=9, Max-Age="600"'}, 600),
        ({"cache-control": "max-age=600, no-cache"}, None),
        ({"cache-control": "max-age=-1"}, None),
        ({"cache-control": "max-age=" + "9" * 400}, 999_999_999_999),
        ({"cache-control": "max-age=٣"}, None),
        ({"expires": "Sun, 01 Mar 2026 13:00:00 GMT"}, 3_600),
        ({"expires": "Sun, 01 Mar 2026 13:00:00 GMT", "date": "Sun, 01 Mar 2026 12:59:00 GMT"}, 60),
        ({"expires": "Sun, 01 Mar 2026 13:00:00 GMT", "cache-control": "max-age=5"}, 5),
        ({"expires": "Sun, 01 Mar 1998 13:00:00 GMT"}, 0),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        ({"expires": "Sun, 99 Mar 99999 13:00:00 GMT"}, None),
        ({"expires": "Sun, 01 Mar 2026 13:00:00 GMT", "date": "never"}, 3_600),
    ],
)
def test_cache_lifetime(headers: dict[str, str], seconds: float | None) -> None:
    """What a server says of the freshness of its answer, in seconds."""
    assert cache_lifetime(headers, NOW) == seconds


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "date"]), st.text(max_size=60)))
def test_no_header_is_too_odd(headers: dict[str, str]) -> None:
    """Any header gives a number of seconds or nothing."""
    lifetime = cache_lifetime(headers, NOW)

    assert lifetime is None or lifetime >= 0


def dated(*ages: timedelta) -> ParsedFeed:
    return ParsedFeed(
        kind="xml",
        entries=tuple(
            ParsedEntry(guid=str(n), title=f"Entry {n}", published_at=NOW - age) for n, age in enumerate(ages)
        ),
    )


def test_the_claimed_rate_is_that_of_the_newest_ten() -> None:
    """An archive behind the news does not slow a feed; dates of the document itself say nothing."""
    hourly = [timedelta(hours=n + 1) for n in range(10)]

    assert claimed_rate(dated(*hourly), NOW) == pytest.approx(24)
    assert claimed_rate(dated(*hourly, *[timedelta(days=400)] * 500), NOW) == pytest.approx(24)
    assert claimed_rate(dated(*[timedelta(seconds=1)] * 10), NOW) is None
    assert claimed_rate(dated(*hourly[:2]), NOW) is None
    assert claimed_rate(dated(*[-age for age in hourly]), NOW) is None


def test_an_opened_archive_is_no_news() -> None:
    """A thousand old entries at once do not make a feed look busy."""
    ages = [timedelta(hours=1)] + [timedelta(days=300 + n) for n in range(1000)]
    ingested = ingest(survey(dated(*ages)), [], True, NOW)

    assert ingested.new == 1001
    assert count_news(ingested, NOW) == 1


def test_a_gap_halves_the_interval_whatever_the_entries_claim() -> None:
    """Every entry may be dated years ago, so that none counts as news; an archive costs one halving."""
    state = feed(interval=1800.0, new_rate=12.0, last_poll_at=NOW - timedelta(minutes=30))
    missed = PollSummary(outcome=PollOutcome.NEW, new=0, seen=0, gap=True, body_hash=b"1")

    once = plan(state, missed, LIMITS, NOW, lambda: 0.0)
    again = plan(once, missed, LIMITS, NOW + timedelta(minutes=15), lambda: 0.0)

    assert (once.interval, again.interval) == (900.0, 450.0)
    assert (once.gap_count, again.gap_count) == (state.gap_count + 1, state.gap_count + 2)


# --- weeks of feeds -----------------------------------------------------------------------------------------


def simulate(
    published: Callable[[float], int], days: float, window: int = 10, start: FeedState | None = None
) -> tuple[int, int, FeedState]:
    """Poll a feed that has published `published(seconds)` entries and shows the last `window`.

    Gives the polls, the entries lost, and the last state.
    """
    rand = random.Random(7)
    state = start or feed(interval=0, last_poll_at=None, new_rate=None)
    seen, polls, lost, at = published(0.0), 0, 0, 0.0
    while at < days * DAY:
        count = published(at)
        new = count - seen
        lost += max(0, new - window)
        shown = min(new, window)
        gap = polls > 0 and new >= window
        outcome = PollOutcome.NEW if new else PollOutcome.UNCHANGED
        poll = PollSummary(outcome=outcome, new=shown, seen=window - shown, gap=gap, body_hash=b"1")
        state = plan(state, poll, LIMITS, NOW + timedelta(seconds=at), rand.random)
        seen, polls = count, polls + 1
        at = (state.next_poll_at - NOW).total_seconds()
    return polls, lost, state


@pytest.mark.parametrize(
    ("every", "days", "fewest", "most"),
    [
        pytest.param(600, 7, 7 * 144, 7 * 300, id="every ten minutes: each entry within minutes"),
        pytest.param(3_600, 14, 14 * 48, 14 * 120, id="hourly"),
        pytest.param(DAY, 60, 60 * 2, 60 * 7, id="daily"),
        pytest.param(7 * DAY, 140, 140, 300, id="weekly"),
        pytest.param(1e9, 140, 140, 300, id="never"),
    ],
)
def test_a_steady_feed_is_polled_a_few_times_an_entry(
    every: float, days: int, fewest: int, most: int
) -> None:
    """Nothing is lost, and the polls stay in proportion to what is published."""
    polls, lost, _ = simulate(lambda at: int(at / every), days)

    assert lost == 0
    assert fewest <= polls <= most


def test_a_feed_by_day_is_caught_up_each_morning() -> None:
    """Twenty entries in each working hour, none at night, ten shown: only the first day has a gap."""

    def published(at: float) -> int:
        day, second = divmod(at, DAY)
        return int(day * 160 + min(max(second - 8 * 3_600, 0.0), 8 * 3_600) / 180)

    polls, lost, _ = simulate(published, 21)

    assert lost <= 10
    assert polls < 21 * 288


def test_a_sudden_flood_costs_one_gap() -> None:
    """A sleepy feed that begins to publish every ten minutes is followed once a document shows it."""
    *_, quiet = simulate(lambda at: int(at / (4 * DAY)), 60)
    quiet = replace(quiet, last_poll_at=NOW - timedelta(seconds=quiet.interval))
    _, lost, state = simulate(lambda at: int(at / 600), 3, start=quiet)

    assert lost < 144
    assert state.gap_count == 1
    assert state.interval <= 600


def test_a_feed_faster_than_its_minimum_is_polled_at_the_minimum_and_its_gaps_are_counted() -> None:
    """An entry a second, ten shown: what cannot be had is reported, not hidden."""
    polls, lost, state = simulate(lambda at: int(at), 1)

    assert lost > 0
    assert state.gap_count >= polls - 5
    assert state.interval == LIMITS.min_interval


polls_of_any_kind = st.builds(
    PollSummary,
    outcome=st.sampled_from(PollOutcome),
    failure=st.none() | st.sampled_from(Failure),
    retry_after=st.none() | st.floats(),
    cache_lifetime=st.none() | st.floats(min_value=0),
    ttl=st.none() | st.floats(min_value=0, max_value=1e300),
    new=st.integers(0, 5_000),
    seen=st.integers(0, 5_000),
    gap=st.booleans(),
    claimed_rate=st.none() | st.floats(0, 1e9),
    is_cut=st.booleans(),
    moved_to=st.none() | st.sampled_from([MOVED, URL]),
)


@given(
    st.lists(st.tuples(polls_of_any_kind, st.floats(-1e8, 1e8), st.floats(0, 0.999)), max_size=8),
    st.sampled_from([LIMITS, FIXED, replace(LIMITS, fixed=7 * DAY)]),
)
def test_the_next_poll_is_never_absurd(polls: list[tuple[PollSummary, float, float]], limits: Limits) -> None:
    """Whatever servers answer and clocks do, the next poll lies within the longest wait from now."""
    state, longest = feed(), timedelta(seconds=max(DAY, limits.fixed or 0) + 1)
    for poll, jump, number in polls:
        now = NOW + timedelta(seconds=jump)
        state = plan(state, poll, limits, now, lambda number=number: number)
        assert now < state.next_poll_at <= now + longest
        assert state.interval > 0


def test_every_failure_has_a_rule_or_the_usual_one() -> None:
    """The table names only failures that exist."""
    assert set(BACKOFFS) <= set(Failure)
