"""Articles in the store: one for each text, under all its addresses, with everyone who showed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from collector.errors import AddressTaken, StoreError
from collector.model import ChannelQuery, Enclosure, EntryOutcome, TextSource

EVERYTHING = ChannelQuery(topics=("russia", "brics"))
PAGE = "https://news.example/1"


def test_an_article_is_found_under_all_its_addresses(world):
    """The canonical one, the one that a reader opens, and further ones; an unknown one is left out."""
    [entry] = world.pending("1")
    draft = world.draft(PAGE, url="https://m.news.example/1")
    [key] = world.store.save_collected(
        [world.collected(entry, draft, addresses=("https://agency.example/x",))]
    )

    found = world.store.find_articles(
        [PAGE, "https://m.news.example/1", "https://agency.example/x", "https://no/"]
    )

    assert {known.key for known in found.values()} == {key}
    assert len(found) == 3
    known = found[PAGE]
    assert (known.canonical_url, known.url, known.title) == (PAGE, "https://m.news.example/1", "A title")
    assert (known.text_source, known.is_kept) == (TextSource.PAGE, True)
    assert world.store.article_text(known.id) == "A text."


@pytest.mark.parametrize("address", [PAGE, PAGE.replace("https://", "http://www.")])
def test_of_two_records_for_one_address_the_second_must_look_again(world, address):
    """In one batch or in two: it may be the same article or another one, and only its texts tell. It stays pending."""
    first, second, third = (world.pending(key, feed=key)[0] for key in "abc" if world.feeds("a", "b", "c"))
    draft, again = world.draft(PAGE), world.draft(address)
    one, two = world.store.save_collected([world.collected(first, draft), world.collected(second, again)])
    [three] = world.store.save_collected([world.collected(third, again)])

    assert isinstance(one, str)
    assert isinstance(two, AddressTaken)
    assert isinstance(three, AddressTaken)
    totals = world.store.totals(["russia"])
    assert (totals.articles, totals.pending, totals.entry_outcomes) == (1, 2, {EntryOutcome.KEPT: 1})


def test_a_sighting_of_a_known_article_adds_feed_and_addresses(world):
    """The entry has no article of its own."""
    key = world.keep("1")
    [entry] = world.pending("2", feed="b") if world.feeds("a", "b") else []
    known = world.store.find_articles([PAGE])[PAGE]
    sighting = world.collected(
        entry, None, article_id=known.id, addresses=("https://b.example/2",), outcome=EntryOutcome.DUPLICATE
    )

    assert world.store.save_collected([sighting]) == [key]
    assert world.store.find_articles(["https://b.example/2"])["https://b.example/2"].key == key
    assert len(world.store.channel(replace(EVERYTHING, feed="b")).items) == 1


def test_rewriting_keeps_the_key_and_the_first_sight(world):
    """A better text is the same article: a subscriber sees it changed, not doubled."""
    later = world.now + world.hour
    [entry] = world.pending("1")
    first = world.draft(PAGE, text="from the feed", text_source=TextSource.FEED)
    [key] = world.store.save_collected([world.collected(entry, first, retry_at=later)])
    [before] = world.store.channel(EVERYTHING).items
    [again] = world.due_entries(later, 1)
    second = world.draft(PAGE, text="from the page", first_seen_at=later, authors=("Kim",), title="New title")
    again_collected = world.collected(again, second, collected_at=later, matches=(world.match("brics"),))

    assert world.store.save_collected([again_collected]) == [key]
    [after] = world.store.channel(EVERYTHING).items
    assert (after.id, after.dated_at) == (before.id, before.dated_at)
    assert (after.title, after.text, after.authors) == ("New title", "from the page", ("Kim",))
    assert (after.topics, before.updated_at, after.updated_at) == (("brics",), world.now, later)


def test_an_article_that_once_matched_stays_kept(world):
    """What ever matched never expires, though no topic shows it."""
    world.keep("1")
    known = world.store.find_articles([PAGE])[PAGE]
    record = world.collected(None, world.draft(PAGE), article_id=known.id, matches=())
    world.store.save_collected([record])

    assert world.store.channel(EVERYTHING).items == ()
    assert world.store.expire_unmatched(world.now + 1000 * world.hour) == 0
    assert world.store.find_articles([PAGE])[PAGE].is_kept


def test_the_revision_changes_with_what_is_published_and_with_nothing_else(world):
    """A number for whoever renders: equal means that there is nothing to do."""
    revisions = [world.store.revision()]

    def changed() -> bool:
        revisions.append(world.store.revision())
        return revisions[-1] != revisions[-2]

    a, _ = world.feeds("a", "b")
    world.store.save_polls([world.poll(a, world.item("1"), world.item("2"), title="Title")])
    first, second = world.due_entries(world.now, 2)
    assert not changed()
    unmatched = world.collected(first, world.draft(PAGE), matches=(), outcome=EntryOutcome.UNMATCHED)
    world.store.save_collected([unmatched])
    assert not changed()
    other = "https://news.example/2"
    world.store.save_collected([world.collected(second, world.draft(other))])
    assert changed()
    known = world.store.find_articles([other])[other]
    same = world.collected(None, world.draft(other), article_id=known.id)
    world.store.save_collected([same])
    assert not changed()
    world.store.save_collected([replace(same, matches=(world.match("russia", "Kremlin"),))])
    assert changed()
    [elsewhere] = world.pending("3", feed="b")
    sighting = world.collected(elsewhere, None, article_id=known.id, outcome=EntryOutcome.DUPLICATE)
    world.store.save_collected([sighting])
    assert changed()  # the channel of feed b has one more
    world.store.save_collected([sighting])
    assert not changed()
    world.store.save_polls([world.poll(a, title="Title")])
    assert not changed()
    world.store.save_polls([world.poll(a, title="Another title")])
    assert changed()  # the name that its articles are published under
    world.store.sync_feeds([world.feed("a", name="Own name"), world.feed("b")], world.now)
    assert changed()


def test_an_address_that_different_texts_claim_names_no_article(world):
    """The article that was known by it takes the address that a reader opens, or none."""
    [entry, other] = world.pending("1", "2")
    claimed = "https://news.example/"
    draft = world.draft(claimed, url=PAGE)
    [key] = world.store.save_collected([world.collected(entry, draft)])
    own = world.draft("https://news.example/2")
    [second] = world.store.save_collected([world.collected(other, own, contested=(claimed,))])

    found = world.store.find_articles([claimed, PAGE, "https://news.example/2"])

    assert found[claimed] is None
    assert (found[PAGE].key, found[PAGE].canonical_url) == (key, PAGE)
    assert found["https://news.example/2"].key == second

    world.store.save_collected([world.collected(None, None, article_id=found[PAGE].id, contested=(PAGE,))])
    assert world.store.find_articles([PAGE]) == {PAGE: None}
    [kept] = [row for row in world.store.articles() if row["key"] == key]
    assert kept["canonical_url"] == f"urn:uuid:{key}"


def test_an_article_whose_address_is_contested_gets_another_name(world):
    """Two texts that both claim one address are two articles, told apart for good."""
    entries = world.pending("1", "2", "3")
    claimed = "https://news.example/"
    world.store.save_collected([world.collected(entries[0], world.draft(claimed, url=None))])
    records = [
        world.collected(entry, world.draft(claimed, url=entry.entry.url, text=f"text {entry.id}"))
        for entry in entries[1:]
    ]
    keys = world.store.save_collected([replace(records[0], contested=(claimed,)), records[1]])

    by_key = {row["key"]: row["canonical_url"] for row in world.store.articles()}

    assert len(by_key) == 2
    # The second named the contested address as its own: it takes it over. The third finds it taken.
    assert by_key[keys[0]] == claimed
    assert isinstance(keys[1], AddressTaken)


def test_keys_differ_though_an_address_is_used_again(world):
    """A key is made of an address and stays when the address moves on: the next one gets another."""
    first, second = world.pending("1", "2")
    [one] = world.store.save_collected([world.collected(first, world.draft(PAGE, url=None))])
    takes_over = world.collected(second, world.draft(PAGE, text="other"), contested=(PAGE,))
    [two] = world.store.save_collected([takes_over])

    assert one != two
    assert world.store.find_articles([PAGE])[PAGE].key == two
    assert {row["canonical_url"] for row in world.store.articles()} == {f"urn:uuid:{one}", PAGE}


def test_unmatched_articles_are_let_go_after_a_while(world):
    """Their text goes, their outcome and addresses stay: they are not collected twice."""
    early, late = world.pending("1", "2")
    world.store.save_collected(
        [
            world.collected(
                entry,
                world.draft(entry.canonical_url, first_seen_at=seen),
                matches=(),
                outcome=EntryOutcome.UNMATCHED,
            )
            for entry, seen in ((early, world.now - timedelta(days=31)), (late, world.now))
        ]
    )
    world.keep("3", first_seen_at=world.now - timedelta(days=99))

    assert world.store.expire_unmatched(world.now - timedelta(days=30)) == 1
    assert world.store.expire_unmatched(world.now - timedelta(days=30)) == 0
    found = world.store.find_articles([PAGE, "https://news.example/2", "https://news.example/3"])
    texts = [world.store.article_text(found[address].id) for address in sorted(found)]
    assert texts == ["", "A text.", "A text."]
    assert world.store.totals([]).entry_outcomes == {
        EntryOutcome.EXPIRED: 1,
        EntryOutcome.KEPT: 1,
        EntryOutcome.UNMATCHED: 1,
    }


def test_a_seed_is_stored_once_however_often_it_is_read(world):
    """Read at every start; edited under the same file name, it is the same article."""
    address = "urn:x-collector:corpus:000.txt"
    seed = world.collected(None, world.draft(address, url=None), corpus_file="000.txt")
    [key] = world.store.save_collected([seed])
    revision = world.store.revision()

    assert world.store.save_collected([replace(seed, collected_at=world.now + world.hour)]) == [key]
    assert world.store.revision() == revision
    moved = world.collected(None, world.draft(PAGE, title="With a link"), corpus_file="000.txt")
    assert world.store.save_collected([moved]) == [key]
    [item] = world.store.channel(EVERYTHING).items
    assert (item.is_seed, item.title, item.source) == (True, "With a link", "News")


def test_one_article_that_the_database_refuses_costs_itself_alone(world):
    """The others of its batch are saved; its entry stays due."""
    good, bad, unknown = world.pending("1", "2", "3")
    one, two, three = world.store.save_collected(
        [
            world.collected(good, world.draft(PAGE)),
            world.collected(bad, world.draft("https://news.example/2", text="\ud800")),
            world.collected(unknown, None, article_id=987654),
        ]
    )

    assert isinstance(one, str)
    assert isinstance(two, StoreError)
    assert isinstance(three, StoreError)
    assert "987654" in str(three)
    assert [e.id for e in world.due_entries(world.now, 10)] == [bad.id, unknown.id]


def test_export_holds_everything_that_is_known_of_an_article(world):
    """Plain values, by id; unmatched articles on request."""
    media = (Enclosure(url="https://news.example/a.mp3", media_type="audio/mpeg", length=7),)
    key = world.keep(
        "1",
        authors=("Kim",),
        published_at=world.now - world.hour,
        enclosures=media,
        sources={"title": "json-ld"},
    )
    [entry] = world.pending("2")
    unmatched = world.draft("https://news.example/2")
    world.store.save_collected(
        [world.collected(entry, unmatched, matches=(), outcome=EntryOutcome.UNMATCHED)]
    )

    [row] = world.store.articles()

    assert len(list(world.store.articles(kept_only=False))) == 2
    assert row == {
        "id": row["id"], "key": key, "url": PAGE, "canonical_url": PAGE, "title": "A title",
        "gone_at": None, "revisions": [],
        "authors": ["Kim"],
        "published_at": world.now - world.hour, "published_is_day": False, "updated_at": None,
        "first_seen_at": world.now, "language": "en", "site": "News", "image": None, "summary": "A summary",
        "text": "A text.", "text_source": "page",
        "enclosures": [{"url": "https://news.example/a.mp3", "media_type": "audio/mpeg", "length": 7}],
        "sources": {"title": "json-ld"}, "corpus_file": None, "is_kept": True, "similarity": 0.0, "similar_to": None,
        "topics": ["russia"], "feeds": ["a"],
        "story": None, "copy_of": None,
    }  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501])
def test_export_reads_in_chunks_without_losing_one(world, count):
    """Neither the last of a chunk nor the first of the next."""
    drafts = [world.draft(f"urn:x:{n}", url=None) for n in range(count)]
    records = [world.collected(None, draft, corpus_file=str(n)) for n, draft in enumerate(drafts)]
    world.store.save_collected(records)

    assert [row["canonical_url"] for row in world.store.articles()] == [d.canonical_url for d in drafts]


def known_of(world, *keys: str):
    return [world.store.find_articles([f"https://news.example/{key}"])[f"https://news.example/{key}"] for key in keys]


def test_articles_that_turn_out_to_be_one_are_one(world):
    """Its addresses, entries and sightings are the first one's; nothing is left of it, and subscribers see that."""
    world.feeds("a", "b", "c")
    key, _ = world.keep("1"), world.keep("2", feed="b")
    first, second = known_of(world, "1", "2")
    [entry] = world.pending("2", feed="c")
    seen = world.collected(entry, None, article_id=second.id, outcome=EntryOutcome.DUPLICATE)
    assert world.store.save_collected([seen]) == [second.key]
    [again] = world.pending("3", feed="b")
    before = world.store.revision()

    merged = world.collected(again, None, article_id=first.id, merged_id=second.id, outcome=EntryOutcome.DUPLICATE)
    assert world.store.save_collected([merged]) == [key]

    assert {known.key for known in known_of(world, "1", "2")} == {key}
    (row,) = world.store.articles()
    assert row["feeds"] == ["a", "b", "c"]
    assert len(world.store.channel(EVERYTHING).items) == 1
    assert world.store.revision() > before
    assert world.store.totals(["russia"]).topics == {"russia": 1}


def test_a_kept_article_is_not_lost_in_one_that_matches_nothing(world):
    world.feeds("a", "b")
    world.keep("1", feed="b")
    [entry] = world.pending("2")
    draft = world.draft("https://news.example/2")
    world.store.save_collected([world.collected(entry, draft, matches=(), outcome=EntryOutcome.UNMATCHED)])
    kept, unmatched = known_of(world, "1", "2")
    [again] = world.pending("3", feed="b")

    merged = world.collected(again, None, article_id=unmatched.id, merged_id=kept.id, outcome=EntryOutcome.DUPLICATE)
    assert world.store.save_collected([merged]) == [unmatched.key]

    assert [item.id for item in world.store.channel(EVERYTHING).items] == [f"urn:uuid:{kept.key}"]


def test_what_is_in_hand_of_an_article_that_is_merged_is_looked_at_again(world):
    """In the same batch, before it or after it: nothing is lost, and what cannot be saved is due still."""
    world.feeds("a", "b", "c")
    world.keep("1")
    world.keep("2", feed="b")
    first, second = known_of(world, "1", "2")
    [before], [again], [after] = (world.pending(key, feed=feed) for key, feed in (("4", "c"), ("3", "b"), ("5", "c")))
    records = [
        world.collected(before, None, article_id=second.id, outcome=EntryOutcome.DUPLICATE),
        world.collected(again, None, article_id=first.id, merged_id=second.id, outcome=EntryOutcome.DUPLICATE),
        world.collected(after, world.draft("https://news.example/2"), article_id=second.id),
    ]

    one, two, three = world.store.save_collected(records)

    assert (one, two) == (second.key, first.key)
    assert isinstance(three, StoreError)
    assert [entry.key for entry in world.due_entries(world.now, 9)] == ["guid:5"]
    assert {known.key for known in known_of(world, "1", "2")} == {first.key}
