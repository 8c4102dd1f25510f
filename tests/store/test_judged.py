"""Articles are judged anew when the rules change: nothing is lost, and what is published follows."""

from __future__ import annotations

from datetime import timedelta

from collector.model import ChannelQuery, EntryOutcome, Judgement, Rejudged

TOPICS = ("korea", "russia")
LATER = timedelta(hours=2)


def keys(world, *topics):
    return [item.title for item in world.store.channel(ChannelQuery(topics=topics)).items]


def outdated(world, rules, limit=10):
    return [one.title for one in world.store.outdated_articles(rules, limit)]


def rejudge(world, rules, judge):
    """Judges everything anew that others than these rules judged; `judge` gives the topics of a title."""
    records = [
        Rejudged(
            article=one,
            judgement=Judgement(matches=tuple(map(world.match, judge(one.title))), similarity=0.5, similar_to="a.txt"),
            rules=rules,
            judged_at=world.now + LATER,
        )
        for one in world.store.outdated_articles(rules, 100)
    ]
    return world.store.save_judgements(records)


def unmatched(world, key, **details):
    [entry] = world.pending(key)
    record = world.collected(entry, world.draft(entry.canonical_url, **details), matches=(), outcome=EntryOutcome.UNMATCHED)
    [saved] = world.store.save_collected([record])
    return saved


def test_what_other_rules_judged_is_outdated(world):
    world.keep("1", title="one")
    world.keep("2", title="two")

    assert outdated(world, 7) == ["one", "two"]
    assert outdated(world, 7, limit=1) == ["one"]
    assert outdated(world, 0) == []

    rejudge(world, 7, lambda title: ["russia"])

    assert outdated(world, 7) == []
    assert outdated(world, 6) == outdated(world, 8) == ["one", "two"]


def test_a_topic_that_finds_more_publishes_old_articles_without_fetching_them(world):
    unmatched(world, "1", title="one")
    assert keys(world, *TOPICS) == []

    assert rejudge(world, 7, lambda title: ["korea"]) == 1

    assert keys(world, *TOPICS) == ["one"]
    assert world.store.totals(TOPICS).entry_outcomes == {"kept": 1}


def test_an_article_that_matches_nothing_any_more_is_hidden_and_never_expires(world):
    world.keep("1", title="one")

    assert rejudge(world, 7, lambda title: []) == 1

    assert keys(world, *TOPICS) == []
    assert world.store.totals(TOPICS).entry_outcomes == {"unmatched": 1}
    assert world.store.expire_unmatched(world.now + timedelta(days=1000)) == 0

    assert rejudge(world, 8, lambda title: ["russia"]) == 1
    assert keys(world, *TOPICS) == ["one"]


def test_a_topic_that_is_removed_hides_its_articles_and_brings_them_back(world):
    world.keep("1", title="one")

    rejudge(world, 7, lambda title: ["korea"])
    assert (keys(world, "korea"), keys(world, "russia")) == (["one"], [])

    rejudge(world, 8, lambda title: ["korea", "russia"])
    assert (keys(world, "korea"), keys(world, "russia")) == (["one"], ["one"])


def test_an_article_that_was_rewritten_meanwhile_is_left_as_it_is(world):
    world.keep("1", title="one")
    [before] = world.store.outdated_articles(7, 10)
    [entry] = world.pending("1b")
    rewritten = world.draft("https://news.example/1", title="corrected")
    world.store.save_collected(
        [world.collected(entry, rewritten, article_id=before.id, rules=7, collected_at=world.now + world.hour)]
    )
    stale = Rejudged(article=before, judgement=Judgement(), rules=7, judged_at=world.now + LATER)

    assert world.store.save_judgements([stale]) == 0
    assert keys(world, *TOPICS) == ["corrected"]


def test_what_is_published_changes_and_dates_only_with_the_topics(world):
    world.keep("1", title="one")
    revision = world.store.revision()

    rejudge(world, 7, lambda title: ["russia"])  # more similar than before
    [item] = world.store.channel(ChannelQuery(topics=TOPICS)).items
    assert (item.similarity, item.updated_at) == (0.5, world.now)
    assert world.store.revision() > revision

    revision = world.store.revision()
    rejudge(world, 8, lambda title: ["russia"])
    assert world.store.revision() == revision

    rejudge(world, 9, lambda title: ["korea", "russia"])
    [item] = world.store.channel(ChannelQuery(topics=TOPICS)).items
    assert item.updated_at == world.now + LATER
    assert world.store.revision() > revision


def test_a_feed_that_is_new_to_an_article_has_it_judged_anew_where_the_rules_look_at_feeds(world):
    world.feeds("a", "b")
    for rejudged in (False, True):
        key = f"seen-{rejudged}"
        [first] = world.pending(key, feed="a")
        world.store.save_collected([world.collected(first, world.draft(first.canonical_url, title=key), rules=7)])
        [article] = [one for one in world.store.outdated_articles(8, 10) if one.title == key]
        [second] = world.pending(f"{key}-again", feed="b")
        sighting = world.collected(second, None, article_id=article.id, outcome=EntryOutcome.DUPLICATE, rejudge=rejudged)
        world.store.save_collected([sighting])

    assert outdated(world, 7) == ["seen-True"]
    assert world.store.outdated_articles(7, 10)[0].feeds == ("a", "b")


def test_the_text_of_a_stored_article_is_handed_out_in_chunks(world):
    for number in range(3):
        world.keep(str(number), title=f"title {number}", text=f"text {number}")

    stored = [one for part in world.store.stored_articles() for one in part]

    assert [(one.title, one.text, one.topics, one.feeds) for one in stored] == [
        (f"title {n}", f"text {n}", ("russia",), ("a",)) for n in range(3)
    ]


def test_the_most_similar_come_first_page_by_page(world):
    for number in range(5):
        world.keep(str(number), title=f"{number}", published_at=world.now - timedelta(hours=number))
    similarity = {"0": 0.1, "1": 0.9, "2": 0.9, "3": 0.3333333333333333, "4": 0.0}
    records = [
        Rejudged(
            article=one,
            judgement=Judgement(matches=(world.match(),), similarity=similarity[one.title]),
            rules=7,
            judged_at=world.now,
        )
        for one in world.store.outdated_articles(7, 10)
    ]
    world.store.save_judgements(records)

    shown, before = [], None
    while True:
        page = world.store.channel(ChannelQuery(topics=TOPICS, by_similarity=True, limit=1, before=before))
        shown += [item.title for item in page.items]
        if (before := page.next) is None:
            break

    assert shown == ["1", "2", "3", "0", "4"]
