"""How far the work is, for eyes: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Bar:
    """Counts one kind of work after the other."""

    def __init__(self, shown: Any = None) -> None:
        self._shown = shown  # a rich.progress.Progress
        self._task: Any = None

    def begin(self, what: str, total: int) -> None:
        """From now on `what` is counted, of which there are so many."""
        if self._shown is not None and total:
            self._task = self._shown.add_task(what, total=total)

    def advance(self) -> None:
        """One more is done; more than were announced make a longer bar."""
        if self._task is None:
            return
        task = self._shown.tasks[self._task]
        self._shown.update(self._task, advance=1, total=max(task.total, task.completed + 1))


@contextmanager
def progress() -> Iterator[Bar]:
    """A bar on standard error, as long as the block runs; it leaves nothing behind."""
    if not sys.stderr.isatty():
        yield Bar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield Bar(shown)
