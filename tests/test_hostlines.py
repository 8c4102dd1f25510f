"""Lines that articles of a host repeat: learned from different articles, taken out of later ones."""

from __future__ import annotations

import pytest

from collector.hostlines import ENOUGH, MEMORY, learned, shown, without

APPEAL = "The Amber Post lives from readers like you, who give 4 crowns a month."


def text_of(number: int, last: str = APPEAL) -> str:
    """An article of its own, with the line at its end."""
    body = "\n".join(f"Paragraph {word} of the story about subject {number * 'x'} goes on for a while." for word in "abcdef")
    return f"{body}\n{last}"


def test_a_line_of_different_articles_is_learned_and_taken_out():
    """Three different articles make a line the host's; in the fourth it is gone, from the HTML, too."""
    known: tuple[int, ...] = ()
    line = shown("amber", "x", APPEAL).keys[0]
    for number in range(1, ENOUGH + 1):
        seen = shown("amber", f"Title {'y' * number}", text_of(number))
        assert line in seen.keys
        known = learned(known, seen.article)

    assert len(known) == 2 * ENOUGH
    found = without(text_of(9), f"<h2>A heading</h2><p>{APPEAL}</p>", {line})
    assert APPEAL not in found.text
    assert found.html == "<h2>A heading</h2>"


@pytest.mark.parametrize(
    ("title", "text"),
    [("The title", text_of(2)), ("Another title", text_of(1, "Another end of the same article altogether."))],
    ids=["same headline", "same text"],
)
def test_the_same_article_twice_is_one(title, text):
    """An edited article, and one under a new headline, show nothing that a second article would."""
    first = shown("amber", "The title", text_of(1))
    again = shown("amber", title, text)

    assert learned(learned((), first.article), again.article) == first.article


def test_numbers_and_case_do_not_tell_lines_apart():
    """A line that counts is one line."""
    assert shown("a", "x", APPEAL).keys == shown("a", "x", APPEAL.replace("4", "12").upper()).keys


def test_no_text_loses_its_half():
    """Where a host repeats whole articles, they stay."""
    text = f"{APPEAL}\nShort."
    assert without(text, "", set(shown("a", "x", text).keys)).text == text


def test_html_that_cannot_be_cleaned_is_dropped():
    """The HTML says what the text says, or nothing."""
    line = shown("a", "x", APPEAL).keys[0]
    assert without(text_of(1), f"<p>Before. {APPEAL}</p>", {line}).html == ""


def test_the_store_learns_in_the_order_of_articles_and_forgets(world):
    """Articles saved together see each other; what nobody shows for a month is gone."""
    entries = world.pending("1", "2", "3")
    line = shown("amber", "x", APPEAL).keys[0]
    records = [
        world.collected(entry, world.draft(entry.canonical_url), lines=shown("amber", "y" * n, text_of(n)))
        for n, entry in enumerate(entries, 1)
    ]
    world.store.save_collected(records[:2])
    assert world.store.host_lines("amber", [line]) == set()

    world.store.save_collected(records[2:])
    assert world.store.host_lines("amber", [line]) == {line}
    assert world.store.host_lines("other", [line]) == set()

    world.store.forget_lines(world.now + MEMORY)
    assert world.store.host_lines("amber", [line]) == set()


def test_hosts_that_are_saved_together_learn_their_own_lines(world, monkeypatch):
    """Also where they are too many to be asked for at once."""
    monkeypatch.setattr("collector.store.lines._AT_ONCE", 2)
    ends = {host: f"The {host} Post lives from readers like you, who give." for host in ("amber", "birch")}
    entries = world.pending(*map(str, range(ENOUGH * len(ends))))
    seen = [shown(host, "x" * n, text_of(n, end)) for n in range(1, ENOUGH + 1) for host, end in ends.items()]
    world.store.save_collected([
        world.collected(entry, world.draft(entry.canonical_url), lines=lines)
        for entry, lines in zip(entries, seen, strict=True)
    ])  # fmt: skip

    keys = {host: shown(host, "x", end).keys[0] for host, end in ends.items()}
    for host in ends:
        assert world.store.host_lines(host, keys.values()) == {keys[host]}
