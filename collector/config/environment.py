"""Settings from the environment: `COLLECTOR_WEB_PORT=9000` is `settings.web.port`, and wins over the file.

A list is written with commas. An empty variable is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collector.config.document import plain
from collector.config.settings import Settings
from collector.config.values import near_miss
from collector.errors import Problem

PREFIX = "COLLECTOR_"
_LISTS = {("fetch", "allow_private")}


def variable(section: str, setting: str) -> str:
    """The name of the environment variable that stands for a setting."""
    return f"{PREFIX}{section}_{setting}".upper()


def names() -> dict[str, tuple[str, str]]:
    """Every variable that stands for a setting, with its section and setting."""
    return {
        variable(section, setting): (section, setting)
        for section, field in Settings.model_fields.items()
        for setting in type(field.default).model_fields
    }


def with_overrides(settings: Any, environ: Mapping[str, str]) -> Any:
    """The `settings:` of the file, as plain data, with what the environment says instead."""
    chosen = dict(_chosen(environ))
    if not chosen or not isinstance(settings, dict | None):
        return settings
    merged = dict(settings or {})
    for (section, setting), value in chosen.items():
        inside = merged.get(section)
        if isinstance(inside, dict | None):
            merged[section] = dict(inside or {}) | {setting: value}
    return merged


def _chosen(environ: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], Any]]:
    for name, place in names().items():
        if text := environ.get(name):
            yield place, text.replace(",", " ").split() if place in _LISTS else plain(text)


def misspelt(environ: Mapping[str, str]) -> list[Problem]:
    """A problem for each variable that names a section of the settings, but no setting in it."""
    known = names()
    sections = tuple(f"{PREFIX}{section}_".upper() for section in Settings.model_fields)
    return [
        Problem(name, 0, 0, f"there is no such setting{near_miss(name, known)}")
        for name, value in sorted(environ.items())
        if name.startswith(sections) and name not in known and value
    ]


def source(path: tuple[Any, ...], environ: Mapping[str, str]) -> str | None:
    """The variable that the value at `path` of the file came from; None when it came from the file."""
    if len(path) < 3 or path[0] != "settings":
        return None
    name = variable(str(path[1]), str(path[2]))
    return name if environ.get(name) else None
