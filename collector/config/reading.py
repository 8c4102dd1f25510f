"""feeds.yaml -> Config, or one ConfigError that lists every problem with its line and column."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from collector.addresses.urls import without_credentials
from collector.config import environment
from collector.config.building import complain_of_buildings, complain_of_feeds
from collector.config.document import MAX_BYTES, MAX_PROBLEMS, REFUSED, Document, parse
from collector.config.keys import derived_keys, same_address
from collector.config.model import Config, FeedConfig, FeedsFile
from collector.config.parts import PARTS
from collector.config.settings import Settings
from collector.config.sites import SiteConfig
from collector.config.topics import Topic
from collector.config.values import in_words, near_miss, shorten
from collector.config.where import Where
from collector.errors import ConfigError, Problem

_SHAPE = 'expected a mapping with "topics:", "feeds:" and "settings:"'
_SAMPLE = 1_000
_PATTERNS = {
    "key": "lower-case letters, digits and hyphens",
    "language": 'a language tag such as "ko" or "pt-BR"',
    "country": 'two capital letters such as "KR" (ISO 3166-1)',
    "labels": "a short text without comma or slash",
    "languages": 'a language tag such as "ko" or "pt-BR"',
    "countries": 'two capital letters such as "KR" (ISO 3166-1)',
    "feeds": "the key of a feed: lower-case letters, digits and hyphens",
}


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration in the file at `path`; `environ` has the variables that `${NAME}` stands for.

    Raises ConfigError, with every problem found, when the file is missing, unreadable or wrong.
    """
    return read(read_bytes(path), str(path), environ)


def read_bytes(path: Path) -> bytes:
    """The bytes of the file, never more than a configuration may have and one. Raises ConfigError."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        message = "there is no such file: `collector init` writes one to start with"
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    raise ConfigError([Problem(str(path), 0, 0, message)])


def read(data: bytes, file: str, environ: Mapping[str, str] | None) -> Config:
    """The configuration in `data`, as if it stood in `file`. Raises ConfigError, with every problem found.

    With None for `environ` every `${NAME}` stays as it is written: enough to look at the file and to edit it.
    """
    document = parse(data, file)
    shape = _validated(document, environ)
    _complain_of_doubles(document)
    complain_of_buildings(document)
    document.raise_problems()
    assert shape is not None, "a file that fails validation has a problem"
    feeds = _with_keys(shape.feeds or ())
    complain_of_feeds(document, shape.topics or (), [feed.key for feed in feeds])
    document.raise_problems()
    return Config(
        path=Path(file),
        digest=hashlib.sha256(data).hexdigest(),
        topics=shape.topics or (),
        feeds=feeds,
        settings=shape.settings,
        sites=shape.sites or (),
    )


def _validated(document: Document, environ: Mapping[str, str] | None) -> FeedsFile | None:
    """The file's content in its shape; None, and the problems added to the document, when it has another."""
    if not isinstance(document.data, dict):
        if document.data is not REFUSED:
            document.complain(0, f"{_SHAPE}, found {in_words(document.data)}")
        return None
    variables = environ or {}
    document.problems += environment.misspelt(variables)
    settings = environment.with_overrides(document.data.get("settings"), variables)
    _drop_hopeless(document.data.get("feeds"))
    try:
        return FeedsFile.model_validate(document.data | {"settings": settings}, context={"environ": environ})
    except ValidationError as error:
        for problem in error.errors(include_url=False)[: 10 * MAX_PROBLEMS]:
            if problem["type"] == "too_short" and problem["input"]:
                continue  # none of its items is right, as they say themselves
            if name := environment.source(problem["loc"], variables):
                document.problems.append(Problem(name, 0, 0, _message(problem)))
            elif problem["input"] is not REFUSED:
                document.complain(_place(document, problem), _message(problem))
        if not document.problems:  # cannot be: a refused value has left its own problem
            raise
        return None


def _drop_hopeless(feeds: object) -> None:
    """Take out what follows when the first feeds have more problems than anybody is told: the answer shall be there
    in a second, however long the list.
    """
    if not isinstance(feeds, list) or len(feeds) <= _SAMPLE:
        return
    try:
        FeedsFile.model_validate({"feeds": feeds[:_SAMPLE]}, context={"environ": None})
    except ValidationError as error:
        if error.error_count() > MAX_PROBLEMS:
            del feeds[_SAMPLE:]


def _place(document: Document, problem: Any) -> int:
    """Where the problem is, also within a text."""
    context = problem.get("ctx", {})
    if "offset" in context:
        return document.place_within(problem["loc"], context["offset"])
    return document.place(problem["loc"], of_key=problem["type"] == "extra_forbidden" or context.get("of_key", False))


def _message(problem: Any) -> str:
    """What was expected instead, for one of pydantic's errors."""
    path, context, found = problem["loc"], problem.get("ctx", {}), in_words(problem["input"])
    match problem["type"]:
        case "extra_forbidden":
            return _unknown(path)
        case "missing":
            return f'{_noun(path[:-1]).partition(" (")[0]} needs "{path[-1]}"'
        case "rule":
            return str(context["message"])
        case "value_error":
            return str(context["error"])
        case "string_type" if found.startswith(("the number", "true", "false")):
            return f"expected text, found {found}: put it in quotes"
        case "string_type":
            return f"expected text, found {found}"
        case "int_type" | "int_from_float":
            return f"expected a whole number, found {found}"
        case "bool_type" if problem["input"] in ("yes", "no", "on", "off"):
            return f"expected true or false, found {shorten(problem['input'])}"
        case "bool_type":
            return f"expected true or false, found {found}"
        case "tuple_type":
            return f"expected a list, found {found}"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"expected {_noun(path)}, found {found}"
        case "string_pattern_mismatch":
            return _wrong_pattern(path, problem["input"])
        case "literal_error":
            return f"expected {context['expected'].replace(chr(39), chr(34))}"
        case "too_short" | "string_too_short":
            return "expected at least one"
        case "string_too_long":
            return f"expected at most {context['max_length']} characters"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return problem["msg"].replace("Input should be", "expected a value")
        case _:
            return problem["msg"]


def _wrong_pattern(path: tuple[str | int, ...], value: str) -> str:
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    guess = {
        "country": value.upper() if len(value) == 2 and value.isalpha() else "",
        "key": re.sub(r"[\s_]+", "-", value.strip().lower())
        if re.fullmatch(r"[\w\s-]{1,100}", value, re.ASCII)
        else "",
    }.get(name)
    hint = f': did you mean "{guess}"?' if guess and guess != value else ""
    return f"expected {_PATTERNS.get(name, 'some text')}, found {shorten(value)}{hint}"


def _noun(path: tuple[str | int, ...]) -> str:
    match path:
        case ("topics", _):
            return "a topic"
        case ("feeds", _):
            return "a feed (an address, or a mapping with url)"
        case _:
            return "a mapping of names to values"


def _unknown(path: tuple[str | int, ...]) -> str:
    """What to say of a name that has no meaning where it stands."""
    *around, name = path
    known, noun = _names_at(tuple(around))
    text = f"unknown {noun} {shorten(str(name))}"
    if hint := near_miss(str(name).lower(), known):
        return text + hint
    if not around and name in Settings.model_fields:
        return f'{text}: it belongs under "settings:"'
    if noun.endswith("a topic") and name in PARTS:
        return f'{text}: it belongs under "match:"'
    return f"{text}, known are: {', '.join(known)}"


def _names_at(around: tuple[str | int, ...]) -> tuple[list[str], str]:
    model: type[BaseModel]
    match around:
        case ("topics", *_, "where"):
            model, noun = Where, "property of where"
        case ("topics", _):
            model, noun = Topic, "property of a topic"
        case ("feeds", _):
            model, noun = FeedConfig, "property of a feed"
        case ("sites", _):
            model, noun = SiteConfig, "property of a site"
        case ("settings",):
            model, noun = Settings, "section"
        case ("settings", section):
            model, noun = type(getattr(Settings(), str(section))), "setting"
        case _:
            model, noun = FeedsFile, "section"
    return [field.alias or name for name, field in model.model_fields.items()], noun


def _complain_of_doubles(document: Document) -> None:
    """Complain of keys and addresses that are given twice, in a file that is wrong otherwise, too."""
    for section, name, normal in (
        ("topics", "key", str),
        ("feeds", "key", str),
        ("feeds", "url", same_address),
        ("sites", "host", str),
    ):
        first: dict[str, tuple[str | int, ...]] = {}
        for path, value in _written(document, section, name):
            earlier = first.setdefault(normal(value), path)
            if earlier is not path:
                what = "address" if name == "url" else name
                line = document.line(document.place(earlier))
                document.complain(
                    document.place(path),
                    f"the {what} {shorten(without_credentials(value))} is given twice: first in line {line}",
                )


def _written(document: Document, section: str, name: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The places and values of a property that is text, over all items of a section."""
    items = document.data.get(section) if isinstance(document.data, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if name == "url" and isinstance(item, str):
            yield (section, index), item
        elif isinstance(item, dict) and isinstance(item.get(name), str):
            yield (section, index, name), item[name]


def _with_keys(feeds: tuple[FeedConfig, ...]) -> tuple[FeedConfig, ...]:
    derived = derived_keys(
        (feed.url for feed in feeds if not feed.key), {feed.key for feed in feeds if feed.key}
    )
    return tuple(feed if feed.key else feed.model_copy(update={"key": derived[feed.url]}) for feed in feeds)
