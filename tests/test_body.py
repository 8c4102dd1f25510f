"""Which of a page's blocks are its article, and how they are kept: as text, and as clean HTML that says the same."""

from __future__ import annotations

import html
import re

import pytest

from collector.errors import ExtractError, NoArticle
from collector.extract import extract
from collector.model import Flag

URL = "https://www.amberpost.example/2026/11/17/island-ferry"
FACTS = [
    "The harbour council of Port Amber voted on Tuesday evening to reopen the eastern ferry line.",
    "It had been closed since a storm damaged its pier in the spring of last year, and nobody had money.",
    "Repairs will cost four million crowns, the harbour office said, and half of it comes from a fund.",
    "Opponents had argued that a bridge would be cheaper in the long run, but no study has shown that.",
    "The first ferry could leave in March, if the ice allows it and the new engine arrives in time.",
    "People on the island have waited for two years, and the school has lost a third of its children.",
]
PARAGRAPHS = [f"<p>{fact}</p>" for fact in FACTS]


def read(body: str, head: str = ""):
    """The extraction of a page with this body."""
    document = f'<!doctype html><html lang="en"><head><title>Ferry to sail</title>{head}</head><body>{body}</body></html>'
    return extract(document.encode(), URL)


def words(markup: str) -> str:
    """The words of HTML, without white space."""
    return "".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def test_headings_lists_quotes_and_tables_stay():
    """As elements of clean HTML, and as lines of the text, with the same words."""
    found = read(
        f"""<article><h1>Ferry to sail</h1>{PARAGRAPHS[0]}{PARAGRAPHS[1]}<h3 class="x">What it costs</h3>
        <ul onclick="x()"><li>Two million from the fund &amp; the state</li><li><p>One million from the island.</p>
        <p>It has sold its crane.</p></li></ul><blockquote><p>“We have waited long enough,” said Dora Lindqvist.</p>
        </blockquote><ol><li>First the pier</li><li>then the engine</li></ol>
        <table><tr><th>Year</th><th>Guests</th></tr><tr><td>2024</td><td>90,000</td></tr></table>{PARAGRAPHS[2]}
        <p style="color:red">{FACTS[3]} <a href="javascript:x">More</a><script>x()</script></p></article>"""
    )

    assert "<h3>What it costs</h3><ul><li>Two million from the fund &amp; the state</li>" in found.html
    assert "<li><p>One million from the island.</p><p>It has sold its crane.</p></li></ul>" in found.html
    assert "<blockquote>“We have waited long enough,” said Dora Lindqvist.</blockquote>" in found.html
    assert "<ol><li>First the pier</li><li>then the engine</li></ol>" in found.html
    assert "<tr><td>Year</td><td>Guests</td></tr>" in found.html
    assert not re.search(r"script|style|class|onclick|javascript", found.html)
    assert words(found.html) == "".join(found.text.split())
    assert "Year Guests\n2024 90,000" in found.text


PAIRS = ["".join(PARAGRAPHS[n : n + 2]) for n in (0, 2, 4)]


@pytest.mark.parametrize(
    "body",
    [
        "".join(f'<div class="part">{pair}</div><div class="ad">Buy a boat now.</div>' for pair in PAIRS),
        '<aside>Buy a boat now.</aside>'.join(f'<div class="body">{pair}</div>' for pair in PAIRS[:2])
        + f'<div class="body">{PAIRS[2]}</div>',
        f'<div class="free">{"".join(PARAGRAPHS[:3])}<div class="more">{"".join(PARAGRAPHS[3:])}</div></div>',
    ],
    ids=["many", "two", "nested"],
)  # fmt: skip
def test_a_body_in_several_containers_is_whole(body):
    """What stands in the like of the article's place belongs to it, what stands between does not."""
    found = read(f"<main><h1>Ferry to sail</h1><section>{body}</section></main>")

    assert [fact for fact in FACTS if fact not in found.text] == []
    assert "boat" not in found.text


@pytest.mark.parametrize(
    "furniture",
    [
        "<figure><img src=x><figcaption>The ferry in its last summer.</figcaption></figure>",
        '<div class="image-caption">The ferry in its last summer.</div>',
        '<div class="newsletter-signup"><p>The ferry in its last summer, every Friday in your letters.</p></div>',
        '<div class="related-articles"><h3>The ferry in its last summer</h3></div>',
        '<blockquote class="twitter-tweet"><p>The ferry in its last summer</p></blockquote>',
        '<p><a href="/x">Read more: The ferry in its last summer</a></p>',
        "<p>Les også: <a href='/x'>The ferry in its last summer</a></p>",
        "<p>Foto: The ferry in its last summer</p>",
        "<p>Подпишитесь на наш канал: the ferry in its last summer</p>",
        "<p>関連記事：The ferry in its last summer</p>",
        "<form><p>The ferry in its last summer</p></form>",
    ],
)
def test_what_is_none_of_the_article_is_left_out(furniture):
    """Captions, appeals, embeds and links to other articles, by what they are called and by what they say."""
    half = len(PARAGRAPHS) // 2
    found = read(f"<article>{''.join(PARAGRAPHS[:half])}{furniture}{''.join(PARAGRAPHS[half:])}</article>")

    assert "last summer" not in found.text + found.html
    assert [fact for fact in FACTS if fact not in found.text] == []


def test_a_class_that_is_around_all_of_it_says_nothing():
    """A newsletter's box that was never closed does not cost the article."""
    found = read(f"<div class='newsletter popup'><article>{''.join(PARAGRAPHS)}</article></div>")

    assert FACTS[-1] in found.text


def test_the_standfirst_is_the_summary():
    """What sums the article up before its first paragraph is told apart from it."""
    lead = "After two years, the island gets its ferry back, and the council hopes for the best."
    found = read(f"<article><h1>Ferry to sail</h1><p class='standfirst'>{lead}</p>{''.join(PARAGRAPHS)}</article>")

    assert found.summary == lead
    assert found.text.startswith(FACTS[0])


def test_bylines_and_biographies_are_no_text():
    """An author's name before the text, and their life behind it."""
    found = read(
        f"<article><h1>Ferry to sail</h1><p>By Mira Solheim</p><p>17 November 2026, 21:05</p>{''.join(PARAGRAPHS)}"
        "<p>Mira Solheim has written about harbours since 1998. She lives on the coast.</p></article>",
        '<meta name="author" content="Mira Solheim">',
    )

    assert "Solheim" not in found.text
    assert "21:05" not in found.text


@pytest.mark.parametrize(
    "script",
    [
        '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"' + "\\n".join(FACTS) + '"}</script>',
        '<script>self.push([1,"<p>' + "</p><p>".join(FACTS) + '</p>"])</script>',
        '<script>self.push([1,"\\u003cp>' + "\\u003c/p>\\u003cp>".join(FACTS) + '\\u003c/p>"])</script>',
    ],
    ids=["json-ld", "script", "escaped"],
)  # fmt: skip
def test_a_text_in_a_script_is_the_last_rung(script):
    """An article that a program would write into the page is read from where the program has it."""
    found = read(f"<div id=root></div>{script}")

    assert [fact for fact in FACTS if fact not in found.text] == []
    assert found.sources["text"] in ("json-ld", "script", "trafilatura")


def test_another_text_in_json_ld_does_not_win():
    """A longer articleBody counts only where it tells the same."""
    other = "Something else entirely happened in the mountains, where nobody has seen a ferry. " * 40
    found = read(
        f"<article>{''.join(PARAGRAPHS)}{''.join(PARAGRAPHS).replace('the', 'this')}</article>",
        f'<script type="application/ld+json">{{"@type":"NewsArticle","articleBody":"{other}"}}</script>',
    )

    assert FACTS[0] in found.text
    assert "mountains" not in found.text


@pytest.mark.parametrize(
    ("head", "section", "flags"),
    [
        ('<meta property="article:section" content="World">', "World", ()),
        ('<script type="application/ld+json">{"@type":"OpinionNewsArticle","articleSection":["Debate","World"]}</script>',
         "Debate", (Flag.OPINION,)),
        ('<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>', "", (Flag.PAID,)),
        ('<meta property="article:content_tier" content="locked">', "", (Flag.PAID,)),
        ('<meta property="article:content_tier" content="free">', "", ()),
        ('<script type="application/ld+json">{"@type":["LiveBlogPosting"],"headline":"x"}</script>', "", (Flag.LIVE,)),
        ('<script type="application/ld+json">{"@type":"NewsArticle","correction":"It was Tuesday."}</script>', "", (Flag.CORRECTION,)),
        ('<meta property="article:section" content="Kommentare">', "Kommentare", (Flag.OPINION,)),
        ('<meta property="article:section" content="Мнения">', "Мнения", (Flag.OPINION,)),
        ('<script type="application/ld+json">{"@type":"BreadcrumbList","itemListElement":[{"name":"Home"},'
         '{"item":{"name":"Islands"}},{"name":"Ferry to sail"}]}</script>', "Islands", ()),
    ],
)  # fmt: skip
def test_what_a_page_calls_its_article(head, section, flags):
    """Its section, and whether it is paid, opinion, live or corrected."""
    found = read(f"<article><h1>Ferry to sail</h1>{''.join(PARAGRAPHS * 2)}</article>", head)

    assert found.section == section
    assert found.flags == flags


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"Ferry","author":{"@type":"Person","name":"Mira Solheim"}}{"@type":"Thing"}',
        '{"@type":"NewsArticle","headline":"Fer"ry","author":[{"@type":"Person","name":"Mira Solheim"}]',
        "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;author&quot;:&quot;Mira Solheim&quot;}",
    ],
    ids=["two documents", "broken", "escaped"],
)
def test_json_ld_that_is_none_still_names_the_author(script):
    """Documents in a row, quotation marks that end too soon, references instead of quotation marks."""
    found = read(f"<article>{''.join(PARAGRAPHS)}</article>", f'<script type="application/ld+json">{script}</script>')

    assert found.authors == ("Mira Solheim",)


def test_a_page_without_text_says_so():
    """The outcome that is left when nothing else is known."""
    with pytest.raises(ExtractError) as refusal:
        read("<p>Short.</p>")

    assert refusal.value.outcome is NoArticle.NO_TEXT
