"""What a rule may be made of: the names, what they mean, and how an editor checks them (JSON Schema)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from collector.match.expression import MOST

Schema = dict[str, Any]

_RULE: Schema = {"$ref": "#/$defs/Rule"}
_PARTS: Schema = {"$ref": "#/$defs/Parts"}
_TEXT: Schema = {"type": "string", "minLength": 1}
_RULES: Schema = {"type": "array", "items": _RULE, "minItems": 1}
_CODE: Schema = {"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["KP"]}
_NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": MOST}
_YES_OR_NO: Schema = {"type": "boolean"}


def _one_or_more(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


NAMES: Schema = {
    "type": "object",
    "propertyNames": {"pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
    "additionalProperties": _one_or_more(_TEXT),
    "minProperties": 1,
    "examples": [{"ko": ["북한"], "ru": ["КНДР"]}],
}
SIMILAR: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}


@dataclass(frozen=True, slots=True)
class Part:
    """A property of a rule. `goes_with` is the one that it makes no sense without."""

    description: str
    schema: Schema
    is_modifier: bool = False
    goes_with: str = ""


PARTS: dict[str, Part] = {
    "any": Part("At least one of these rules holds.", _RULES),
    "all": Part("Each of these rules holds.", _RULES),
    "none": Part("None of these rules holds.", _RULES),
    "near": Part("These stand near each other, in any order.", _RULES | {"minItems": 2}),
    "within": Part(
        "How far the last may begin behind the end of the first, in words (in Chinese, Japanese and Thai: characters); "
        "1 is side by side.",
        _NUMBER,
        is_modifier=True,
        goes_with="near",
    ),
    "words": Part("One of these words or phrases stands in the article.", _one_or_more(_TEXT)),
    "exact": Part("true: no inflected forms.", _YES_OR_NO, is_modifier=True, goes_with="words"),
    "case": Part(
        "true: exactly so, upper and lower case too: BRICS is not bricks.",
        _YES_OR_NO,
        is_modifier=True,
        goes_with="words",
    ),
    "prefix": Part("true: every word that begins so.", _YES_OR_NO, is_modifier=True, goes_with="words"),
    "language": Part(
        "The words count in texts of this language, and where it is not known.",
        {"type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
        is_modifier=True,
        goes_with="words",
    ),
    "names": Part("Words by language: each counts in texts of its language.", NAMES),
    "regex": Part("A regular expression (RE2) matches; upper and lower case count.", _one_or_more(_TEXT)),
    "country": Part("A country is named, in whatever language: its ISO 3166 code.", _one_or_more(_CODE)),
    "topic": Part("Another topic matches: its key.", _one_or_more(_TEXT)),
    "similar": Part("The article is at least this similar to one of the corpus, from 0 to 1.", SIMILAR),
    "where": Part("Where the article comes from.", {"$ref": "#/$defs/Where"}),
    "match": Part("A rule as one line.", _TEXT),
    "in": Part("Look in the title alone, or in the text alone.", {"enum": ["title", "text"]}, is_modifier=True),
    "mentions": Part("What is asked for stands in at least so many places.", _NUMBER, is_modifier=True),
}


def rule_schemas() -> dict[str, Schema]:
    """A rule: a word, or a mapping whose parts must all hold."""
    properties = {name: part.schema | {"description": part.description} for name, part in PARTS.items()}
    needs = {name: [part.goes_with] for name, part in PARTS.items() if part.goes_with} | {"near": ["within"]}
    return {
        "Rule": {"anyOf": [_TEXT, _PARTS], "description": "A word or phrase, or a mapping whose parts must all hold."},
        "Parts": {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            "minProperties": 1,
            "dependentRequired": needs,
        },
    }


MATCH: Schema = {
    "anyOf": [
        {"type": "string", "minLength": 1, "examples": ["(Russia NEAR/20 arms) -football"]},
        _RULES,
        _PARTS,
    ]
}
