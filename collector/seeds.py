"""The corpus: seed articles that say what *similar news* means, stored beside what is collected.

A seed is a .txt file in the corpus folder. `seeds.yaml` beside it may say what is known of a file and which of its lines are
no part of the article; a file that is not listed is taken whole, its first line as its title.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from collector.draft import excerpt
from collector.errors import ConfigError, Problem
from collector.languages import detect
from collector.match import Matcher
from collector.model import ArticleDraft, Collected, EntryOutcome, TextSource
from collector.store import Store
from collector.text import clean

INDEX = "seeds.yaml"
_KNOWN = {"file", "title", "authors", "publisher", "published", "updated", "language", "url", "omit"}
_LONGEST = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One seed article. `text` has a paragraph a line."""

    file: str
    title: str
    text: str
    authors: tuple[str, ...] = ()
    publisher: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str | None = None
    url: str | None = None


def read_corpus(folder: Path) -> list[Seed]:
    """The seeds of a folder, by file name; [] when there is no such folder.

    Raises ConfigError, listing every problem, when the index or a file cannot be used.
    """
    if not folder.is_dir():
        return []
    problems: list[Problem] = []
    index = _index(folder / INDEX, problems)
    seeds = []
    for path in sorted(folder.glob("*.txt")):
        try:
            seeds.append(_seed(path.name, path.read_text("utf-8-sig"), index.pop(path.name, {})))
        except (OSError, ValueError) as exc:
            problems.append(Problem(str(path), 0, 0, f"cannot be used as a seed article: {exc}"))
    problems += [Problem(str(folder / INDEX), 0, 0, f"names {file!r}, which is not in the folder") for file in index]
    if problems:
        raise ConfigError(problems)
    return seeds


def save_corpus(store: Store, seeds: list[Seed], matcher: Matcher, now: datetime) -> None:
    """Stores the seeds as articles, or rewrites those that changed."""
    known = store.find_articles([_address(seed) for seed in seeds])
    store.save_collected([_collected(seed, known.get(_address(seed)), matcher, now) for seed in seeds])


def _collected(seed: Seed, known: Any, matcher: Matcher, now: datetime) -> Collected:
    language = seed.language or detect(seed.text)
    matches = matcher.match(seed.title, seed.text, language)
    article = ArticleDraft(
        canonical_url=_address(seed),
        url=seed.url,
        title=seed.title,
        authors=seed.authors,
        published_at=seed.published_at,
        updated_at=seed.updated_at,
        first_seen_at=now,
        language=language,
        site=seed.publisher,
        summary=excerpt(seed.text),
        text=seed.text,
        text_source=TextSource.CORPUS,
        sources={"text": f"corpus/{seed.file}"},
    )
    return Collected(
        entry_id=None,
        feed_id=None,
        article_id=known.id if known else None,
        article=article,
        matches=matches,
        outcome=EntryOutcome.KEPT if matches else EntryOutcome.UNMATCHED,
        collected_at=now,
        corpus_file=seed.file,
    )


def _address(seed: Seed) -> str:
    return seed.url or f"urn:x-collector:corpus:{seed.file}"


def _index(path: Path, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    try:
        rows = yaml.safe_load(path.read_text("utf-8")) or []
    except (OSError, ValueError, yaml.YAMLError) as exc:
        problems.append(Problem(str(path), 0, 0, f"cannot be read: {' '.join(str(exc).split())}"))
        return {}
    index = {}
    for number, row in enumerate(rows if isinstance(rows, list) else [None], 1):
        if not isinstance(row, dict) or not isinstance(row.get("file"), str):
            problems.append(Problem(str(path), 0, 0, f"item {number}: expected a mapping with a file name under `file`"))
        elif unknown := sorted(set(map(str, row)) - _KNOWN):
            problems.append(Problem(str(path), 0, 0, f"{row['file']}: unknown {', '.join(unknown)}"))
        else:
            index[row["file"]] = row
    return index


def _seed(file: str, words: str, row: dict[str, Any]) -> Seed:
    lines = [line for raw in words.splitlines() if (line := clean(raw, _LONGEST).strip())]
    if not lines:
        raise ValueError("the file is empty")
    # A listed file has the title that its row gives, or none; an unlisted one opens with it.
    title = clean(str(row.get("title") or ""), _LONGEST) if row else lines[0]
    omitted = {_words(line) for line in row.get("omit", ())} | {_words(title)}
    # What is no line of its own is cut out of the line in which it stands.
    notes = omitted - {_words(line) for line in lines}
    body = [kept for line in lines if _words(line) not in omitted and (kept := _without(line, notes))]
    return Seed(
        file=file,
        title=title,
        text="\n".join(body),
        authors=tuple(map(str, row.get("authors", ()))),
        publisher=str(row.get("publisher") or ""),
        published_at=_time(row.get("published")),
        updated_at=_time(row.get("updated")),
        language=row.get("language"),
        url=row.get("url"),
    )


def _without(line: str, notes: set[str]) -> str:
    for note in filter(None, notes):
        line = line.replace(note, "")
    return line.strip()


def _words(line: object) -> str:
    return " ".join(str(line).split())


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
