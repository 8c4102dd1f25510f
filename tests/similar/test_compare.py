"""What a pair of reports is said to share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from collector.similar import Article
from collector.similar.compare import PAIR, Comparer, days
from collector.similar.report import read
from collector.similar.reports import Reports

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FLOOD = Article(
    key="flood",
    language="en",
    title="Dam breaks near Tashkent",
    text="The Sardoba reservoir flooded villages. Shavkat Mirziyoyev ordered 70000 residents to leave the district.",
)
STRIKE = Article(
    key="strike",
    language="en",
    title="Pilots refuse wages",
    text="Lufthansa cancelled flights in Frankfurt. Carsten Spohr called the walkout irresponsible on Monday.",
)
# What is behind the first words of a text is not told as its lead.
FILLED = " ".join(f"{letter}{other}xk" for letter in "bcdfghjklm" for other in "nprstvwzaeiou")
LATE = replace(STRIKE, text=f"{FILLED} {FLOOD.text}")


@pytest.fixture
def told():
    """Says by name what the columns of `pairs` are for two articles, others beside them or not."""
    reports = Reports()
    records = [read(article, NOW) for article in (FLOOD, STRIKE, LATE)]
    for number, record in enumerate(records, 1):
        reports.add(number, number, record)
    comparer = Comparer(reports.common)

    def pairs(asked: Article, *others: Article) -> list[dict[str, float]]:
        table = comparer.pairs(read(asked, NOW), np.array([read(other, NOW) for other in others]))
        return [dict(zip(PAIR, row.tolist(), strict=True)) for row in table]

    return pairs


def test_the_same_report_shares_all(told):
    [same] = told(FLOOD, FLOOD)

    for column in ("body", "lead", "title", "names", "covered", "covers", "inner", "phrases"):
        assert same[column] == pytest.approx(1, abs=0.01), column
    assert min(same["rare"], same["rare_names"], same["numbers"], same["rare_phrases"]) > 0


def test_reports_of_different_things_share_nothing(told):
    [other] = told(FLOOD, STRIKE)

    assert other == pytest.approx(dict.fromkeys(PAIR, 0), abs=0.01)


def test_headlines_are_compared_by_themselves(told):
    [titles] = told(FLOOD, replace(STRIKE, title=FLOOD.title))

    assert titles["title"] == pytest.approx(1, abs=0.01)
    assert (titles["covered"], titles["covers"]) == pytest.approx((1, 1), abs=0.01)
    assert titles["lead"] < 0.6
    assert titles["body"] < 0.6


def test_a_headline_told_in_the_other_text_is_covered_by_it(told):
    telling = replace(STRIKE, text=f"{FLOOD.title}. {STRIKE.text}")

    for [within] in (told(FLOOD, telling), told(telling, FLOOD)):
        assert within["covered"] == pytest.approx(1, abs=0.01)  # the one headline
        assert within["covers"] == pytest.approx(0, abs=0.01)  # the other one
        assert within["title"] == pytest.approx(0, abs=0.01)


def test_what_stands_late_is_not_of_the_lead(told):
    [late] = told(FLOOD, LATE)

    assert late["lead"] == pytest.approx(0, abs=0.01)
    assert late["body"] > 0.1
    assert late["names"] > 0.5


def test_a_report_is_compared_the_same_in_any_company(told):
    alone = [told(FLOOD, other)[0] for other in (STRIKE, LATE, FLOOD)]

    together = told(FLOOD, STRIKE, LATE, FLOOD)

    for one, other in zip(alone, together, strict=True):
        assert one == pytest.approx(other, nan_ok=True, abs=1e-5)


def test_what_a_side_does_not_have_is_not_compared(told):
    [untitled] = told(FLOOD, replace(FLOOD, title=""))

    assert np.isnan(untitled["title"])
    assert not np.isnan(untitled["lead"])


def test_days_are_shared_or_others_or_unknown():
    monday, friday, both, none = (
        read(replace(FLOOD, text=f"The Sardoba reservoir flooded villages {when}."), NOW)
        for when in ("on Monday", "on Friday", "on Friday, not on Monday", "at night")
    )

    np.testing.assert_array_equal(days(monday, np.array([monday, friday, both, none])), [1, 0, 1, np.nan])
    assert np.isnan(days(none, np.array([monday, none]))).all()
