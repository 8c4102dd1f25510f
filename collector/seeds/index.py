"""seeds.yaml: what is known of the files in the corpus, a row for each that there is something to say of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from collector.config.document import Document, parse
from collector.config.shape import LANGUAGE, Shape, list_of
from collector.config.values import FeedAddress, near_miss, shorten
from collector.errors import ConfigError, Problem

INDEX = "seeds.yaml"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, or a mere day."""

    at: datetime
    is_day: bool


def _moment(value: Any) -> Moment:
    """The moment in a text such as 2024-01-14 or 2024-01-14T04:33:00-05:00. Raises ValueError."""
    try:
        if len(value) == len("2024-01-14"):
            return Moment(datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC), True)
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError("expected a day such as 2024-01-14, or a time with its zone: 2024-01-14T04:33:00-05:00")
    return Moment(at.astimezone(UTC), False)


class Row(Shape):
    """What is known of a file. All but `file` may be left out."""

    file: str
    title: str | None = None  # "": it has none
    authors: list_of(str) = ()
    publisher: str = ""
    published: Annotated[Moment, BeforeValidator(_moment)] | None = None
    updated: Annotated[Moment, BeforeValidator(_moment)] | None = None
    language: Annotated[str, Field(pattern=LANGUAGE)] | None = None
    url: FeedAddress | None = None
    omit: list_of(str) = ()
    line: int = Field(0, exclude=True)  # where it stands in the index


def read_index(path: Path) -> dict[str, Row]:
    """The rows by file; {} without an index. Raises ConfigError with every problem and its place."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise ConfigError([Problem(str(path), 0, 0, f"cannot be read: {exc.strerror}")]) from exc
    document = parse(data, str(path))
    rows: dict[str, Row] = {}
    if not isinstance(document.data, list | None):
        document.complain(0, "expected a list, each item with the name of a file under `file`")
    for number, item in enumerate(document.data if isinstance(document.data, list) else ()):
        if row := _row(document, number, item):
            if row.file in rows:
                document.complain(document.place((number, "file")), f"{shorten(row.file)} is listed twice")
            rows[row.file] = row
    document.raise_problems()
    return rows


def _row(document: Document, number: int, item: Any) -> Row | None:
    if not isinstance(item, dict):
        document.complain(document.place((number,)), "expected a mapping with the name of a file under `file`")
        return None
    given = {name: value for name, value in item.items() if value is not None}
    try:
        return Row.model_validate(given | {"line": document.line(document.place((number,)))})
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            unknown = problem["type"] == "extra_forbidden"
            document.complain(document.place((number, *problem["loc"]), of_key=unknown), _message(problem))
        return None


def _message(problem: Any) -> str:
    """What was expected instead, for one of pydantic's errors."""
    match problem["type"]:
        case "extra_forbidden":
            name, known = str(problem["loc"][0]), [field for field in Row.model_fields if field != "line"]
            return f"unknown {shorten(name)}" + (near_miss(name, known) or f", known are: {', '.join(known)}")
        case "missing":
            return "expected the name of a file under `file`"
        case "value_error":
            return str(problem["ctx"]["error"])
        case "string_pattern_mismatch":
            return f'expected a language tag such as "ko", found {shorten(problem["input"])}'
        case "string_type":
            return "expected text: put it in quotes"
        case "tuple_type":
            return "expected a list: put it in [brackets]"
        case _:
            return str(problem["msg"])
