"""When a page is visited again, how often a host is, and what a visit says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from collector.draft import excerpt, revised
from collector.model import ArticleDraft, DueVisit, Extraction, StoredArticle, TextSource, VisitOutcome
from collector.revisions.visits import (
    CONFIRM,
    HOUR,
    HOURLY,
    SPREAD,
    WAITS,
    Budget,
    following,
    next_visit,
    not_there,
    there,
    unreadable,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "\n".join(f"Paragraph {n} says that the two sides met and agreed on point {n} of the plan." for n in range(9))


def visit(**details) -> DueVisit:
    draft = ArticleDraft(
        canonical_url="https://a.example/1", url="https://a.example/1", title="A title", text=TEXT, first_seen_at=NOW,
        text_source=TextSource.PAGE, published_at=NOW, summary="What the feed said", authors=("Kim",),
    )  # fmt: skip
    stored = StoredArticle(
        id=1, key="k", title=draft.title, text=TEXT, language="en", url=draft.url, feeds=("a",), corpus_file=None,
        changed_at=NOW, topics=("t",), similarity=0.0,
    )  # fmt: skip
    told = {
        "entry_id": 7, "feed_id": 1, "feed_key": "a", "changes": 0, "url": "https://a.example/1", "etag": None,
        "modified": None, "since": NOW, "misses": 0, "is_gone": False, "draft": draft, "article": stored,
    }  # fmt: skip
    return DueVisit(**told | details)


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 3, 10_000, 2**40])
def test_there_are_three_visits_each_about_when_it_should_be(number: int) -> None:
    moments, now = [], NOW
    while found := next_visit(NOW, now, number):
        moments.append(found)
        now = found

    assert len(moments) == len(WAITS)
    for wait, moment in zip(WAITS, moments, strict=True):
        assert wait <= moment - NOW < wait * (1 + SPREAD)


def test_what_was_read_together_is_not_visited_together() -> None:
    moments = sorted(next_visit(NOW, NOW, number) for number in range(1000, 1100))

    assert moments[-1] - moments[0] > HOUR * SPREAD * 0.9
    assert max(later - earlier for earlier, later in pairwise(moments)) < timedelta(minutes=1)


def test_visits_that_were_missed_are_not_made_up_for() -> None:
    assert next_visit(NOW, NOW + timedelta(days=3), 1) == next_visit(NOW, NOW + timedelta(days=2), 1)
    assert next_visit(NOW, NOW + timedelta(days=9), 1) is None


def test_a_page_that_is_not_there_is_looked_for_again_soon_also_after_the_last_visit() -> None:
    soon, late = NOW + HOUR * 2, NOW + timedelta(days=9)
    missing = not_there(visit(), "404")

    assert (missing.outcome, missing.misses) == (VisitOutcome.MISSING, 1)
    assert following(visit(), missing, soon) == soon + CONFIRM
    assert following(visit(), missing, late) == late + CONFIRM


def test_a_page_that_was_found_gone_is_visited_three_times_more_and_then_no_more() -> None:
    gone = not_there(visit(misses=1), "404")
    assert gone.outcome is VisitOutcome.GONE
    assert following(visit(misses=1), gone, NOW) == next_visit(NOW, NOW, 7)

    still = not_there(visit(misses=2, is_gone=True), "404")
    assert still.outcome is VisitOutcome.MISSING
    assert following(visit(misses=2, is_gone=True), still, NOW + timedelta(days=9)) is None


# --- the budget -------------------------------------------------------------------------------------------------------


def test_a_host_is_visited_so_often_in_any_hour() -> None:
    budget = Budget()
    for minute in range(HOURLY):
        assert budget.exhausted(NOW + timedelta(seconds=30 * minute)) == frozenset()
        budget.spend("a.example", NOW + timedelta(seconds=30 * minute))
    last = NOW + timedelta(seconds=30 * HOURLY)

    assert budget.exhausted(last) == {"a.example"}
    assert budget.exhausted(NOW + HOUR) == frozenset(), "the first of them is an hour ago"
    budget.spend("a.example", NOW + HOUR)
    assert budget.exhausted(NOW + HOUR) == {"a.example"}
    assert budget.exhausted(NOW + HOUR + timedelta(seconds=30)) == frozenset()


def test_each_host_has_a_budget_of_its_own_and_none_is_remembered_for_longer() -> None:
    budget = Budget()
    for host in ("a.example", "b.example"):
        budget.spend(host, NOW)
    assert budget.exhausted(NOW) == frozenset()
    assert budget.exhausted(NOW + 2 * HOUR) == frozenset()
    assert not budget._spent


# --- what it says -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (Extraction(title="A title", text=TEXT), "unchanged"),
        (Extraction(title="A  title", text=TEXT.replace("\n", "\n\n") + "\n12 comments"), "unchanged"),
        (Extraction(title="", text=TEXT), "unchanged"),
        (Extraction(title="Another title", text=TEXT), "revised"),
        (Extraction(title="A title", text=TEXT.replace("met", "quarrelled", 1)), "revised"),
        (Extraction(title="A title", text=TEXT[: len(TEXT) * 6 // 10]), "revised"),
        (Extraction(title="A title", text=TEXT + "\nAnd more.\n" + TEXT), "revised"),
        (Extraction(title="A title", text=TEXT[: len(TEXT) * 4 // 10]), "unreadable"),
        (Extraction(title="Subscribe", text="Read every story on all of your devices for one euro. " * 20), "unreadable"),
        (Extraction(title="", text=""), "unreadable"),
        (None, "not-modified"),
    ],
)
def test_a_page_that_is_there(page: Extraction | None, outcome: str) -> None:
    assert there(visit(misses=1), page).outcome == outcome
    assert there(visit(misses=1), page).misses == 0
    if outcome != "unreadable":
        assert there(visit(is_gone=True), page).outcome == "back"


def test_a_wall_keeps_what_is_gone_gone() -> None:
    assert there(visit(is_gone=True), Extraction(text="Accept all cookies")).outcome == "unreadable"
    assert unreadable("no article").misses == 0


def test_an_edit_takes_what_the_page_says_and_keeps_what_it_cannot_know() -> None:
    old = visit().draft
    new = revised(old, Extraction(title="New", text="New text.", published_at=NOW + HOUR, canonical_url="https://b.example/"), NOW)

    assert (new.title, new.text, new.authors) == ("New", "New text.", ("Kim",))
    assert (new.published_at, new.canonical_url, new.url) == (old.published_at, old.canonical_url, old.url)
    assert new.summary == "What the feed said"


def test_a_summary_that_was_the_beginning_of_the_text_is_so_again() -> None:
    old = replace(visit().draft, summary=excerpt(TEXT))

    assert revised(old, Extraction(text="New text."), NOW).summary == "New text."
