"""What all parts of feeds.yaml have in common, and how its lists and sections are declared."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Words = Annotated[str, Field(pattern=r"\S", max_length=1000)]


def _empty(value: Any) -> Any:
    """A section whose lines are all commented out reads as null: it is empty, not wrong."""
    return {} if value is None else value


def without_default(schema: dict[str, Any]) -> None:
    """What is made from other properties has no default that a schema could state."""
    del schema["default"]


def list_of(item: Any) -> Any:
    """A tuple that the file writes as a list."""
    return Annotated[tuple[item, ...], Field(strict=False)]


def section(model: type[BaseModel]) -> Any:
    return Annotated[model, BeforeValidator(_empty, json_schema_input_type=model | None)]


class Shape(BaseModel):
    """What all parts of the file have in common: nothing is unknown, converted, or changed afterwards."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, allow_inf_nan=False
    )
