"""Nothing lost, nothing twice: the service killed at random moments, and a database that stops taking anything."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.bench.durability import torment

pytestmark = pytest.mark.shared

KILLS = 20


def test_a_service_killed_at_random_moments_loses_and_doubles_nothing(shared: Path, tmp_path: Path, database: str):
    """Under 30 % faults, with pages; it serves again within 5 seconds, and the database is sound."""
    seed = random.randrange(10**6)

    result = torment(shared, tmp_path, database, KILLS, random.Random(seed))

    print(result.table(f"seed {seed}"))
    assert (result.lost, result.doubled, result.half, result.complaints) == ([], [], [], [])
    assert result.shown > 100
    assert result.page_texts > result.shown / 3
    assert max(result.served) <= 5
