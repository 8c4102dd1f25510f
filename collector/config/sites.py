"""The shape of a site: where the pages of a host have their articles, for those where it is not found by itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from collector.config.shape import Shape, one_or_more
from collector.config.values import shorten
from collector.model import SiteRules


def _checked(selector: str) -> str:
    from cssselect import SelectorError, parse
    from cssselect.xpath import HTMLTranslator

    try:
        selectors = parse(selector)
        if any(part.pseudo_element for part in selectors):
            raise ValueError(f"{shorten(selector)} selects no element but a part of one (::…)")
        HTMLTranslator().css_to_xpath(selector)
    except SelectorError as error:
        raise ValueError(f"{shorten(selector)} is no CSS selector: {error}") from None
    return selector


Selector = Annotated[str, Field(pattern=r"\S", max_length=1000), AfterValidator(_checked)]
Selectors = one_or_more(Selector)


class SiteConfig(Shape):
    """Help for the pages of one host, and of those below it."""

    host: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$", max_length=253)] = Field(
        description="The host of the pages, such as news.example; those below it (www.news.example) are meant, too."
    )
    body: Selectors | None = Field(None, description="CSS selectors of the elements that hold the article.")
    remove: Selectors | None = Field(None, description="CSS selectors of what is no part of an article.")
    date: Selectors | None = Field(None, description="CSS selectors of what states the time of publication.")
    author: Selectors | None = Field(None, description="CSS selectors of the elements that name the authors.")

    @model_validator(mode="after")
    def _helps(self) -> SiteConfig:
        if not (self.body or self.remove or self.date or self.author):
            raise ValueError("a site needs body, remove, date or author")
        return self

    @property
    def rules(self) -> SiteRules:
        """The same as what extraction takes."""
        return SiteRules(
            host=self.host,
            body=self.body or (),
            remove=self.remove or (),
            date=self.date or (),
            author=self.author or (),
        )
