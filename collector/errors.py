"""Everything that can go wrong in a way the user should hear about.

CollectorError
  ConfigError        feeds.yaml: lists every problem, each with its place
  ParseError         a feed document that cannot be read as one
  ExtractError       a page from which nothing can be taken
  WorkerError        a worker process had to be ended
  StoreError         the database
    StoreBusy          another process holds it
    StoreNewer         it was written by a newer Collector
    AddressTaken       an article has the address by now
    StoriesChanged     somebody else changed stories meanwhile
  StoryError         what is asked of a story cannot be done
  InUse              another collector already runs on this database

A failed fetch is no exception but a value (`model.FetchFailed`): it is an everyday outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CollectorError(Exception):
    """The base of all errors that are shown to a user as one plain message."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file, and where. Lines and columns count from 1; 0 means unknown."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"


class ConfigError(CollectorError):
    """The configuration is wrong in one or more places; `problems` has them all."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class ParseError(CollectorError):
    """The document is not a feed that can be read. The message says what it is instead."""


class NoArticle(StrEnum):
    """What a page is that is no article. A closed list."""

    NO_HTML = "no-html"  # an image, an archive, data
    UNREADABLE = "unreadable"  # a parser's fault
    NO_TEXT = "no-text"
    CONSENT = "consent-wall"
    CAPTCHA = "captcha"
    CHALLENGE = "bot-challenge"
    SCRIPT = "needs-javascript"
    PAYWALL = "paywall"
    LOGIN = "login-wall"
    ERROR = "error-page"
    LISTING = "section-page"


class ExtractError(CollectorError):
    """The page holds no text that could be taken as an article; `outcome` names what it is instead."""

    def __init__(self, message: str, outcome: NoArticle = NoArticle.NO_TEXT) -> None:
        super().__init__(message)
        self.outcome = outcome


class WorkerError(CollectorError):
    """A worker process was ended: it took too long, or too much memory, or died. The message says which."""


class StoreError(CollectorError):
    """The database could not do what was asked."""


class StoreBusy(StoreError):
    """The database stayed locked by another process."""


class StoreNewer(StoreError):
    """The database was written by a newer version of Collector."""


class AddressTaken(StoreError):
    """Another article was saved under the address in the meantime: look again whether it is the same."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} names another article by now")


class StoriesChanged(StoreError):
    """Stories were changed by a person, or articles became one, since the grouper was built."""


class StoryError(CollectorError):
    """What a person asked of a story cannot be done. The message says why."""


class InUse(CollectorError):
    """Another Collector already works on this database."""
