"""What similarity asks of an article, whoever holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One published text. `key` is its identity; `text` has a paragraph a line and may be empty, as may `title`.

    `language` is a primary subtag ("ko") or None when nobody knows; `published_at` is aware, None without a claim.
    """

    key: str
    title: str
    text: str
    language: str | None = None
    published_at: datetime | None = None
