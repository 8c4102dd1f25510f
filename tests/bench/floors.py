"""Figures that must not fall: tests/bench/floors.json has the least value of each.

    python -m tests.bench.floors      measures everything and raises the floors; it lowers none
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).with_name("floors.json")
_SLACK = 0.002  # what another version of a library may change


def floors() -> dict[str, float]:
    """The least value of each figure."""
    return json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}


def below(figures: Mapping[str, float]) -> list[str]:
    """The figures that are below their floors, or that have none, in words."""
    least = floors()
    unknown = [f"{name} has no floor" for name in figures if name not in least]
    return unknown + [
        f"{name} is {figures[name]:.4f}, below {floor:.4f}"
        for name, floor in least.items()
        if name in figures and figures[name] < floor
    ]


def raise_floors(figures: Mapping[str, float]) -> None:
    """Writes the figures as floors where they are higher than the floors of now."""
    least = floors()
    for name, figure in figures.items():
        least[name] = max(least.get(name, 0.0), round(figure - _SLACK, 4))
    FILE.write_text(json.dumps(dict(sorted(least.items())), indent=2) + "\n", "utf-8")


def main() -> None:
    from tests.bench import copies, extraction, languages, relevance, stories

    for measure in (relevance.figures, extraction.figures, stories.figures, copies.figures, languages.figures):
        figures = measure()
        for name, figure in figures.items():
            print(f"{name:60}{figure:.4f}", flush=True)
        raise_floors(figures)


if __name__ == "__main__":
    main()
