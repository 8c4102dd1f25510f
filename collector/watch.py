"""Whether feeds.yaml or the corpus was changed on disk.

Asked again and again, rather than told by the kernel: that sees linked and mounted files, network folders, and a corpus
that is made later, too.
"""

from __future__ import annotations

import os
from pathlib import Path

from collector.current import Current

Look = dict[str, tuple[int, int, int]]  # modified at (ns), size, inode of each file


class Watch:
    """Remembers what the files of the configuration in force looked like."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self._read = self._seen = self._look()

    def has_changed(self) -> bool:
        """True once for each change, as soon as the files have stayed as they are since the last call: a file that is
        being written is not read.
        """
        look = self._look()
        is_settled, self._seen = look == self._seen, look
        if look == self._read or not is_settled:
            return False
        self._read = look
        return True

    def _look(self) -> Look:
        config = self._current.config
        return _look_of(config.path) | {
            name: look for path in _files(config.corpus) for name, look in _look_of(path).items()
        }


def _files(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(folder)]
    except OSError:  # it is missing, or cannot be read: what is wrong with it is said when it is used
        return []


def _look_of(path: Path) -> Look:
    try:
        found = path.stat()
    except OSError:
        return {}
    return {str(path): (found.st_mtime_ns, found.st_size, found.st_ino)}
