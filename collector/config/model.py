"""The shape of feeds.yaml: what a feed may be, and the whole that topics, feeds and settings make.

The descriptions stand in the JSON Schema and in the documentation; a new property is one more field here.
Values that may be secret are left out of repr and of dumps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from collector.config.settings import Settings, StorageSettings
from collector.config.shape import Country, Key, Label, Language, Shape, Words, list_of, section, without_default
from collector.config.sites import SiteConfig
from collector.config.topics import Topic
from collector.config.values import (
    FeedAddress,
    PositiveDuration,
    Proxy,
    expand,
    has_reference,
    is_reference,
    shorten,
)
from collector.errors import ConfigError, Problem

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.1
_HEADER_SECRET = re.compile(
    r"\bauth(orization|entication)?\b|cookie|token|secret|passw|api-?key|access-?key|credential",
    re.IGNORECASE,
)
_HEADER_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding"})

def _address_alone(value: Any) -> Any:
    return {"url": value} if isinstance(value, str) else value


class FeedConfig(Shape):
    """A feed to poll."""

    url: FeedAddress = Field(description="The feed's http(s) address.")
    key: Key = Field(
        "",
        description="Short name in addresses and commands, under which the feed's state is stored. "
        "Made from the address when left out.",
        validate_default=False,
        json_schema_extra=without_default,
    )
    name: Words | None = Field(
        None, description="Name of the source for people. The feed's own title when left out."
    )
    language: Language | None = Field(None, description='Language of its articles, such as "ko" or "pt-BR".')
    country: Country | None = Field(
        None, description='Country of the publisher, two capital letters such as "KR".'
    )
    labels: list_of(Label) = Field((), description='Your own marks, such as "state-media".')
    interval: PositiveDuration | None = Field(
        None, description="Poll it this often, instead of as often as it turns out to publish."
    )
    full_text: bool | None = Field(
        None, description="true: the feed carries whole articles, fetch no pages. false: always fetch pages."
    )
    proxy: Proxy | None = Field(
        None, repr=False, exclude=True, description="Proxy for this feed and its pages. May contain ${NAME}."
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        repr=False,
        exclude=True,
        description="Request headers for the feed's own server. Values may contain ${NAME}; secrets must.",
    )
    credentials: str | None = Field(
        None,
        repr=False,
        exclude=True,
        pattern=r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$",
        description="${NAME}: the environment variable that holds user:password.",
    )
    disabled: bool = Field(False, description="true: keep the feed in the file, but do not poll it.")

    @field_validator("credentials", mode="wrap")
    @classmethod
    def _credentials_from_environment(cls, value: Any, handler: Any, info: ValidationInfo) -> str | None:
        if not isinstance(value, str):
            return None if value is None else handler(value)
        if not is_reference(value):
            raise ValueError("credentials do not belong in this file: write ${NAME}, an environment variable")
        credentials = expand(value, info)
        if has_reference(credentials):
            return credentials
        if ":" not in credentials or re.search(r"[\x00-\x1f\x7f]", credentials):
            raise ValueError("the environment variable does not hold user:password")
        return credentials

    @field_validator("headers")
    @classmethod
    def _usable_headers(cls, headers: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        return {name: _header(name, value, info) for name, value in headers.items()}


def _header(name: str, value: str, info: ValidationInfo) -> str:
    """The value to send for a header of a feed, or ValueError."""
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"{shorten(name)} cannot be the name of a header")
    if name.lower() in _HEADER_OURS:
        raise ValueError(f"the header {name} is set by Collector itself")
    if _HEADER_SECRET.search(name) and not has_reference(value):
        raise ValueError(
            f"the value of {name} does not belong in this file: write ${{NAME}}, an environment variable"
        )
    sent = expand(value, info)
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", sent):
        raise ValueError(f"the value of {name} contains a line break or control character")
    return sent


FeedItem = Annotated[
    FeedConfig, BeforeValidator(_address_alone, json_schema_input_type=FeedAddress | FeedConfig)
]


class FeedsFile(Shape):
    """The file as a whole."""

    topics: list_of(Topic) | None = Field((), description="What to keep articles about.")
    feeds: list_of(FeedItem) | None = Field(
        (), description="Where to look: addresses, or an address with details."
    )
    sites: list_of(SiteConfig) | None = Field(
        (), description="Help for sites whose articles are not found well by themselves."
    )
    settings: section(Settings) = Field(Settings(), description="How the program works.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A feeds.yaml, read and found right. Every feed has its key; `digest` is the file's SHA-256 in hex."""

    path: Path
    digest: str
    topics: tuple[Topic, ...]
    feeds: tuple[FeedConfig, ...]
    settings: Settings
    sites: tuple[SiteConfig, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder of the file: what relative paths in it start from."""
        return self.path.parent

    @property
    def corpus(self) -> Path:
        """The folder of example articles."""
        return self.folder / self.settings.storage.corpus

    @property
    def publish_folder(self) -> Path | None:
        """The folder that the published files are written into, if any."""
        chosen = self.settings.publish.folder
        return self.folder / chosen if chosen else None

    @property
    def database(self) -> str:
        """The path of an SQLite file, or the address of a PostgreSQL database. It may contain a password."""
        chosen = self.settings.storage.database
        return chosen if "://" in chosen else str(self.folder / chosen)

    @property
    def base_url(self) -> str:
        """What links start with: an address without a slash at its end."""
        return self.settings.web.address

    def with_database(self, database: str) -> Config:
        """The same with another database: a file, relative to the working folder, or an address.

        Raises ConfigError when it cannot be one.
        """
        try:
            chosen = StorageSettings(database=database).database
        except ValidationError as error:
            reason = str(error.errors()[0].get("ctx", {}).get("error", "expected a file or an address"))
            raise ConfigError([Problem("database", 0, 0, reason)]) from None
        if "://" not in chosen:
            chosen = str(Path(chosen).absolute())
        storage = self.settings.storage.model_copy(update={"database": chosen})
        return replace(self, settings=self.settings.model_copy(update={"storage": storage}))
