"""When two texts are one article."""

from __future__ import annotations

import pytest

from collector.copies import same_text

REPORT = (
    "The foreign minister arrived in Moscow on Monday for talks on trade and security. She is to meet her counterpart on "
    "Tuesday, and a joint statement is expected before she leaves for Minsk. Officials gave no details of the agenda."
)
OTHER = (
    "The foreign minister left Moscow after two days of negotiations that ended without a statement. Diplomats spoke of open "
    "questions about grain, and said that both sides would meet again in the autumn."
)
KOREAN = "외무상은 월요일 모스크바에 도착하여 무역과 안보에 관한 회담을 시작하였다. 화요일에는 상대국 장관을 만날 예정이다."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(REPORT, REPORT, True, id="equal"),
        pytest.param(REPORT, REPORT.upper().replace(".", " —"), True, id="case and punctuation"),
        pytest.param(REPORT, REPORT[: len(REPORT) // 2], True, id="cut short"),
        pytest.param(REPORT, REPORT.replace("Monday", "Sunday") + " Read more on our site. Subscribe to our letter.", True, id="edited"),
        pytest.param(REPORT, OTHER, False, id="the same subject told anew"),
        pytest.param(KOREAN, KOREAN[: len(KOREAN) * 2 // 3], True, id="Korean, cut short"),
        pytest.param(REPORT, KOREAN, False, id="another language"),
        pytest.param("", "", False, id="nothing is the same as nothing"),
        pytest.param("Weather today", "Weather today", True, id="few words, equal"),
        pytest.param("Weather today", "Weather tomorrow", False, id="few words"),
    ],
)
def test_copies_are_told_from_texts_on_one_subject(one, other, same):
    assert same_text(one, other) is same
    assert same_text(other, one) is same
