"""The `settings:` of feeds.yaml: each with a default that suits a newcomer, and with what it is for.

The descriptions stand in the JSON Schema and in the documentation; a new setting is one more field here.
Values that may be secret are left out of repr and of dumps.
"""

from __future__ import annotations

import re
from typing import Self

from pydantic import Field, field_validator, model_validator

from collector.config.shape import Shape, Words, list_of, section
from collector.config.values import (
    BaseAddress,
    Duration,
    Expanded,
    NetworkText,
    PositiveDuration,
    Proxy,
    Size,
)


class PollSettings(Shape):
    """When feeds are polled."""

    interval: PositiveDuration = Field(
        "30m", description="First guess, before it is known how often a feed publishes."
    )
    min_interval: PositiveDuration = Field(
        "5m",
        description="No feed is polled more often than this; a broken answer is asked for once more after a minute.",
    )
    max_interval: PositiveDuration = Field("24h", description="Every feed is polled at least this often.")
    concurrency: int = Field(64, ge=1, le=10_000, description="How many feeds are polled at the same time.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_interval > self.max_interval:
            raise ValueError("min_interval must not be longer than max_interval (24h when left out)")
        if (
            "interval" in self.model_fields_set
            and not self.min_interval <= self.interval <= self.max_interval
        ):
            raise ValueError(
                "interval must lie between min_interval (5m when left out) and max_interval (24h)"
            )
        return self


class FetchSettings(Shape):
    """How feeds and pages are fetched."""

    timeout: PositiveDuration = Field(
        "30s", description="The longest that one fetch may take, all redirects included."
    )
    user_agent: Words | None = Field(
        None, description="How Collector introduces itself. Its name and version when left out."
    )
    max_feed_size: Size = Field("15MB", description="The largest feed that is read, unpacked.")
    max_page_size: Size = Field("8MB", description="The largest page that is read, unpacked.")
    host_delay: Duration = Field("1s", description="Pause between two requests for pages of one host.")
    host_connections: int = Field(1, ge=1, le=100, description="Connections to one host at the same time.")
    concurrency: int = Field(32, ge=1, le=10_000, description="How many pages are fetched at the same time.")
    workers: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="Processes that read feeds and pages. One per processor core when left out.",
    )
    proxy: Proxy | None = Field(
        None,
        repr=False,
        exclude=True,
        description="Proxy for all requests, such as http://proxy:3128. May contain ${NAME}.",
    )
    allow_private: list_of(NetworkText) = Field(
        (), description="Networks that may be fetched from although they are private, such as 10.0.0.0/8."
    )

    @field_validator("user_agent")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        if value is not None and not (value.isascii() and value.isprintable()):
            raise ValueError("expected one line of ASCII characters")
        return value


class StorageSettings(Shape):
    """Where things are kept, and how long."""

    database: Expanded = Field(
        "db/data/collector.sqlite3",
        min_length=1,
        repr=False,
        exclude=True,
        description="An SQLite file, relative to this file's folder, or postgresql://user@host/name. "
        "May contain ${NAME}.",
    )
    keep_unmatched: Duration = Field(
        "30d",
        description="How long the text of articles without a topic is kept, for topics to come.",
    )
    corpus: Words = Field("corpus", description="Folder of example articles, relative to this file's folder.")

    @field_validator("database")
    @classmethod
    def _known_database(cls, value: str) -> str:
        scheme, found, rest = value.partition("://")
        if found and not re.fullmatch(r"(sqlite|postgres|postgresql)(\+\w+)?", scheme):
            raise ValueError("expected a file or an address that starts with postgresql://")
        path = rest.removeprefix("/") if scheme.startswith("sqlite") and found else value
        if path in ("", ":memory:"):
            raise ValueError("expected a file: a database in memory would be lost")
        return path


class PublishSettings(Shape):
    """What the published feeds look like."""

    title: Words = Field("Collector", description="Title of the combined feed.")
    description: str = Field("", max_length=2000, description="A sentence about the combined feed.")
    items: int = Field(100, ge=1, le=1000, description="Articles on one page of a feed.")
    full_text: bool = Field(False, description="true: publish whole texts. false: excerpts.")
    folder: Words | None = Field(
        None,
        description="Also write the published feeds into this folder, for static hosting. "
        "Relative to this file's folder.",
    )


class WebSettings(Shape):
    """Where Collector's own web server listens."""

    host: Words = Field(
        "127.0.0.1", description="Address to listen on. 0.0.0.0 makes it reachable from other machines."
    )
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes any that is free.")
    base_url: BaseAddress | None = Field(
        None, description="The address under which readers reach the server. http://HOST:PORT when left out."
    )

    @property
    def address(self) -> str:
        """What links start with, without a slash at its end: `base_url`, or a guess from host and port."""
        if self.base_url:
            return self.base_url
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


class Settings(Shape):
    """How the program works. Every setting may be left out."""

    poll: section(PollSettings) = Field(PollSettings(), description="When feeds are polled.")
    fetch: section(FetchSettings) = Field(FetchSettings(), description="How feeds and pages are fetched.")
    storage: section(StorageSettings) = Field(
        StorageSettings(), description="Where things are kept, and how long."
    )
    publish: section(PublishSettings) = Field(
        PublishSettings(), description="What the published feeds look like."
    )
    web: section(WebSettings) = Field(WebSettings(), description="Where the web server listens.")
