"""The corpus: seed articles that say what *similar news* means, stored beside what is collected.

A seed is a text, Markdown or HTML file in the corpus folder. `seeds.yaml` beside it may say what is known of a file and
which of its lines are no part of the article; a file that is not listed is taken whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from collector.draft import excerpt
from collector.errors import ConfigError, Problem
from collector.judge import Judge
from collector.model import ArticleDraft, Collected, EntryOutcome, TextSource
from collector.seeds.index import INDEX, Row, read_index
from collector.seeds.texts import READERS, Told
from collector.similar import Article
from collector.store import Store
from collector.text.clean import clean
from collector.text.languages import detect

_LONGEST = 1_000  # characters of a title
_UNKNOWN = Row(file="unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One seed article. `text` has a paragraph a line."""

    file: str
    title: str
    text: str
    authors: tuple[str, ...] = ()
    publisher: str = ""
    published_at: datetime | None = None
    published_is_day: bool = False
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
    rows: dict[str, Row] = {}
    try:
        rows = read_index(folder / INDEX)
    except ConfigError as exc:
        problems += exc.problems
    seeds = []
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in READERS):
        row = rows.pop(path.name, None)
        try:
            seeds.append(_seed(path, row or _UNKNOWN))
        except (OSError, ValueError) as exc:
            reason = getattr(exc, "strerror", None) or exc
            problems.append(Problem(str(path), 0, 0, f"cannot be used as a seed article: {reason}"))
    index = str(folder / INDEX)
    problems += [Problem(index, row.line, 1, f'"{file}" is not in the folder') for file, row in rows.items()]
    if problems:
        raise ConfigError(problems)
    return seeds


def examples(seeds: Sequence[Seed]) -> tuple[Article, ...]:
    """The seeds as what says how similar an article is."""
    return tuple(
        Article(key=seed.file, title=seed.title, text=seed.text, language=seed.language or detect(seed.text))
        for seed in seeds
    )


def save_corpus(store: Store, seeds: Sequence[Seed], judge: Judge, now: datetime) -> None:
    """Stores the seeds as articles, or rewrites those that changed."""
    known = store.find_articles([_address(seed) for seed in seeds])
    store.save_collected([_collected(seed, known.get(_address(seed)), judge, now) for seed in seeds])


def _collected(seed: Seed, known: Any, judge: Judge, now: datetime) -> Collected:
    language = seed.language or detect(seed.text)
    judgement = judge.judge(seed.title, seed.text, language, (), seed.file)
    article = ArticleDraft(
        canonical_url=_address(seed),
        url=seed.url,
        title=seed.title,
        authors=seed.authors,
        published_at=seed.published_at,
        published_is_day=seed.published_is_day,
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
        matches=judgement.matches,
        similarity=judgement.similarity,
        similar_to=judgement.similar_to,
        rules=judge.rules,
        outcome=EntryOutcome.KEPT if judgement.matches else EntryOutcome.UNMATCHED,
        collected_at=now,
        corpus_file=seed.file,
    )


def _address(seed: Seed) -> str:
    return seed.url or f"urn:x-collector:corpus:{seed.file}"


def _seed(path: Path, row: Row) -> Seed:
    """The seed in a file: what its row says comes before what the file says itself. Raises ValueError, OSError."""
    told = READERS[path.suffix.lower()](path.read_bytes(), row.url)
    lines = _kept(told.lines, row.omit)
    known = row.title if row.title is not None else told.title or next(iter(lines), "")
    title = clean(known, _LONGEST)
    text = "\n".join(line for line in lines if not title or _words(line) != _words(title))
    if not text:
        raise ValueError("it has no text" if not title else "it has a title, and no text")
    return _with_facts(path.name, title, text, told, row)


def _with_facts(file: str, title: str, text: str, told: Told, row: Row) -> Seed:
    return Seed(
        file=file,
        title=title,
        text=text,
        authors=row.authors or told.authors,
        publisher=row.publisher or told.publisher,
        published_at=row.published.at if row.published else told.published_at,
        published_is_day=row.published.is_day if row.published else told.published_is_day,
        updated_at=row.updated.at if row.updated else None,
        language=row.language or told.language,
        url=row.url,
    )


def _kept(lines: list[str], omit: tuple[str, ...]) -> list[str]:
    """The lines without what is omitted: whole lines, wherever they occur, or words within a line."""
    omitted = {_words(line) for line in omit}
    notes = omitted - {_words(line) for line in lines}
    return [kept for line in lines if _words(line) not in omitted and (kept := _without(line, notes))]


def _without(line: str, notes: set[str]) -> str:
    for note in filter(None, notes):
        line = line.replace(note, "")
    return line.strip()


def _words(line: object) -> str:
    return " ".join(str(line).split())
