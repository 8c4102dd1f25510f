"""Identity: what feeds do to guids, links, titles and dates, and what becomes of their entries."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.ingest import (
    ARCHIVED_AT_ONCE,
    ARCHIVED_EVERY,
    CHANGE_EVERY,
    FREE_CHANGES,
    LONGEST_GUID,
    Survey,
    ingest,
    survey,
)
from collector.model import Enclosure, EntryToSave, Ingested, KnownEntry, ParsedEntry, ParsedFeed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SITE = "https://news.example"


def item(number: int, **changes: object) -> ParsedEntry:
    entry = ParsedEntry(
        guid=f"urn:item:{number}",
        url=f"{SITE}/article/{number}",
        title=f"Minister opens bridge {number}",
        summary=f"<p>The bridge number {number} was opened.</p>",
        published_at=NOW - timedelta(hours=10 + number),
    )
    return replace(entry, **changes)


@dataclass
class Remembered:
    """All the claims of one feed's entries as they were saved, answering as a database would."""

    saved: dict[int, EntryToSave] = field(default_factory=dict)
    changes: dict[int, int] = field(default_factory=dict)
    changed_at: dict[int, datetime] = field(default_factory=dict)

    def poll(self, *entries: ParsedEntry, now: datetime = NOW) -> Ingested:
        shown = survey(ParsedFeed(kind="xml", entries=entries))
        result = ingest(shown, self.known(shown), bool(self.saved), now)
        for save in result.to_save:
            id_ = save.known_id or len(self.saved) + 1
            keys = {other.key for number, other in self.saved.items() if number != id_}
            assert save.key not in keys, "a key is unique in its feed"
            assert id_ not in self.saved or self.saved[id_].key == save.key, "a key never changes"
            self.changes[id_] = self.changes.get(id_, -1) + 1
            self.changed_at[id_] = now
            self.saved[id_] = save
        return result

    def known(self, keys: Survey) -> list[KnownEntry]:
        return [
            KnownEntry(
                id=id_,
                key=save.key,
                guid=save.guid,
                url=save.canonical_url,
                title_hash=save.title_hash,
                content_hash=save.content_hash,
                identity_hash=save.identity_hash,
                changes=self.changes[id_],
                changed_at=self.changed_at[id_],
            )
            for id_, save in self.saved.items()
            if save.guid in keys.guids
            or save.canonical_url in keys.urls
            or save.identity_hash in keys.identity_hashes
        ]

    @property
    def titles(self) -> set[str]:
        return {save.entry.title for save in self.saved.values()}


def counts(result: Ingested) -> tuple[int, int, int, int]:
    return result.new, result.changed, result.unchanged, result.duplicate


@pytest.fixture
def memory() -> Remembered:
    return Remembered()


TEN = [item(number) for number in range(10)]


def churn(**claims: str) -> list[list[ParsedEntry]]:
    """Five polls of ten entries whose claims change each time: {poll} and {item} are filled in."""
    return [
        [
            replace(entry, **{name: text.format(poll=poll, item=n) for name, text in claims.items()})
            for n, entry in enumerate(TEN)
        ]
        for poll in range(5)
    ]


def shuffled(seed: int) -> list[ParsedEntry]:
    undated = [replace(entry, published_at=None) for entry in TEN]
    random.Random(seed).shuffle(undated)
    return undated


@pytest.mark.parametrize(
    "polls",
    [
        pytest.param([TEN] * 3, id="nothing changes"),
        pytest.param(churn(guid="{poll}-{item}"), id="guids change"),
        pytest.param(churn(guid=""), id="no guids"),
        pytest.param([TEN, *churn(guid="")], id="guids disappear"),
        pytest.param([*churn(guid=""), TEN], id="guids appear"),
        pytest.param(churn(guid="", url=""), id="neither guid nor link"),
        pytest.param(churn(url=SITE + "/a/{item}?v={poll}"), id="links change"),
        pytest.param(churn(guid="", url=SITE + "/a/{item}?utm_source={poll}&fbclid=x{poll}"), id="tracking"),
        pytest.param(churn(guid="{poll}-{item}", url=SITE + "/a/{item}?v={poll}"), id="guid and link change"),
        pytest.param(churn(guid="  urn:{item} \n"), id="white space around guids"),
        pytest.param(churn(url=SITE + "/"), id="every link is the front page"),
        pytest.param(churn(url=SITE + "/news.html"), id="every link is one page"),
        pytest.param(churn(url=SITE + "/news.html", guid=""), id="one page and no guids"),
        pytest.param(churn(guid="same", url=SITE + "/a/{item}"), id="every guid is one guid"),
        pytest.param(
            churn(guid="same", url=SITE + "/"), id="every guid is one guid, every link the front page"
        ),
        pytest.param([shuffled(n) for n in range(5)], id="shuffled, no dates"),
        pytest.param([TEN * 2] * 3, id="everything twice in one document"),
        pytest.param([TEN, [], TEN, [], TEN], id="vanishing and returning"),
        pytest.param([TEN, TEN[5:], TEN[:5], TEN], id="halves"),
        pytest.param([TEN, [replace(e, published_at=NOW) for e in TEN]], id="dates change"),
        pytest.param(
            [TEN, [replace(e, summary="", content=e.summary) for e in TEN]], id="the format changes"
        ),
        pytest.param(
            [TEN, [replace(e, summary=f"<div>{e.summary}</div>\n<img src='x'>") for e in TEN]],
            id="markup changes",
        ),
    ],
)
def test_ten_articles_stay_ten_entries_that_never_change(
    memory: Remembered, polls: list[list[ParsedEntry]]
) -> None:
    """Whatever a feed does to the claims of the same articles, they are stored once and saved once."""
    results = [memory.poll(*poll) for poll in polls]

    assert len(memory.saved) == 10
    assert sum(result.new for result in results) == 10
    assert sum(result.changed for result in results) == 0
    assert not any(result.gap for result in results)


@pytest.mark.parametrize("claims", [{}, {"guid": "{poll}-{item}"}, {"url": ""}, {"guid": ""}])
def test_an_edited_entry_is_changed_and_keeps_its_key(memory: Remembered, claims: dict[str, str]) -> None:
    """Title and text are corrected at each poll: the latest is kept under the first key."""
    polls = churn(title="Bridge {item}, version {poll}", summary="Text {item}, version {poll}", **claims)
    results = [memory.poll(*poll) for poll in polls]

    assert [counts(result) for result in results] == [(10, 0, 0, 0)] + [(0, 10, 0, 0)] * 4
    assert memory.titles == {f"Bridge {n}, version 4" for n in range(10)}


def test_a_guid_that_is_a_list_position_loses_no_article(memory: Remembered) -> None:
    """Ten guids for ever new articles: link and title both differ, so each is an entry of its own."""
    for poll in range(5):
        memory.poll(*(item(poll * 10 + n, guid=f"pos-{n}") for n in range(10)))

    assert memory.titles == {f"Minister opens bridge {n}" for n in range(50)}


def test_a_reused_guid_without_links_is_told_by_text_when_one_document_shows_both(memory: Remembered) -> None:
    """Two entries of one document with one guid and two headlines are two entries."""
    memory.poll(item(1, guid="x", url=None), item(2, guid="x", url=None))

    assert len(memory.saved) == 2


def test_guids_that_differ_by_case_alone_are_two(memory: Remembered) -> None:
    """Video ids differ by case."""
    memory.poll(item(1, guid="yt:aBc"), item(2, guid="yt:abc"))

    assert {save.key for save in memory.saved.values()} == {"guid:yt:aBc", "guid:yt:abc"}


def test_keys_are_bounded_and_say_what_they_are_made_of(memory: Remembered) -> None:
    """A guid of a megabyte and a link of a megabyte fit an index; the best claim makes the key."""
    memory.poll(
        item(1, guid="g" * 2**20),
        item(2, guid="g" * 2**20 + "h"),
        item(3, guid=None, url=f"{SITE}/{'l' * 2**20}"),
        item(4, guid=None),
        item(5, guid=None, url=None),
    )

    keys = sorted(save.key for save in memory.saved.values())
    assert [key.partition(":")[0] for key in keys] == ["guid", "guid", "link", "text", "text"]
    assert all(len(key) < LONGEST_GUID + 50 for key in keys)


def test_a_second_copy_in_one_document_is_a_duplicate(memory: Remembered) -> None:
    """The later edited copy stands for the entry."""
    early, late = item(1, updated_at=NOW), item(1, updated_at=NOW + timedelta(hours=1), summary="Corrected.")
    result = memory.poll(early, late)

    assert counts(result) == (1, 0, 0, 1)
    assert memory.saved[1].entry is late


def test_an_entry_that_shows_nothing_is_none(memory: Remembered) -> None:
    """Half an item at a cut document's end has no title, text or link."""
    assert counts(memory.poll(ParsedEntry(guid="half"), item(1))) == (1, 0, 0, 0)


def test_same_headline_same_day_at_two_links_are_two(memory: Remembered) -> None:
    """A title alone does not join what one document shows side by side."""
    memory.poll(*(item(0, guid=None, url=f"{SITE}/weather/{town}", summary="") for town in ("a", "b")))

    assert len(memory.saved) == 2


def test_undated_entries_of_one_text_are_told_by_their_guids(memory: Remembered) -> None:
    """Without a date, "Weather" of today is not "Weather" of yesterday."""
    for day in range(3):
        memory.poll(item(0, guid=f"w{day}", url=f"{SITE}/w/{day}", published_at=None))

    assert len(memory.saved) == 3


def test_a_file_that_moves_is_a_change_but_not_its_token(memory: Remembered) -> None:
    """Podcast addresses carry a new token in each document."""
    memory.poll(item(1, enclosures=(Enclosure(url=f"{SITE}/a.mp3?token=1"),)))
    token = memory.poll(item(1, enclosures=(Enclosure(url=f"{SITE}/a.mp3?token=2"),)))
    other = memory.poll(item(1, enclosures=(Enclosure(url=f"{SITE}/b.mp3"),)))

    assert (token.changed, other.changed) == (0, 1)


def test_a_counter_in_the_text_is_no_endless_change(memory: Remembered) -> None:
    """The first changes are free; afterwards one a day, and the day's last text arrives then."""
    for minute in range(100):
        memory.poll(item(1, summary=f"Read by {minute}"), now=NOW + timedelta(minutes=minute))
    assert memory.changes[1] == FREE_CHANGES

    memory.poll(item(1, summary="Read by all"), now=NOW + timedelta(minutes=100) + CHANGE_EVERY)
    assert memory.saved[1].entry.summary == "Read by all"


def test_an_opened_archive_is_saved_oldest_first_and_collected_last(memory: Remembered) -> None:
    """A thousand old items stand behind the fresh one in the queue, and all are due."""
    archive = [item(n, published_at=NOW - timedelta(days=365 + n)) for n in range(1000)]
    fresh = item(1001, published_at=NOW - timedelta(minutes=5))
    result = memory.poll(fresh, *archive)

    assert result.new == 1001
    assert result.to_save[-1].entry is fresh
    assert max(result.to_save, key=lambda save: save.due_at).entry is archive[-1]
    assert min(result.to_save, key=lambda save: save.due_at).entry is fresh
    assert all(save.due_at <= NOW for save in result.to_save)


def test_an_archive_that_a_known_feed_opens_is_collected_slowly(memory: Remembered) -> None:
    """Its server is not asked for a thousand pages in a row; the newest of them come first, and news at once."""
    memory.poll(item(5000))
    archive = [item(n, published_at=NOW - timedelta(days=365 + n)) for n in range(1000)]
    fresh = [item(2000 + n, published_at=NOW - timedelta(minutes=n)) for n in range(50)]
    due = {save.entry.title: save.due_at for save in memory.poll(*fresh, *archive).to_save}

    assert all(due[entry.title] <= NOW for entry in (*fresh, *archive[:ARCHIVED_AT_ONCE]))
    assert due[archive[ARCHIVED_AT_ONCE].title] == NOW + ARCHIVED_EVERY
    assert due[archive[-1].title] == NOW + (1000 - ARCHIVED_AT_ONCE) * ARCHIVED_EVERY


def test_fresh_news_overtakes_an_archive_but_not_for_ever(memory: Remembered) -> None:
    """An hour later still before it; two days later behind it."""
    old = memory.poll(item(1, published_at=NOW - timedelta(days=900))).to_save[0].due_at
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(days=2)

    assert memory.poll(item(2, published_at=soon), now=soon).to_save[0].due_at < old
    assert memory.poll(item(3, published_at=late), now=late).to_save[0].due_at > old


def test_a_date_in_the_future_is_as_good_as_now(memory: Remembered) -> None:
    """A wrong claim is neither overflow nor privilege."""
    save = memory.poll(item(1, published_at=datetime.max.replace(tzinfo=UTC))).to_save[0]

    assert save.due_at == NOW - timedelta(days=1)


def test_a_gap_is_a_document_without_anything_known(memory: Remembered) -> None:
    """Nothing of the last poll is left: something may have scrolled by."""
    first = memory.poll(*TEN)
    overlap = memory.poll(*TEN[9:], item(10))
    empty = memory.poll()
    gap = memory.poll(item(20), item(21))

    assert [result.gap for result in (first, overlap, empty, gap)] == [False, False, False, True]


# --- for every document --------------------------------------------------------------------------------

few = st.sampled_from
entries = st.builds(
    ParsedEntry,
    guid=few([None, "", "a", "b", "A", " a "]),
    url=few([None, f"{SITE}/", f"{SITE}/1", f"{SITE}/2", f"{SITE}/2?utm_source=x", f"{SITE}/3?id=1", "junk"]),
    title=few(["", "One", "Two", "two"]),
    summary=few(["", "Text", "<b>Text</b>", "Other text"]),
    content=few(["", "Text", "Long text and other text"]),
    published_at=few([None, NOW, NOW - timedelta(days=400)]),
    updated_at=few([None, NOW]),
)
documents = st.lists(entries, max_size=8)


@settings(max_examples=150, deadline=None)
@given(st.lists(documents, max_size=4), documents)
def test_ingesting_a_poll_twice_changes_nothing(
    before: list[list[ParsedEntry]], document: list[ParsedEntry]
) -> None:
    """After any history, the second of two equal polls saves nothing."""
    memory = Remembered()
    for poll in before:
        memory.poll(*poll)
    first = memory.poll(*document)
    second = memory.poll(*document)

    assert second.to_save == ()
    assert second.unchanged == first.new + first.changed + first.unchanged
    assert second.duplicate == first.duplicate


@settings(max_examples=150, deadline=None)
@given(st.lists(documents, max_size=2), documents, st.randoms(use_true_random=False))
def test_the_order_of_a_document_decides_nothing(
    before: list[list[ParsedEntry]], document: list[ParsedEntry], rand: random.Random
) -> None:
    """Any order brings the same entries under the same keys."""
    one, other = Remembered(), Remembered()
    for poll in before:
        one.poll(*poll)
        other.poll(*poll)
    mixed = rand.sample(document, len(document))

    first, second = one.poll(*document), other.poll(*mixed)

    assert counts(first) == counts(second)
    assert {(save.key, save.content_hash) for save in first.to_save} == {
        (save.key, save.content_hash) for save in second.to_save
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(documents, max_size=4))
def test_every_headline_of_one_document_is_stored_or_stands_for_a_link(
    polls: list[list[ParsedEntry]],
) -> None:
    """Entries with different guids, links and headlines are never taken for one another within a document."""
    memory = Remembered()
    for poll in polls:
        distinct = {}
        for number, entry in enumerate(poll):
            distinct[number] = replace(
                entry, guid=f"g{number}", url=f"{SITE}/x/{number}", title=f"{entry.title} {number}"
            )
        result = memory.poll(*distinct.values())
        assert result.duplicate == 0
        assert result.new + len(result.seen_ids) == len(poll)
