"""The shape of a topic. What brings an article in: keywords, names, country, match, similar; any of them is enough.
What narrows it: where, in, mentions. What takes away: exclude.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from collector.config.checks import check_country, check_keyword, check_similarity
from collector.config.parts import NAMES, SIMILAR
from collector.config.rules import narrow, read_match, read_names
from collector.config.shape import Country, Key, Shape, Words, list_of, one_or_more, without_default
from collector.config.where import Where
from collector.match import from_keywords
from collector.match import rules as tree
from collector.match.expression import MOST

SOURCES = ("keywords", "names", "country", "match", "similar")
_NOTHING = object()


def _excluded(words: str) -> str:
    if words.strip() == "*":
        raise ValueError("expected a word or phrase: a * alone would exclude every article")
    return words


def _given(value: Any) -> Any:
    if value is _NOTHING:
        raise ValueError(f"a topic needs {', '.join(SOURCES[:-1])} or {SOURCES[-1]}")
    return value


Keyword = Annotated[Words, AfterValidator(check_keyword)]
Phrase = Annotated[Keyword, AfterValidator(_excluded)]
Named = Annotated[Country, AfterValidator(check_country)]
Match = Annotated[Any, PlainValidator(read_match), WithJsonSchema({})]  # `schema` knows better
Names = Annotated[Any, PlainValidator(read_names), WithJsonSchema(NAMES)]
Similarity = Annotated[float, PlainValidator(check_similarity), WithJsonSchema(SIMILAR)]


def _all_sources(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [{"required": [name]} for name in SOURCES]


class Topic(Shape):
    """A named interest."""

    model_config = ConfigDict(json_schema_extra=_all_sources)

    key: Key = Field(
        description="Short name in addresses and commands: lower-case letters, digits and hyphens."
    )
    title: Words = Field(
        "",
        description="Name for people. The key when left out.",
        validate_default=False,
        json_schema_extra=without_default,
    )
    keywords: Annotated[list_of(Keyword) | None, BeforeValidator(_given)] = Field(
        None,
        min_length=1,
        description="Words and phrases; one of them in an article is a match, inflected or not. =word: this form only; "
        '==word: upper and lower case too; word*: every word that begins so; "*" alone: every article.',
    )
    names: Names | None = Field(
        None, description="Words by language: each counts in articles of its language."
    )
    country: one_or_more(Named) | None = Field(
        None, description="Countries (ISO 3166 codes), found by their names in every language."
    )
    match: Match | None = Field(
        None, description="A rule: one line, a mapping of any, all, none, near and so on, or a list of which any."
    )
    similar: Similarity | None = Field(
        None, description="An article at least this similar to one of the corpus, from 0 to 1, is a match."
    )
    where: Where | None = Field(None, description="Only articles that come from there.")
    in_: Literal["title", "text"] | None = Field(
        None, alias="in", description="Look for words in the title alone, or in the text alone."
    )
    mentions: Annotated[int, Field(ge=1, le=MOST)] | None = Field(
        None, description="Only articles in which the words stand in at least so many places."
    )
    exclude: list_of(Phrase) = Field(
        (),
        description="A phrase that contains one of the keywords takes that mention away: White Russia is not Russia. "
        "Any other keeps the whole article out of the topic.",
    )

    _rule: tree.Rule = PrivateAttr()

    @property
    def rule(self) -> tree.Rule:
        """What an article must be like."""
        return self._rule

    @model_validator(mode="before")
    @classmethod
    def _completed(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        if data.get("title") is None and isinstance(data.get("key"), str):
            data = data | {"title": data["key"]}
        return data if any(data.get(source) is not None for source in SOURCES) else data | {"keywords": _NOTHING}

    @model_validator(mode="after")
    def _compose(self) -> Topic:
        parts = [
            from_keywords(self.keywords) if self.keywords else None,
            self.names,
            *(tree.Country(code, rule=f"country: {code}") for code in self.country or ()),
            self.match,
        ]
        asked = [part for part in parts if part is not None]
        rules = [narrow(tree.joined(tree.Any, asked), self.mentions, self.in_)] if asked else []
        if self.similar is not None:
            rules.append(tree.Similar(self.similar, rule=f"similar: {self.similar:g}"))
        rule = tree.joined(tree.Any, rules)
        if self.where is not None:
            rule = tree.All((self.where.as_rule(("where",), "where"), rule))
        self._rule = rule
        return self
