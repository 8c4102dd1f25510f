"""Pages that stand where an article should be, each beside what it must be called: NAME.LANGUAGE.NUMBER.html."""

from __future__ import annotations

import gzip
import json
import pickle
from pathlib import Path

import pytest

from collector.errors import ExtractError, NoArticle
from collector.extract import extract

WALLS = sorted((Path(__file__).parent / "data" / "walls").glob("*.html"))
URL = "https://www.harbournews.example/2026/11/17/island-ferry"


@pytest.mark.parametrize("case", WALLS, ids=lambda path: path.stem)
def test_a_wall_is_refused_by_its_name(case):
    """What is no article is never taken for one, and is called what it is."""
    with pytest.raises(ExtractError) as refusal:
        extract(case.read_bytes(), URL)

    assert refusal.value.outcome == case.name.partition(".")[0]


def test_the_cases_are_of_many_kinds_and_languages():
    """Forty cases at least, in eight languages, of every outcome that a page can be."""
    names = [path.name.split(".") for path in WALLS]
    kinds = set(NoArticle) - {NoArticle.NO_HTML, NoArticle.UNREADABLE, NoArticle.NO_TEXT}

    assert len(names) >= 40
    assert len({language for _, language, *_ in names}) >= 8
    assert {kind for kind, *_ in names} == kinds


def test_a_refusal_keeps_its_outcome_on_the_way_from_a_worker():
    """Workers send their errors pickled."""
    refusal = pickle.loads(pickle.dumps(ExtractError("it asks whether a person is reading", NoArticle.CAPTCHA)))

    assert refusal.outcome is NoArticle.CAPTCHA


ARTICLE = """<!doctype html><html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>{first}</p><p>The committee met on Monday and heard engineers, lawyers and people from the harbour, who disagreed on
nearly everything but the weather, which had been bad for weeks.</p><p>A vote is expected before the winter, and the
mayor has said that she will follow it whatever it is, even if the costs rise again.</p></article>
<div class="banner"><p>We use cookies. Accept all</p></div></body></html>"""


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("Websites must let readers reject all cookies", "A court ruled that a button to reject all cookies must be as large as the one to accept all."),
        ("Why the captcha is dying", "For years people had to prove that they were not a robot. Now programs are better at it."),
        ("404 people rescued from the ferry", "The coast guard said that it was the largest rescue since the war."),
        ("Paper stops its paywall", "From Monday, readers need not subscribe to continue reading the oldest paper of the coast."),
    ],
)  # fmt: skip
def test_an_article_about_walls_is_an_article(title, first):
    """Words of a wall in an article's text, or around it, do not make it one."""
    assert "A vote is expected" in extract(ARTICLE.format(title=title, first=first).encode(), URL).text


@pytest.mark.shared
@pytest.mark.parametrize("name", ["fundus", "wcxb"])
def test_no_real_article_is_refused(shared, name):
    """Every page of the two sets of articles is read."""
    folder = shared / "extraction" / name
    refused = {}
    for line in (folder / "expected.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        try:
            extract(gzip.decompress((folder / "html" / f"{case['id']}.html.gz").read_bytes()), case["url"])
        except ExtractError as refusal:
            refused[case["id"]] = str(refusal)
    assert refused == {}
