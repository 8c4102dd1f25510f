"""`where:`: which articles a rule is for, by where they come from."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from collector.config.shape import Country, Key, Label, Language, Shape, one_or_more
from collector.match.rules import Where as Rule
from collector.text.languages import primary


class Where(Shape):
    """Where an article comes from. What is given must all hold, each by one of its values."""

    feeds: one_or_more(Key) | None = Field(None, description="Keys of feeds.")
    labels: one_or_more(Label) | None = Field(None, description='Labels of its feed, such as "state-media".')
    languages: one_or_more(Language) | None = Field(
        None, description='Languages of the article, such as "ko"; regions do not count.'
    )
    countries: one_or_more(Country) | None = Field(None, description='Countries of its feed, such as "KR".')

    def as_rule(self, path: tuple[str | int, ...], label: str) -> Rule:
        """The same as a part of a rule; `path` and `label` are where it is written."""
        values: dict[str, Any] = {name: getattr(self, name) or () for name in type(self).model_fields}
        languages = tuple(dict.fromkeys(primary(tag) or tag for tag in values.pop("languages")))
        return Rule(**values, languages=languages, path=path, rule=label)
