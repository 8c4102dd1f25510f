"""`parse`, `extract`, `match` and `group`: each stage of the way of an article by itself, as the service runs it.

Each prints a line for each input, in its order; for a failure {file or id, outcome, reason}.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import zlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, load_config
from collector.cli.output import print_json, say
from collector.errors import CollectorError, ExtractError, ParseError, WorkerError

if TYPE_CHECKING:
    from collector.config import FeedConfig
    from collector.match import Matcher
    from collector.model import JoinEvidence, ParsedFeed, Subject
    from collector.similar import Article
    from collector.workers.pool import Workers

Row = dict[str, Any]

LARGEST = 32 * 2**20  # bytes of a document, unpacked
_UNKNOWN = "http://file.invalid/"  # where a document came from that nobody says it of (RFC 2606)


@dataclass(frozen=True, slots=True)
class _Unusable:
    """A line of the input from which nothing can be made."""

    name: Any
    reason: str

    def shown(self, name: str) -> Row:
        return {name: self.name, "outcome": "unusable", "reason": self.reason}


class _UnusableFileError(CollectorError):
    """A file that does not get as far as its stage."""


# What a failure is called: the words that polls have, where it can happen to them.
_OUTCOMES: dict[type[Exception], str] = {
    ParseError: "not-a-feed",
    ExtractError: "no-article",
    WorkerError: "unreadable",
    _UnusableFileError: "unusable",
}


def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Feed documents; .gz is read too.")],
) -> None:
    """Show what feed documents parse to, a JSON object a line.

    Each has file, outcome, feed (title, url, language, …) and entries (key, url, title, authors, published, updated,
    summary, content, …); entries with one key are one entry.
    """
    from collector.parse import as_json

    async def one(workers: Workers, item: Row) -> Row:
        feed = await workers.parse(_read(item["path"]), {}, item["url"])
        shown = as_json(feed)
        entries = [{"key": key} | entry for key, entry in zip(_entry_keys(feed), shown["entries"], strict=True)]
        return {"file": item["file"], "outcome": "ok", "feed": shown["feed"], "entries": entries}

    _each(({"file": str(path), "path": path, "url": _UNKNOWN + path.name} for path in files), one, "file")


def extract(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help="HTML pages; .gz is read too.")
    ] = None,
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="The address of the pages, for their links.")
    ] = "",
    listed: Annotated[
        Path | None,
        typer.Option(
            "--list", metavar="LIST.jsonl", help="Pages as JSON Lines of id, path (relative to the list) and url."
        ),
    ] = None,
) -> None:
    """Show what pages extract to, a JSON object a line, with a worker for each core.

    Each has id, outcome, title, authors, published (ISO 8601), language, canonical_url, image, site, text, …
    """
    from collector.extract import as_json

    if not files and not listed:
        raise typer.BadParameter("name pages, or a list of them with --list")

    async def one(workers: Workers, item: Row) -> Row:
        page = await workers.extract(_read(item["path"]), item["url"] or _UNKNOWN)
        return {"id": item["id"], "outcome": "ok"} | as_json(page)

    _each(_pages(files or [], url, listed), one, "id")


def match(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE.jsonl", help="Articles as JSON Lines: id, title, text, lang, feed, …; .gz is read too."
        ),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Match this title instead of a file.")] = "",
    text: Annotated[str, typer.Option("--text", help="Match this text instead of a file.")] = "",
    lang: Annotated[str, typer.Option("--lang", metavar="TAG", help="The language of title and text.")] = "",
    why: Annotated[bool, typer.Option("--why", help="Say of every topic why it matches or does not.")] = False,
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
) -> None:
    """Show which topics match, and where, a JSON object a line.

    Each has id, topics and evidence: topic, term (the keyword), field, words (as they stand there), start and end,
    rule (the part of the topic) and language. What `collector extract` prints is a FILE.jsonl, too. For topics that ask
    where an article comes from, a line may have feed (a key), labels, country and similarity.
    """
    if file is None and not title and not text:
        raise typer.BadParameter("name a file, or give --title or --text")
    loaded = load_config(config, database)
    from collector.match import Matcher

    matcher = Matcher(loaded.topics)
    feeds = {feed.key: feed for feed in loaded.feeds}
    rows = _jsonl(file) if file else [{"id": None, "title": title, "text": text, "lang": lang}]
    for row in rows:
        print_json(row.shown("id") if isinstance(row, _Unusable) else _matched(matcher, row, feeds, why))


def group(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.jsonl", help="Articles as JSON Lines: id, lang, title, text, published; .gz is read too."
        ),
    ],
    why: Annotated[
        bool, typer.Option("--why", help="Say of every article why it is in its story, a JSON object a line.")
    ] = False,
) -> None:
    """Show which articles report one event: id, a tab, the number of the story, as it stands after the last article.

    Articles are read in order, as if they came in one by one. With --why each line has id, story and evidence
    (similarity, score, hours, names, words, numbers, nearest and copy_of, which are ids), or null for one that
    began a story.
    """
    from collector.similar import Grouper, Stories

    articles: dict[int, Article] = {}
    grouper, stories = Grouper(article_of=articles.get), Stories()
    names: dict[int, str] = {}
    seen_at = datetime.fromtimestamp(0, UTC)
    for number, row in enumerate(_jsonl(file), 1):
        if isinstance(row, _Unusable):
            say(f"{row.name}: {row.reason}")
            continue
        article = articles[number] = _article(row)
        seen_at = article.published_at or seen_at
        names[number] = " ".join(str(row.get("id", f"{file}:{number}")).split())
        stories.follow(grouper.add(number, article, seen_at))
    for number, name in names.items():
        if why:
            print_json({"id": name, "story": stories.of[number], "evidence": _because(stories.because[number], names)})
        else:
            sys.stdout.write(f"{name}\t{stories.of[number]}\n")


def _article(row: Row) -> Article:
    from collector.similar import Article
    from collector.text.dates import parse_date

    return Article(
        key=_text(row, "id"),
        title=_text(row, "title"),
        text=_text(row, "text"),
        language=_text(row, "lang") or _text(row, "language") or None,
        published_at=parse_date(_text(row, "published")),
    )


def _because(evidence: JoinEvidence | None, names: dict[int, str]) -> Row | None:
    if evidence is None:
        return None
    return asdict(evidence) | {name: names.get(getattr(evidence, name)) for name in ("nearest", "copy_of")}


def _matched(matcher: Matcher, row: Row, feeds: dict[str, FeedConfig], with_reasons: bool) -> Row:
    subject = _subject(row, feeds)
    found = matcher.match(subject)
    evidence = [{"topic": hit.topic} | asdict(place) for hit in found for place in hit.evidence]
    shown = {"id": row.get("id"), "topics": [hit.topic for hit in found], "evidence": evidence}
    return shown | ({"why": {v.topic: v.reason for v in matcher.explain(subject)}} if with_reasons else {})


def _subject(row: Row, feeds: dict[str, FeedConfig]) -> Subject:
    """The article of a line; what it does not say of its feed, the configuration may."""
    from collector.model import Subject

    key = _text(row, "feed")
    feed = feeds.get(key)
    country = _text(row, "country") or (feed.country if feed else None)
    labels = row.get("labels") if isinstance(row.get("labels"), list) else feed.labels if feed else ()
    similarity = row.get("similarity")
    return Subject(
        title=_text(row, "title"),
        text=_text(row, "text"),
        language=_text(row, "lang") or _text(row, "language") or (feed.language if feed else None),
        feeds=(key,) if key else (),
        labels=frozenset(label for label in labels or () if isinstance(label, str)),
        countries=frozenset({country} if country else ()),
        similarity=similarity if isinstance(similarity, float | int) else None,
    )


def _entry_keys(feed: ParsedFeed) -> list[str | None]:
    """The identity that each entry would have in an empty database; None for one that shows nothing at all."""
    from collector.ingest import ingest, survey

    def keys(shown: ParsedFeed) -> dict[int, str]:
        saved = ingest(survey(shown), (), False, datetime.fromtimestamp(0, UTC)).to_save
        return {id(save.entry): save.key for save in saved}

    together = keys(feed)
    # One that repeats another has the key that the other has: that of its own best claim.
    alone = ((entry, keys(replace(feed, entries=(entry,)))) for entry in feed.entries if id(entry) not in together)
    together |= {id(entry): key for entry, found in alone for key in found.values()}
    return [together.get(id(entry)) for entry in feed.entries]


def _pages(files: Iterable[Path], url: str, listed: Path | None) -> Iterator[Row | _Unusable]:
    for path in files:
        yield {"id": str(path), "path": path, "url": url}
    for row in _jsonl(listed) if listed else ():
        if isinstance(row, _Unusable):
            yield row
        elif not (path := _text(row, "path")):
            yield _Unusable(row.get("id"), "it has no path")
        else:
            yield {"id": row.get("id", path), "path": listed.parent / path, "url": _text(row, "url") or url}


def _each(items: Iterable[Row | _Unusable], work: Callable[[Workers, Row], Awaitable[Row]], name: str) -> None:
    """Runs `work` on every item in the worker processes, and prints the rows in the order of the items."""
    from collector.loop import run_loop
    from collector.workers.pool import Workers

    async def run() -> None:
        workers = Workers(os.cpu_count() or 1)
        try:
            async for row in _in_order(items, lambda item: _guarded(work, workers, item, name)):
                print_json(row)
        finally:
            await workers.close()

    run_loop(run())


async def _guarded(
    work: Callable[[Workers, Row], Awaitable[Row]], workers: Workers, item: Row | _Unusable, name: str
) -> Row:
    """The item's row; for one that failed, what became of it."""
    if isinstance(item, _Unusable):
        return item.shown(name)
    try:
        return await work(workers, item)
    except CollectorError as exc:
        outcome = next((word for kind, word in _OUTCOMES.items() if isinstance(exc, kind)), "failed")
        return {name: item[name], "outcome": outcome, "reason": str(exc)}


async def _in_order(
    items: Iterable[Row | _Unusable], work: Callable[[Row | _Unusable], Awaitable[Row]]
) -> AsyncIterator[Row]:
    import asyncio

    ahead: deque[asyncio.Task[Row]] = deque()
    for item in items:
        ahead.append(asyncio.create_task(work(item)))  # type: ignore[arg-type]
        if len(ahead) >= 4 * (os.cpu_count() or 1):
            yield await ahead.popleft()
    while ahead:
        yield await ahead.popleft()


def _read(path: Path) -> bytes:
    """The document in a file, unpacked. Raises _UnusableFileError."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error, ValueError) as exc:
        raise _UnusableFileError(getattr(exc, "strerror", None) or str(exc)) from exc
    if len(data) > LARGEST:
        raise _UnusableFileError(f"larger than {LARGEST // 2**20} MiB")
    return data


def _jsonl(path: Path) -> Iterator[Row | _Unusable]:
    """The objects of a file, one a line; for a line that is none a row that says so, named FILE:LINE."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as exc:
                row = str(exc)
            if isinstance(row, dict):
                yield row
            else:
                yield _Unusable(f"{path}:{number}", f"no JSON object: {row!s:.200}")


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
