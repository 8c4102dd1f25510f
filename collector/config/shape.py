"""What all parts of feeds.yaml have in common, and how its lists and sections are declared."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

# RFC 5646 in outline: a language, then subtags. Its registry is not consulted.
LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

Words = Annotated[str, Field(pattern=r"\S", max_length=1000)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$")]
Language = Annotated[str, Field(pattern=LANGUAGE)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]  # ISO 3166-1 alpha-2
Label = Annotated[str, Field(pattern=r"^[^\s,/][^,/]*$", max_length=100)]


def _empty(value: Any) -> Any:
    """A section whose lines are all commented out reads as null: it is empty, not wrong."""
    return {} if value is None else value


def without_default(schema: dict[str, Any]) -> None:
    """What is made from other properties has no default that a schema could state."""
    del schema["default"]


def list_of(item: Any) -> Any:
    """A tuple that the file writes as a list."""
    return Annotated[tuple[item, ...], Field(strict=False)]


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def one_or_more(item: Any) -> Any:
    """A tuple that the file writes as a list, or as its one item."""
    listed = Annotated[tuple[item, ...], Field(strict=False, min_length=1)]
    return Annotated[listed, BeforeValidator(_listed, json_schema_input_type=item | listed)]


def section(model: type[BaseModel]) -> Any:
    return Annotated[model, BeforeValidator(_empty, json_schema_input_type=model | None)]


class Shape(BaseModel):
    """What all parts of the file have in common: nothing is unknown, converted, or changed afterwards."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, allow_inf_nan=False
    )
