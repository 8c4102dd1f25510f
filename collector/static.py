"""The published channels as files in a folder, for static hosting: the same bytes that the web server sends.

Only links to further pages are left out: a host of files ignores the query that would select them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from collector.channels import Channels, places
from collector.errors import CollectorError
from collector.publish import FORMATS

if TYPE_CHECKING:
    from collector.config import Config

# Names the files that we wrote, a line each: nothing else in the folder is ever removed.
_OURS = ".collector-files"


def write_site(channels: Channels, config: Config, folder: Path) -> list[Path]:
    """Writes every channel in every format below `folder`; returns what changed, removed files included.

    Each file is replaced whole, and only when its bytes differ. Our files of topics that are gone are
    removed, no others. Raises CollectorError when the folder cannot be written to.
    """
    every = places(topic.key for topic in config.topics)
    asked = {place.path(row.suffix): (form, place) for form, row in FORMATS.items() for place in every}
    try:
        known = _read_ours(folder)
        _write_ours(folder, known | set(asked))  # first: a file that is not listed would stay for ever
        written = [
            folder / path
            for path, (form, place) in asked.items()
            if _write(folder / path, channels.render(form, place, paged=False).body)
        ]
        removed = _remove(folder, known - set(asked))
        _write_ours(folder, set(asked))
    except OSError as exc:
        raise CollectorError(f"cannot write to {exc.filename or folder}: {exc.strerror}") from exc
    return written + removed


def _write(path: Path, body: bytes) -> bool:
    """Makes `path` hold `body`, at once or not at all. True when it did not before."""
    if path.is_file() and path.read_bytes() == body:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(body)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _read_ours(folder: Path) -> set[str]:
    try:
        return set((folder / _OURS).read_text("utf-8").splitlines())
    except (FileNotFoundError, UnicodeDecodeError):
        return set()


def _write_ours(folder: Path, paths: set[str]) -> None:
    _write(folder / _OURS, "".join(f"{path}\n" for path in sorted(paths)).encode())


def _remove(folder: Path, stale: set[str]) -> list[Path]:
    files = [folder / path for path in sorted(stale) if path.startswith("topics/") and ".." not in path]
    removed = [path for path in files if path.is_file()]
    for path in removed:
        path.unlink()
    return removed
