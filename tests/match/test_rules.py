"""Rules mean what they say: case by case, with evidence that stands in the article and reasons that name the part."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.config import Config, load, read
from collector.match import Matcher
from collector.model import Evidence, Subject

DATA = Path(__file__).parent.parent / "data" / "match" / "rules"
CASES = [
    line.split("\t")
    for line in (DATA / "cases.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
READERS = {
    "lang": ("language", str),
    "feeds": ("feeds", lambda value: tuple(value.split(","))),
    "labels": ("labels", lambda value: frozenset(value.split(","))),
    "countries": ("countries", lambda value: frozenset(value.split(","))),
    "similarity": ("similarity", float),
}


def subject(title: str, text: str, origin: str = "") -> Subject:
    """An article of a case: `\\n` is a line end."""
    known = dict(part.split("=") for part in origin.split())
    more = {READERS[name][0]: READERS[name][1](value) for name, value in known.items()}
    return Subject(title=title, text=text.replace("\\n", "\n"), **more)


def configured(text: str) -> Config:
    return read(text.encode(), "feeds.yaml", {})


def matcher_of(*topics: str) -> Matcher:
    """Topics as flow mappings."""
    return Matcher(configured("topics:\n" + "".join(f"- {topic}\n" for topic in topics)).topics)


def evidence(matcher: Matcher, article: Subject) -> list[Evidence]:
    return [place for match in matcher.match(article) for place in match.evidence]


def reason(matcher: Matcher, article: Subject) -> str:
    return matcher.explain(article)[-1].reason


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(load(DATA / "feeds.yaml", {}).topics)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_each_case(matcher: Matcher, case: list[str]) -> None:
    """The topics that must match do, the others do not, and `explain` says the same."""
    _, wanted, unwanted, title, text, origin = case
    article = subject(title, text, origin)
    found = {match.topic for match in matcher.match(article)}

    assert set(wanted.split()) <= found
    assert not set(unwanted.split()) & found
    assert {verdict.topic for verdict in matcher.explain(article) if verdict.is_match} == found
    for place in evidence(matcher, article):
        assert getattr(article, place.field)[place.start : place.end] == place.words


def test_every_topic_of_the_cases_matches_and_fails_somewhere() -> None:
    keys = {topic.key for topic in load(DATA / "feeds.yaml", {}).topics}

    assert {key for case in CASES for key in case[1].split()} == keys
    assert {key for case in CASES for key in case[2].split()} <= keys


# --- evidence --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "text", "expected"),
    [
        ("{key: t, keywords: [alpha]}", "alpha", [("alpha", "alpha", "keywords")]),
        ("{key: t, country: KP}", "В КНДР", [("КНДР", "КНДР", "country: KP")]),
        ("{key: t, names: {ru: [альфа]}}", "Альфа", [("альфа", "Альфа", "names: ru")]),
        ("{key: t, match: {all: [alpha, {any: [beta, gamma]}]}}", "alpha beta",
         [("alpha", "alpha", "all[1]"), ("beta", "beta", "all[2].any")]),
        ("{key: t, match: {near: [alpha, beta], within: 2}}", "alpha beta, and far away from it all: beta",
         [("alpha", "alpha", '"alpha" NEAR/2 "beta"'), ("beta", "beta", '"alpha" NEAR/2 "beta"')]),
        ("{key: t, match: '(alpha OR beta) AND (gamma NEAR/5 delta) -x'}", "alpha gamma delta",
         [("alpha", "alpha", "(alpha OR beta)"), ("gamma", "gamma", "gamma NEAR/5 delta"),
          ("delta", "delta", "gamma NEAR/5 delta")]),
        ("{key: t, match: '/a.p/ beta'}", "alpha beta", [("/a.p/", "alp", "/a.p/"), ("beta", "beta", "beta")]),
        ("{key: t, match: {any: [alpha, {none: [alpha]}]}}", "alpha", [("alpha", "alpha", "any")]),
        ("{key: t, match: {words: alpha, none: [beta]}}", "alpha", [("alpha", "alpha", "words")]),
        ("{key: t, match: {where: {languages: en}}}", "alpha", [("where", "alpha", "where")]),
        ("{key: t, similar: 0.5}", "alpha", [("similar:0.5", "alpha", "similar: 0.5")]),
    ],
)  # fmt: skip
def test_evidence_names_the_part_of_the_topic(topic: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    language = "en" if text.isascii() else "ru"
    found = evidence(matcher_of(topic), Subject(title="", text=text, language=language, similarity=0.5))

    assert [(place.term, place.words, place.rule) for place in found] == expected
    assert {place.language for place in found} == {language}


def test_evidence_of_another_topic_is_shown_where_it_is_built_in() -> None:
    matcher = matcher_of("{key: a, keywords: [alpha]}", "{key: b, match: {topic: a, words: beta}}")
    found = matcher.match(Subject(title="", text="alpha beta"))[1].evidence

    assert [(place.words, place.rule) for place in found] == [("alpha", "topic: a"), ("beta", "words")]


# --- reasons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "text", "expected"),
    [
        ("{key: t, keywords: [alpha]}", "an Alpha", '"Alpha" stands in the text (keywords)'),
        ("{key: t, keywords: [alpha, beta]}", "x", "keywords: none of its 2 words stands in title or text"),
        ("{key: t, match: {words: alpha, in: title}}", "alpha",
         'words: "alpha" stands not in the title, though "alpha" stands in the text (words)'),
        ("{key: t, match: 'alpha -football'}", "alpha, football", '"football" stands in the text (-football)'),
        ("{key: t, match: {all: [alpha, {any: [beta, gamma]}]}}", "alpha",
         'all[2].any: "beta" stands not in title or text; all[2].any: "gamma" stands not in title or text'),
        ("{key: t, match: 'alpha NEAR/3 beta'}", "alpha one two three four beta",
         "alpha NEAR/3 beta: the nearest are 5 words apart, more than 3"),
        ("{key: t, match: {words: alpha, mentions: 3}}", "alpha alpha", "mentions: 3: 2 mentions, fewer than 3"),
        ("{key: t, match: 'alpha lang:ko'}", "alpha", "its language is en, not ko"),
        ("{key: t, match: 'alpha label:agency'}", "alpha", "its feed is labelled radio, not agency"),
        ("{key: t, match: 'alpha feed:x'}", "alpha", "it comes from no feed, not from x"),
        ("{key: t, match: 'alpha from:KR'}", "alpha", "its feed's country is not known, not KR"),
        ("{key: t, similar: 0.5}", "alpha", "its similarity to the corpus is 0.31, less than 0.5"),
        ("{key: t, match: '/al.{4}/'}", "alpha", "/al.{4}/ finds nothing in title or text"),
        ("{key: t, keywords: [alpha], exclude: [football]}", "alpha football",
         '"football" stands in the text (exclude)'),
        ("{key: t, keywords: [alpha], exclude: [white alpha]}", "white alpha",
         'keywords: "alpha" stands not in title or text, without what stands in "white alpha" (exclude)'),
        ("{key: t, match: {all: [{match: '-alpha'}, {words: beta}]}}", "alpha beta", '"alpha" stands in the text (-alpha)'),
    ],
)  # fmt: skip
def test_a_reason_names_the_part_that_decides(topic: str, text: str, expected: str) -> None:
    article = Subject(title="", text=text, language="en", labels=frozenset({"radio"}), similarity=0.31)

    assert reason(matcher_of(topic), article) == expected


def test_a_reason_says_that_another_topic_fails() -> None:
    matcher = matcher_of("{key: a, keywords: [alpha]}", "{key: b, match: {topic: a}}")

    assert reason(matcher, Subject(title="", text="beta")) == 'topic "a" does not match'


# --- the whole -------------------------------------------------------------------------------------------------------


def test_the_digest_changes_with_the_meaning_alone() -> None:
    """Titles, order, comments and how a line is broken say nothing; words, rules and exclusions do."""
    one = matcher_of("{key: a, title: A, match: 'alpha beta'}", "{key: b, keywords: [x]}").digest
    same = configured("topics: # x\n- {key: b, keywords: [x]}\n- key: a\n  match: >-\n    alpha\n    beta\n").topics

    assert Matcher(same).digest == one
    for other in ("alpha gamma", "alpha OR beta", "alpha -beta", "=alpha beta", "alpha@ru beta", "title:alpha beta"):
        assert matcher_of(f"{{key: a, match: '{other}'}}", "{key: b, keywords: [x]}").digest != one
    excluding = matcher_of("{key: a, match: 'alpha beta', exclude: [y]}", "{key: b, keywords: [x]}")
    assert excluding.digest != one


def test_the_matcher_says_what_it_needs_to_know() -> None:
    plain, all_of_it = matcher_of("{key: a, match: 'x lang:ko'}"), matcher_of("{key: a, match: 'similar:0.4 feed:x'}")

    assert (plain.needs_similarity, plain.needs_feeds) == (False, False)
    assert (all_of_it.needs_similarity, all_of_it.needs_feeds) == (True, True)


def test_a_long_chain_of_topics_is_no_deep_recursion() -> None:
    chain = [f"{{key: t{n}, match: {{topic: t{n + 1}}}}}" for n in range(2_000)]
    matcher = matcher_of(*chain, "{key: t2000, keywords: [alpha]}")

    assert len(matcher.match(Subject(title="", text="alpha"))) == 2_001


def test_many_places_near_each_other_are_soon_compared() -> None:
    matcher = matcher_of("{key: a, match: 'alpha NEAR/500 beta NEAR/500 gamma'}", "{key: b, match: 'ATLEAST/900 alpha'}")
    text = "alpha beta " * 4_000

    assert [match.topic for match in matcher.match(Subject(title="", text=text))] == ["b"]


PARTS = st.text(st.sampled_from('abé북朝ر "()/-*=@:.\\\n\u0301\u200dАж'), max_size=12)


@given(PARTS, PARTS, st.sampled_from(["en", "ko", "zh", None, "xx-YY"]), st.randoms(use_true_random=False))
def test_no_text_makes_a_matcher_raise(title: str, text: str, language: str | None, rand: random.Random) -> None:
    """Whatever is written, every place holds the words that it names."""
    matcher = _MATCHER
    text = "".join(rand.choices(["a", "b", "북", "朝", "ر", " ", text, "\ud800"], k=12))
    article = Subject(title=title, text=text, language=language)
    for place in evidence(matcher, article):
        assert getattr(article, place.field)[place.start : place.end] == place.words
    assert len(matcher.explain(article)) == 4


_MATCHER = matcher_of(
    "{key: a, match: 'a NEAR/2 (b OR 북 OR 朝) OR /[ab]{2}/ OR ATLEAST/2 ر'}",
    "{key: b, match: '-a title:(b OR é*)'}",
    "{key: c, keywords: ['a*', 朝, 북], exclude: [a b, 朝朝], in: text}",
    "{key: d, match: {topic: [a, c], none: [ж]}}",
)
