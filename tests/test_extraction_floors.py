"""How good extraction is on real pages must not fall."""

from __future__ import annotations

import pytest

from tests.bench import extraction, floors

pytestmark = pytest.mark.shared


def test_extraction_keeps_its_floors(shared):
    """Text, titles, authors and dates of all pages of the three sets, by the sets' own score."""
    assert floors.below(extraction.figures()) == []
