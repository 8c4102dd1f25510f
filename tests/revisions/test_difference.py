"""What tells two texts apart: what a reader is shown, and that both versions can be read off it."""

from __future__ import annotations

import random
import re
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.model import Op, Runs
from collector.revisions.difference import compare, is_revised
from collector.revisions.furniture import is_furniture

_SHOWN = {Op.KEPT: "{}", Op.REMOVED: "[-{}-]", Op.ADDED: "{{+{}+}}"}


def shown(runs: Runs) -> str:
    return "".join(_SHOWN[run.op].format(run.text) for run in runs)


def title(before: str, after: str) -> str:
    return shown(compare(before, "", after, "").title)


def text(before: str, after: str) -> list[str]:
    return [shown(runs) for runs in compare("", before, "", after).text]


def side(lines: tuple[Runs, ...], without: Op) -> str:
    """One of the two versions, as far as it is shown, without white space."""
    return "".join("".join(run.text for runs in lines for run in runs if run.op is not without).split())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("Six die in a fire", "Eight die in a fire", "[-Six-]{+Eight+} die in a fire"),
        ("A fire, at last", "A fire", "A fire[-, at last-]"),
        ("Trump's visit", "Trump's long visit", "Trump's {+long +}visit"),
        # Case and accents count; what a reader sees as one character is not torn apart.
        ("Resume", "Résumé", "[-Resume-]{+Résumé+}"),
        ("हिन्दी में", "हिन्दी मे", "हिन्दी [-में-]{+मे+}"),
        # By character where words are not set apart, and where particles are attached.
        ("普京访问北京", "普京将访问北京", "普京{+将+}访问北京"),
        ("台風が東京に上陸", "台風が大阪に上陸", "台風が[-東京-]{+大阪+}に上陸"),
        ("북한이 미사일을 발사", "북한은 미사일을 발사", "북한[-이-]{+은+} 미사일을 발사"),
        ("ผู้นำเยือนจีน", "ผู้นำเยือนลาว", "ผู้นำเยือน[-จีน-]{+ลาว+}"),
        ("Трое погибли", "Четверо погибли", "[-Трое-]{+Четверо+} погибли"),
    ],
)
def test_words_and_characters(before: str, after: str, told: str) -> None:
    assert title(before, after) == told


def test_changed_paragraphs_stand_with_their_neighbours_and_the_rest_is_left_out() -> None:
    before = [f"Paragraph {name}." for name in "ABCDEFGHIJ"]
    after = [*before]
    after[4] = "Paragraph E, corrected."
    del after[8]

    assert text("\n".join(before), "\n".join(after)) == [
        "", "Paragraph D.", "Paragraph E{+, corrected+}.", "Paragraph F.", "", "Paragraph H.", "[-Paragraph I.-]",
        "Paragraph J.",
    ]  # fmt: skip


def test_a_paragraph_that_was_added_or_removed_is_one() -> None:
    assert text("A\nB", "A\nNew\nB") == ["A", "{+New+}", "B"]
    assert text("A", "A\nNew") == ["A", "{+New+}"]
    assert text("", "New") == ["{+New+}"]
    assert text("Old", "") == ["[-Old-]"]


def test_a_single_word_between_two_changes_is_part_of_them() -> None:
    told = title("Red cats of Rome sleep", "Blue dogs of Bonn sleep")

    assert told == "[-Red cats of Rome-]{+Blue dogs of Bonn+} sleep"


def test_the_same_is_no_difference() -> None:
    difference = compare("A title", "One\nTwo", "A  title", "One\n\n Two ")

    assert (difference.title, difference.text) == ((), ())


WORDS = st.lists(st.sampled_from(["a", "b", "c", "новый", "北", "京", ".", "\n"]), max_size=40).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(WORDS, WORDS)
def test_both_versions_of_what_changed_can_be_read_off(before: str, after: str) -> None:
    told = compare("", f"first\n{before}", "", f"first\n{after}").text
    if () in told or not told:
        return  # what stayed is left out
    assert side(told, Op.ADDED) == "".join(f"first{before}".split())
    assert side(told, Op.REMOVED) == "".join(f"first{after}".split())


@pytest.mark.parametrize("size", [2_000, 20_000])
def test_what_is_compared_pair_by_pair_grows_with_the_length_and_not_with_its_square(size: int, monkeypatch) -> None:
    chance, pairs = random.Random(1), []

    def spy(junk: None, a: list[str], b: list[str], autojunk: bool) -> SequenceMatcher:
        pairs.append(len(a) * len(b))
        return SequenceMatcher(junk, a, b, autojunk)

    monkeypatch.setattr("collector.revisions.difference.SequenceMatcher", spy)
    texts = [
        ("a b " * size, "b a " * size),
        ("\n".join(["x"] * size), "\n".join(["x", "y"] * (size // 2))),
        (" ".join(f"{n} x" for n in range(size)), " ".join(f"{n} y" for n in range(size))),
        (" ".join(chance.choices("abcdefgh", k=size)), " ".join(chance.choices("abcdefgh", k=size))),
        ("的" * size, "的" * (size // 2) + "了" * (size // 2)),
    ]
    for before, after in texts:
        pairs.clear()
        assert compare("", before, "", after).text
        assert sum(pairs) <= 100 * 4 * size


# --- what is no revision ----------------------------------------------------------------------------------------------

STORY = "Six people died on Monday.\nPolice said that the fire began at 3 a.m.\n"


@pytest.mark.parametrize(
    "line",
    [
        "1,024 views", "3 comments", "Comments (12)", "Share 12", "5 min read", "Updated 3 hours ago", "3h ago",
        "Published 24 November 2026, 10:31", "Monday, 24 November 2026", "24.11.2026, 10:31 Uhr", "10:31",
        "Stand: 24.11.2026", "vor 5 Minuten", "il y a 3 heures", "hace 3 horas", "Publicado 24/11/2026",
        "Опубликовано 24 ноября 2026, 10:31", "3 часа назад", "120 просмотров", "2026年11月24日 10:31", "评论 12",
        "3分钟前", "入力 2026.11.24 10:31", "입력 2026.11.24 10:31", "조회수 1,203", "댓글 3", "منذ 3 ساعات", "לפני 3 שעות",
    ],
)  # fmt: skip
def test_lines_that_count_or_tell_the_date_are_furniture(line: str) -> None:
    *_, last = re.finditer(r"\d", line)
    other = line[: last.start()] + str((int(last[0]) + 1) % 10) + line[last.end() :]

    assert is_furniture(line)
    assert not is_revised(STORY + line, STORY + other)
    assert not is_revised(STORY, f"{line}\n{STORY}")


@pytest.mark.parametrize(
    "line",
    [
        "Six people died.", "Deaths: 8", "Russia published 12 laws", "Putin meets 3 ministers", "Russia 3:1 Ukraine",
        "Kim Jong Un, 42", "9. Product Photography", "6 | Maryland | 71.3", "4.96 / 5.0", "1/1/2013 +13.1%",
        "Market share: 12.89%", "3. Read Customer Reviews", "Step 11: Tracing", "11. Promova", "On 24 November 2026 the two sides signed the treaty in Moscow", "12 dead", "사망자 12명", "死者12人",
    ],
)  # fmt: skip
def test_lines_that_say_something_are_not(line: str) -> None:
    assert not is_furniture(line)
    assert is_revised(STORY + line, STORY + line + " more")


@pytest.mark.parametrize(
    ("before", "after"),
    [("One two\nthree", "One  two\n\n\nthree "), ("One two three", "One two\nthree"), ("One two", "One\u00a0two")],
)
def test_white_space_is_no_revision(before: str, after: str) -> None:
    assert not is_revised(before, after)


@pytest.mark.parametrize(
    ("before", "after"), [("6 people died", "8 people died"), ("Kiev", "Kyiv"), ("북한", "조선"), ("", "Something")]
)
def test_a_number_and_a_name_are(before: str, after: str) -> None:
    assert is_revised(before, after)
