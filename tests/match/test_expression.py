"""The one-line form: what it means, what is wrong with it and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.match.expression import ExpressionError, parse
from collector.match.printing import printed
from collector.match.rules import (
    FIELDS,
    All,
    Any,
    AtLeast,
    Building,
    Country,
    Everything,
    In,
    Near,
    Not,
    Regex,
    Rule,
    Similar,
    Where,
    Words,
)
from collector.match.words import read_word


def words(text: str, language: str | None = None) -> Words:
    return Words((read_word(text, language),))


A, B, C = words("a"), words("b"), words("c")


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("a", A),
        ("a b", All((A, B))),
        ("a AND b OR c", Any((All((A, B)), C))),
        ("a (b OR c)", All((A, Any((B, C))))),
        ("a（b OR c）", All((A, Any((B, C))))),
        ("-a NOT b", All((Not(A), Not(B)))),
        ("NOT -a", Not(Not(A))),
        ("-(a b)", Not(All((A, B)))),
        ("a-b", words("a-b")),
        ("a NEAR/3 b", Near((A, B), 3)),
        ("a NEAR/3 b NEAR/3 c", Near((A, B, C), 3)),
        ("a NEAR/3 b NEAR/4 c", Near((Near((A, B), 3), C), 4)),
        ("(a NEAR/3 b) NEAR/3 c", Near((Near((A, B), 3), C), 3)),
        ("-a NEAR/3 b", Not(Near((A, B), 3))),
        ("ATLEAST/2 (a OR b)", AtLeast(Any((A, B)), 2)),
        ("ATLEAST/2 a b", All((AtLeast(A, 2), B))),
        ('"North Korea"', words("North Korea")),
        ("“North Korea” „b“ «c»", All((words("North Korea"), B, C))),
        (r'"say \"a\" \\ b"', words(r'say "a" \ b')),
        ('="a b" ==BRICS nuclear* "a b*" ==x*', All((words("=a b"), words("==BRICS"), words("nuclear*"), words("a b*"), words("==x*")))),
        ('Россия@ru "a b"@pt-BR', All((words("Россия", "ru"), words("a b", "pt")))),
        ("*", Everything()),
        ("title:a text:(b c)", All((In(A, "title"), In(All((B, C)), "text")))),
        (r"/a.b\/c/", Regex(r"a.b\/c")),
        (r're:"a \"b\" \\pL"', Regex(r'a "b" \pL')),
        ("/a b/ NEAR/2 c", Near((Regex("a b"), C), 2)),
        ("country:KP topic:x similar:0.4", All((Country("KP"), Building("x"), Similar(0.4)))),
        ('lang:pt-BR label:"a b" feed: tass from:KR',
         All((Where(languages=("pt",)), Where(labels=("a b",)), Where(feeds=("tass",)), Where(countries=("KR",))))),
        ("И ИЛИ", All((words("И"), words("ИЛИ")))),
        ("ANDREW ORB NEARBY", All((words("ANDREW"), words("ORB"), words("NEARBY")))),
    ],
)  # fmt: skip
def test_what_a_line_means(line: str, rule: Rule) -> None:
    """And that it is written back as the same."""
    assert parse(line) == rule
    assert parse(printed(rule)) == rule


@pytest.mark.parametrize(
    ("line", "offset", "message"),
    [
        ("", 0, "expected a word, a phrase in quotes or ( at the end"),
        ("(a", 2, "expected ) for the ( of (a"),
        ("a)", 1, "closes nothing"),
        ("a OR", 4, "at the end"),
        ("OR a", 0, "found OR"),
        ("a or b", 2, 'expected OR in capitals, or "or" in quotes'),
        ("a NEAR b", 2, "NEAR/20"),
        ("a NEAR/0 b", 2, "from 1 to 1000"),
        ("a NEAR/9999999999999 b", 2, "from 1 to 1000"),
        ("a NEAR/3", 8, "at the end"),
        ("a NEAR/3 (b c)", 9, "NEAR takes words"),
        ("lang:ko NEAR/3 a", 8, "NEAR takes words"),
        ("ATLEAST/2 (a b)", 10, "ATLEAST takes words"),
        ('a "b', 2, "closing quotes"),
        ("titel:x", 0, "did you mean title:"),
        ("https://example.org", 0, "a word with a colon goes in quotes"),
        ("title:lang:ko", 6, "what can stand in a text"),
        ("country:kp", 8, "did you mean KP"),
        ("country:XQ", 8, "ISO 3166-1"),
        ("lang:klingon1", 5, "a language tag"),
        ("similar:4", 8, "up to 1"),
        ("topic:", 6, "expected a value behind topic:"),
        ("label:(a)", 6, "expected a value behind label:"),
        ("()", 1, "expected a word between ( and )"),
        ("a**", 1, "only stand at the end"),
        ("a ...", 2, "expected a word or phrase"),
        ("a /b(c/", 6, "expected ) before the end of the regular expression"),
        (r"/рос\w+/", 4, "write [\\pL\\pN]"),
        ("/a*/", 1, "needs at least one character"),
        ("/(?=a)/", 1, "invalid perl operator"),
        ("/(a{999}){999}/", 9, "repetition"),
        ("(" * 60 + "a" + ")" * 60, 51, "nested deeper than 50 levels"),
        ("NOT " * 4_000 + "a", 204, "nested deeper than 50 levels"),
        ("title:" * 60 + "a", 306, "nested deeper than 50 levels"),
        ("a " * 10_001, 20_000, "at most 20,000 characters"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(line: str, offset: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(line)

    assert (message in str(caught.value), caught.value.offset) == (True, offset), caught.value


# --- for all lines ---------------------------------------------------------------------------------------------------

_TEXTS = st.text(st.sampled_from('abORé북朝ر "()/-=@:.\\«”'), min_size=1, max_size=8)
_WORDS = st.builds(
    lambda text, mark, star, language: read_word(f"{mark}{text}{star}", language),
    _TEXTS.filter(lambda text: any(map(str.isalnum, text)) and text.strip() == text and not text.startswith("=")),
    st.sampled_from(["", "=", "=="]),
    st.sampled_from(["", "*"]),
    st.sampled_from([None, "ru", "ko"]),
)
_MENTIONS = st.one_of(
    _WORDS.map(lambda word: Words((word,))),
    st.sampled_from(["KP", "RU"]).map(Country),
    st.sampled_from([r"a\"b", "x{2} y", r"\pL+\\", "[(]"]).map(Regex),
)
_SINGLES = st.one_of(
    _MENTIONS,
    st.just(Everything()),
    st.sampled_from([0.4, 1.0, 0.125]).map(Similar),
    st.sampled_from(["x", "x-1", "OR", "a b"]).map(Building),
    st.builds(lambda name, value: Where(**{name: (value,)}), st.sampled_from(["feeds", "labels"]), st.sampled_from(["a", "a b", "OR"])),
    st.just(Where(languages=("ko",))),
    st.just(Where(countries=("KR",))),
)  # fmt: skip


def _some(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[tuple[Rule, ...]]:
    return st.lists(parts, min_size=2, max_size=3).map(tuple)


def _nested_mentions(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    return st.one_of(
        _some(parts).map(Any),
        st.builds(Near, _some(parts), st.integers(1, 1000)),
    )


_MENTIONING = st.recursive(_MENTIONS, _nested_mentions, max_leaves=5)


def _nested(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    return st.one_of(
        _some(parts).map(Any),
        _some(parts).map(All),
        parts.map(Not),
        _MENTIONING,
        st.builds(AtLeast, _MENTIONING, st.integers(1, 1000)),
        st.builds(In, _MENTIONING, st.sampled_from(FIELDS)),
    )


@given(st.recursive(_SINGLES, _nested, max_leaves=12))
def test_what_is_printed_is_read_as_the_same(rule: Rule) -> None:
    assert parse(printed(rule)) == rule


@given(st.one_of(st.text(), st.text(st.sampled_from('ab OR AND-NOT/3NEAR()"“”«»:/\\*=@titlelangre.'), max_size=60)))
def test_any_line_is_a_rule_or_an_error_with_its_place(line: str) -> None:
    try:
        rule = parse(line)
    except ExpressionError as error:
        assert 0 <= error.offset <= len(line)
        assert str(error)
    else:
        assert parse(printed(rule)) == rule
