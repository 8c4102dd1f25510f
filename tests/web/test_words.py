"""Times as a person says them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collector.web import words
from tests.watch import NOW


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (-9, "just now"),
        (9, "now"),
        (-30, "30 seconds ago"),
        (-59.7, "1 minute ago"),
        (60, "in 1 minute"),
        (-3569, "59 minutes ago"),
        (-3599, "1 hour ago"),
        (7200, "in 2 hours"),
        (-84_599, "23 hours ago"),
        (-86_399, "1 day ago"),
        (-59 * 86_400, "59 days ago"),
        (-400 * 86_400, "2025-01-28"),
        (400 * 86_400, "2027-04-08"),
    ],
)
def test_a_moment_is_told_from_now(seconds, said):
    """In the largest unit that leaves a number a person can feel."""
    assert words.relative(NOW + timedelta(seconds=seconds), NOW) == said


def test_a_duration_is_told_in_one_unit():
    """However long."""
    lengths = [words.duration(seconds) for seconds in (20, 300, 3600, 86_400, 100 * 86_400)]
    assert lengths == ["20 seconds", "5 minutes", "1 hour", "1 day", "100 days"]


def test_a_moment_is_told_exactly():
    """In UTC."""
    assert words.absolute(NOW) == "2026-03-04 12:00:00 UTC"
