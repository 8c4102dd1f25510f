"""The figures of grouping do not fall."""

from __future__ import annotations

import pytest

from tests.bench import copies, floors, languages, stories

pytestmark = pytest.mark.shared


@pytest.mark.parametrize("measure", [stories, copies, languages], ids=lambda measure: measure.__name__)
def test_figures_do_not_fall(shared, measure):
    assert floors.below(measure.figures(shared / "stories")) == []
