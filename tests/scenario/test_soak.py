"""Two hours in seconds: the short form of the day that `tests/bench/soak.py` lives through."""

from __future__ import annotations

import pytest

from tests.bench.soak import soak


@pytest.mark.shared
async def test_two_hours_among_faults_lose_nothing_and_bother_nobody(shared, tmp_path):
    """Three of ten answers are broken; all that was shown is stored once, no server is asked too soon."""
    report = await soak(shared, tmp_path, hours=2, feeds=50, faults=0.3)

    assert (report.lost, report.doubled, report.stranded) == (0, 0, 0)
    assert report.violations == []
    assert report.shown > 150
    assert report.polls["failed"] > 10
    # The server, a worker or two, and one whose end has not been seen yet.
    assert max(sample.processes for sample in report.samples) <= 4
    assert len({sample.sockets - sample.processes for sample in report.samples}) == 1
