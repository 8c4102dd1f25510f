"""The shared streams of articles with the story that each belongs to."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from collector.similar import Article

STORIES = Path(__file__).resolve().parents[3] / "shared" / "stories"

# A source of streams -> its streams. What is learned is always judged on a source that was left out.
SOURCES = {
    "neus": ("neus_tr", "neus_val"),
    "as": ("as_tr",),
    "ecb": ("ecb_tr", "ecb_dev"),
    "vi": ("vi_tr",),
    "uci": ("uci_tr",),
}


@dataclass(frozen=True, slots=True)
class Stream:
    """Articles in their order, and the true story of each."""

    name: str
    articles: list[Article]
    stories: list[str]


def read_stream(name: str, folder: Path = STORIES) -> Stream:
    """One of the streams in `dev`, or "ntrex"."""
    path = folder / "ntrex.jsonl" if name == "ntrex" else folder / "dev" / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return Stream(name, [_article(row) for row in rows], [row["cluster"] for row in rows])


def snippets(stream: Stream) -> Stream:
    """The same articles as lower-cased title and 300 characters of text, without dates."""
    cut = [
        replace(article, title=article.title.lower(), text=article.text[:300].lower(), published_at=None)
        for article in stream.articles
    ]
    return replace(stream, name=f"{stream.name}, snippets", articles=cut)


def headlines(stream: Stream) -> Stream:
    """The same articles without their texts."""
    return replace(
        stream, name=f"{stream.name}, headlines", articles=[replace(a, text="") for a in stream.articles]
    )


def _article(row: dict) -> Article:
    at = row.get("published")
    return Article(
        key=row["id"],
        title=row["title"].strip(),
        text=row["text"],
        language=row["lang"],
        published_at=datetime.fromisoformat(at) if at else None,
    )
