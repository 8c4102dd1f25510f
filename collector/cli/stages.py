"""`parse`, `extract` and `match`: each stage of the way of an article by itself, as the service runs it.

Each prints one JSON object a line, in the order of its input; for a failure {file or id, outcome, reason}.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from collector.errors import CollectorError
from collector.cli.options import FEEDS_YAML, ConfigOption, load_config, print_json

Row = dict[str, Any]


def parse(files: Annotated[list[Path], typer.Argument(help="Feed documents; .gz is read too.")]) -> None:
    """Show what feed documents parse to."""
    from collector.parse import as_json

    async def one(workers: Any, item: Row) -> Row:
        feed = await workers.parse(_bytes(item["path"]), {}, item["url"])
        return {"file": item["file"], "outcome": "ok"} | as_json(feed)

    items = ({"file": str(path), "path": path, "url": f"http://file.invalid/{path.name}"} for path in files)
    _each(items, one, "file")


def extract(
    files: Annotated[list[Path] | None, typer.Argument(help="HTML pages; .gz is read too.")] = None,
    url: Annotated[str, typer.Option("--url", help="The address of the pages, for their links.")] = "",
    list_: Annotated[Path | None, typer.Option("--list", help="JSON Lines of id, path (relative to the list) and url.")] = None,
) -> None:
    """Show what pages extract to, with a worker for each core."""
    from collector.extract import as_json

    async def one(workers: Any, item: Row) -> Row:
        page = await workers.extract(_bytes(item["path"]), item["url"] or "http://file.invalid/", None)
        return {"id": item["id"], "outcome": "ok"} | as_json(page)

    items: Iterable[Row] = ({"id": str(path), "path": path, "url": url} for path in files or ())
    if list_:
        rows = _jsonl(list_)
        items = ({"id": row["id"], "path": list_.parent / row["path"], "url": row.get("url", "")} for row in rows)
    _each(items, one, "id")


def match(
    file: Annotated[Path | None, typer.Argument(help="Articles as JSON Lines of id, lang, title and text.")] = None,
    title: Annotated[str, typer.Option("--title", help="Match this title instead of a file.")] = "",
    text: Annotated[str, typer.Option("--text", help="Match this text instead of a file.")] = "",
    config: ConfigOption = FEEDS_YAML,
) -> None:
    """Show which topics match, and where."""
    from dataclasses import asdict

    from collector.match import Matcher

    matcher = Matcher(load_config(config).topics)
    rows: Iterable[Row] = _jsonl(file) if file else [{"id": "-", "title": title, "text": text}]
    for row in rows:
        found = matcher.match(row.get("title") or "", row.get("text") or "", row.get("lang"))
        evidence = [{"topic": hit.topic} | asdict(place) for hit in found for place in hit.evidence]
        print_json({"id": row.get("id"), "topics": [hit.topic for hit in found], "evidence": evidence})


def _each(items: Iterable[Row], work: Callable[[Any, Row], Awaitable[Row]], name: str) -> None:
    """Runs `work` on every item in the worker processes, and prints the rows in the order of the items."""
    from collector.loop import run_loop
    from collector.workers import Workers

    async def run() -> None:
        workers = Workers(os.cpu_count() or 1)
        try:
            async for row in _in_order(items, lambda item: _guarded(work, workers, item, name)):
                print_json(row)
        finally:
            await workers.close()

    run_loop(run())


async def _guarded(work: Callable[[Any, Row], Awaitable[Row]], workers: Any, item: Row, name: str) -> Row:
    try:
        return await work(workers, item)
    except (CollectorError, OSError, EOFError) as exc:
        return {name: item[name], "outcome": "failed", "reason": str(exc)}


async def _in_order(items: Iterable[Row], work: Callable[[Row], Awaitable[Row]]) -> AsyncIterator[Row]:
    import asyncio
    from collections import deque

    ahead: deque[asyncio.Task[Row]] = deque()
    for item in items:
        ahead.append(asyncio.create_task(work(item)))  # type: ignore[arg-type]
        if len(ahead) >= 4 * (os.cpu_count() or 1):
            yield await ahead.popleft()
    while ahead:
        yield await ahead.popleft()


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def _jsonl(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield json.loads(line)
                    except ValueError as exc:
                        raise CollectorError(f"{path}:{number}: no JSON object: {exc}") from exc
    except OSError as exc:
        raise CollectorError(f"{path}: {exc.strerror}") from exc
