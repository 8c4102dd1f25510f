"""Adding feeds to feeds.yaml without touching a character of what stands in it.
The new lines are inserted as text, at the place that the parser names: a round trip through a YAML library
would change indentation, quotes and line ends, and move the comment above the next section to below the new
feed.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from collector.config.document import Document, Items, parse
from collector.config.keys import same_address
from collector.config.model import Config
from collector.config.reading import read, read_bytes
from collector.errors import ConfigError, Problem

_NOTHING = re.compile(r"~|[nN]ull|NULL|\[\s*\]")
_LINE_END = re.compile(r"\r\n|\n|\r")


def add_feeds(path: Path, feeds: Sequence[Mapping[str, Any]]) -> list[str]:
    """Append the feeds that the file does not have yet to its `feeds:`, and return the keys of those feeds.

    A feed has the properties that it has in the file; what is None or empty is left out. The file is
    replaced in one step. Raises ConfigError, and leaves the file as it is, when it is wrong already, would be
    wrong afterwards, or cannot be written.
    """
    data = read_bytes(path)
    before = read(data, str(path), None)
    new = _unknown(feeds, before)
    if not new:
        return []
    edited = _with_feeds(parse(data, str(path)), [_item(feed) for feed in new])
    try:
        after = read(edited, str(path), None)
    except ConfigError as error:  # its lines are of a text that nobody will see
        reasons = [
            Problem(str(path), 0, 0, f"left as it is: {problem.message}") for problem in error.problems
        ]
        raise ConfigError(reasons) from error
    _replace(path, edited)
    return [feed.key for feed in after.feeds[len(before.feeds) :]]


def _unknown(feeds: Sequence[Mapping[str, Any]], config: Config) -> list[Mapping[str, Any]]:
    """The feeds that the configuration does not have, once each."""
    seen = {same_address(feed.url) for feed in config.feeds}
    new = []
    for feed in feeds:
        address = same_address(feed["url"])
        if address not in seen:
            new.append(feed)
        seen.add(address)
    return new


def _item(feed: Mapping[str, Any]) -> dict[str, Any] | str:
    """The feed as it will stand in the file: its address alone, when there is nothing more to say."""
    given = {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in feed.items()
        if value
    }
    return feed["url"] if given.keys() == {"url"} else given


def _with_feeds(document: Document, items: list[Any]) -> bytes:
    """The document's bytes with the items at the end of its `feeds:`, begun where there are none."""
    text, root = document.text, document.data
    feeds, column = root.get("feeds"), document.column(root.place) - 1
    if isinstance(feeds, Items) and feeds.flow and (feeds or root.flow):
        added = ", ".join(json.dumps(item, ensure_ascii=False) for item in items)
        text = text[: feeds.end] + (", " if feeds else "") + added + text[feeds.end :]
    elif isinstance(feeds, Items) and not feeds.flow:
        text = _insert_below(text, feeds.end, _lines(items, document.column(feeds.place) - 1))
    elif "feeds" in root:
        key_place, value_place = root.places["feeds"]
        if nothing := _NOTHING.match(text, value_place):
            text = text[: nothing.start()] + text[nothing.end() :]
        text = _insert_below(text, key_place + 1, _lines(items, column + 2))
    else:
        text = _insert_below(text, len(text), " " * column + "feeds:\n" + _lines(items, column + 2))
    return text.encode(document.encoding)


def _lines(items: list[Any], column: int) -> str:
    """The items as lines of a YAML list whose hyphens stand in `column`."""
    text = yaml.safe_dump(items, allow_unicode=True, sort_keys=False, default_flow_style=False, width=100_000)
    return textwrap.indent(text, " " * column)


def _insert_below(text: str, index: int, lines: str) -> str:
    """`text` with `lines`, in its kind of line ends, below the line of the character before `index`."""
    line_end = _LINE_END.search(text, max(index - 1, 0))
    at = line_end.end() if line_end else len(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = "" if line_end or not text else newline
    return text[:at] + gap + lines.replace("\n", newline) + text[at:]


def _replace(path: Path, data: bytes) -> None:
    """Put `data` in the file's place in one step: whoever reads it sees the old or the new whole."""
    target = Path(os.path.realpath(path))  # the file behind a symbolic link, not the link
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(stat.S_IMODE(target.stat().st_mode))
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise ConfigError([Problem(str(path), 0, 0, f"cannot be written: {error.strerror}")]) from error
