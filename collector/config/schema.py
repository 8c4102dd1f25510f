"""The JSON Schema of feeds.yaml, made from the models: editors complete and check the file with it."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from collector.config.model import FeedsFile
from collector.config.parts import MATCH, rule_schemas


def json_schema() -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) that accepts what the file may hold, with a description for every part.

    What only the whole file can tell (a key given twice, a variable that is not set) is beyond it.
    """
    schema = FeedsFile.model_json_schema(mode="validation", schema_generator=_Generator)
    schema["$defs"]["Topic"]["properties"]["match"] |= MATCH
    schema["$defs"] |= rule_schemas()
    return {"$schema": _Generator.schema_dialect} | schema | {"title": "Collector's feeds.yaml"}


class _Generator(GenerateJsonSchema):
    """Without the titles that would repeat the name of each property."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False
