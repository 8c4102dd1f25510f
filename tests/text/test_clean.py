"""What leaves `text` can be stored, logged, put into XML and shown."""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.text.clean import MARKS, clean, cut, legal, paragraphs

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
@example("\x00\x0b\x1f\x7f\x85\ud800\ufffe\U0010ffff￾")
def test_a_legal_text_can_be_stored_and_written_as_xml(text: str):
    """No NUL, no surrogate, nothing that an XML parser refuses; in NFC, and a second time changes nothing."""
    result = legal(text)

    result.encode("utf-8")
    ElementTree.fromstring(f"<a>{escape(result)}</a>")
    assert "\x00" not in result
    assert unicodedata.is_normalized("NFC", result)
    assert legal(result) == result


@given(ANY_TEXT, st.integers(1, 50))
def test_a_clean_text_is_one_bounded_line(text: str, limit: int):
    """At most `limit` characters, one line, single spaces."""
    result = clean(text, limit)

    assert len(result) <= limit
    assert len(result.splitlines()) <= 1
    assert result == " ".join(result.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two\n\t words ", "two words"),
        ("a\x00b\x08c\ufffed", "abcd"),
        ("e\u0301", "é"),
        ("Café\u202egnp.exe\u202c", "Cafégnp.exe"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧", "👩\u200d👧"),
    ],
)
def test_a_title_is_cleaned_of_what_harms_and_keeps_what_is_written(text: str, expected: str):
    """Controls and overrides go, letters are composed; joiners are part of Persian words and of emoji."""
    assert clean(text, 100) == expected


def test_a_text_is_cut_between_what_a_reader_sees_as_characters():
    """A mark stays with its letter, an emoji with what it is joined to."""
    assert cut("abcdef", 4) == "abc…"
    assert cut("ab\u0915\u093fxy", 4) == "ab…"
    assert cut("a👩\u200d👧 and more", 4) == "a…"
    assert cut("abc", 3) == "abc"


def test_piled_marks_are_few():
    """Marks that smear over other lines are cut to eight, in linear time."""
    assert len(clean("a" + "\u0316\u0301" * 100_000, 1_000)) <= 10


def test_a_paragraph_is_a_line():
    """Empty lines go, lines stay."""
    assert paragraphs(" one\n\n \n two  words\r\nthree ", 100) == "one\ntwo words\nthree"


def test_every_mark_of_every_script_is_known():
    """Whole blocks without any are not looked at when the program starts."""
    marks = [p for p in range(0x300, 0x1F000) if unicodedata.category(chr(p)) in ("Mn", "Mc")]

    assert [hex(point) for point in marks if not re.match(f"[{MARKS}]", chr(point))] == []
    assert not re.match(f"[{MARKS}]", "a"), "a letter is no mark"
