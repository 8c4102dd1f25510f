"""Fixtures of the store's tests."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def world_of() -> type[World]:
    """The words of a `world` for a store that the test opened itself."""
    return World
