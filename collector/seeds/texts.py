"""A seed's file -> its lines, and what it says of itself. A row of `READERS` for each kind of file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from collector.errors import ExtractError
from collector.text.clean import clean
from collector.text.html import to_text

_LONGEST = 200_000  # characters of a line
_UNKNOWN = "http://file.invalid/"  # where a page came from that nobody says it of (RFC 2606)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a file holds. Without a title of its own its first line is one."""

    lines: list[str]
    title: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    published_at: datetime | None = None
    published_is_day: bool = False
    language: str | None = None


def _plain(data: bytes, url: str | None) -> Told:
    return Told(lines=_lines(_decoded(data)))


def _markdown(data: bytes, url: str | None) -> Told:
    from markdown_it import MarkdownIt

    return Told(lines=_lines(to_text(MarkdownIt().render(_decoded(data)))))


def _page(data: bytes, url: str | None) -> Told:
    from collector.extract import extract

    try:
        page = extract(data, url or _UNKNOWN)
    except ExtractError as exc:
        raise ValueError(str(exc)) from exc
    return Told(
        lines=_lines(page.text),
        title=page.title,
        authors=page.authors,
        publisher=page.site,
        published_at=page.published_at,
        published_is_day=page.published_is_day,
        language=page.language,
    )


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ValueError(f"it is not written in UTF-8 (byte {exc.start})") from exc


def _lines(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := clean(raw, _LONGEST).strip())]


# By the end of a file's name: its bytes, and where it came from if that is known. They raise ValueError.
READERS: dict[str, Callable[[bytes, str | None], Told]] = {
    ".txt": _plain,
    ".md": _markdown,
    ".html": _page,
    ".htm": _page,
}
