"""What is wrong with a database, in words, and what to do about it. Reads only, beside a running service too."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from collector.cadence import LONGEST_RETRY_AFTER
from collector.config import Config
from collector.errors import StoreError, StoreNewer
from collector.model import Finding
from collector.store import Store
from collector.store.examination import file_fault

_LOW = 200 * 2**20  # bytes that should be free
_LONG_LOG = 2**30  # bytes of a write-ahead log that nobody takes in
_SLACK = 600.0  # seconds: the clock of a server that told when to come again is not ours

_RESTORE = (
    "stop the service and put the last `collector backup` in its place. Without one, "
    "`sqlite3 FILE .recover | sqlite3 NEW-FILE` saves what can still be read"
)
_NOT_MIGRATED = "`collector migrate` makes missing tables; a database of another program is left alone"
_REINDEX = "stop the service and run `sqlite3 FILE REINDEX`; the rows themselves are whole. Then ask the doctor again"
_OF_AN_INDEX = re.compile(r"(missing from|wrong # of entries in|non-unique entry in) index|row \d+ .* index")


def examine(database: str | Path, now: datetime, longest: timedelta) -> Iterator[Finding]:
    """Everything that was looked at, as it is found. `longest` is the longest time that a feed may wait.

    Raises StoreError when there is nothing to examine: no such file, no permission, no server that answers.
    """
    with closing(Store.look_at(database)) as store:
        yield from _surroundings(store)
        fault = _unreadable(store)
        if fault:
            yield fault
            return
        yield _holder(store)
        revision = _revision(store)
        yield revision
        yield _pages(store)
        if not revision.is_sound:
            return
        questions = {"references": store.lost_references, "tables": store.missing_parts, "rows": store.unreadable_rows}
        for check, ask in questions.items():
            yield _attempt(check, lambda check=check, ask=ask: _listed(check, ask()))
        yield from _rules(store, now, longest)


def longest_wait(config: Config) -> timedelta:
    """The longest time until a feed's next poll, whatever its servers ask for."""
    fixed = max((feed.interval or 0.0 for feed in config.feeds), default=0.0)
    return timedelta(seconds=max(config.settings.poll.max_interval, fixed, LONGEST_RETRY_AFTER) + _SLACK)


# --- around it ----------------------------------------------------------------------------------------------


def _surroundings(store: Store) -> Iterator[Finding]:
    if store.file is None:
        yield Finding(check="server", message=f"{store.name} is {store.server()}")
        return
    size, free = store.file.stat().st_size, shutil.disk_usage(store.file.parent).free
    yield Finding(check="file", message=f"{store.file} has {_bytes(size)}")
    yield Finding(
        check="disk",
        is_sound=free >= _LOW,
        message=f"{_bytes(free)} are free on its disk",
        advice="" if free >= _LOW else "make room: a full disk stops the collecting until there is some",
    )
    if log := _log_of(store.file):
        yield log


def _log_of(file: Path) -> Finding | None:
    """The write-ahead log beside the file, where commits stand that the file does not hold yet."""
    log = file.with_name(file.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    if not size:
        return None
    return Finding(
        check="log",
        is_sound=size < _LONG_LOG,
        message=f"{log.name} holds {_bytes(size)} that belong to the database: whoever copies or moves one takes both",
        advice="" if size < _LONG_LOG else "a reader that never ends keeps it growing: restart the service",
    )


def _holder(store: Store) -> Finding:
    holder = store.holder()
    return Finding(check="lock", message=f"{holder} collects into it" if holder else "nobody collects into it now")


# --- the database -------------------------------------------------------------------------------------------


def _unreadable(store: Store) -> Finding | None:
    """Why not even its list of tables can be read; None when it can. Raises StoreError when that is no damage."""
    try:
        store.check()
    except StoreError as exc:
        if store.file is None or not _is_damage(exc):
            return None if exc.__cause__ is None else _refuse(exc)
        seen = file_fault(store.file)
        what = f"the file cannot be read as a database: {seen or exc}"
        return Finding(check="pages", is_sound=False, message=what, advice=_RESTORE)
    return None


def _refuse(exc: StoreError) -> Finding:
    raise exc


def _is_damage(exc: StoreError) -> bool:
    """Whether the file itself is at fault, not its permissions or somebody who keeps it locked."""
    return any(word in str(exc) for word in ("not a database", "damaged", "disk failed"))


def _revision(store: Store) -> Finding:
    try:
        store.check()
    except StoreNewer as exc:
        return Finding(check="version", is_sound=False, message=str(exc), advice="install that version")
    except StoreError as exc:
        return Finding(check="version", is_sound=False, message=str(exc), advice=_NOT_MIGRATED)
    return Finding(check="version", message="its tables are of this version")


def _pages(store: Store) -> Finding:
    return _attempt("pages", lambda: _damage(store))


def _damage(store: Store) -> Finding:
    complaints = store.damage()
    cut = file_fault(store.file) if store.file and not _log_of(store.file) else None
    if not complaints and cut:
        return Finding(check="pages", is_sound=False, message=cut, advice=_RESTORE)
    if not complaints:
        return Finding(check="pages", message="every page and every index is whole")
    if store.file is None:
        told = "; ".join(complaints[:3])
        return Finding(check="indexes", is_sound=False, message=told, advice="run REINDEX on each of them")
    if all(_OF_AN_INDEX.search(one) for one in complaints):
        what = "an index does not agree with its rows, so that some are not found"
        return Finding(check="indexes", is_sound=False, message=_told(what, complaints), advice=_REINDEX)
    seen = file_fault(store.file)
    what = f"the file is damaged{f': {seen}' if seen else ', pages of it are overwritten'}"
    return Finding(check="pages", is_sound=False, message=_told(what, complaints), advice=_RESTORE)


def _listed(check: str, wrong: list[str]) -> Finding:
    if not wrong:
        return Finding(check=check, message=_SOUND[check])
    return Finding(check=check, is_sound=False, message="; ".join(wrong[:5]), advice=_ADVICE[check])


_SOUND = {
    "references": "every row finds what it refers to",
    "tables": "every table, column and index is there",
    "rows": "every row can be read",
    "entries": "every entry is settled with an article, or waits to be collected",
    "articles": "every article is dated, published and has its text as it should",
    "stories": "every article that was grouped is in one story",
    "words": "every outcome is known",
    "feeds": "every feed waits as long as it may",
    "addresses": "every article is the only one at its address",
}
_ADVICE = {
    "references": "rows were deleted from outside: restore a backup of before",
    "tables": "something else changed the tables: restore a backup of before",
    "rows": "the disk or another program changed them: restore a backup of before, or delete these rows",
}


def _rules(store: Store, now: datetime, longest: timedelta) -> Iterator[Finding]:
    """A finding for each subject when all is well, otherwise one for each rule that is broken."""
    try:
        for check, group in groupby(store.broken_rules(now, longest), key=lambda told: told[0].name):
            wrong = [(rule, number, names) for rule, number, names in group if number]
            for rule, number, names in wrong:
                what = f"{number:,} {rule.says}: {', '.join(names)}{' …' if number > len(names) else ''}"
                yield Finding(check=check, is_sound=False, message=what, advice=rule.advice)
            if not wrong:
                yield Finding(check=check, message=_SOUND[check])
        yield _gaps(store)
    except StoreError as exc:
        yield Finding(check="rules", is_sound=False, message=f"the rows cannot be compared: {exc}", advice=_RESTORE)


def _gaps(store: Store) -> Finding:
    """Gaps are no damage of the database: what a feed no longer shows cannot be had any more. They are told."""
    missed = sorted(((feed.gap_count, feed.key) for feed in store.feeds() if feed.gap_count), reverse=True)
    if not missed:
        return Finding(check="gaps", message="no feed scrolled by between two polls")
    feeds = ", ".join(f"{key} {number} times" for number, key in missed[:3])
    return Finding(check="gaps", message=f"{len(missed):,} feeds may have scrolled by between two polls: {feeds}")


def _attempt(check: str, look: Callable[[], Finding]) -> Finding:
    """What was found, or that the looking itself failed on damage."""
    try:
        return look()
    except StoreError as exc:
        return Finding(check=check, is_sound=False, message=f"it cannot be read: {exc}", advice=_RESTORE)


def _told(what: str, complaints: list[str]) -> str:
    lines = " ".join(complaints[0].split())
    return f"{what} ({lines}{f', and {len(complaints) - 1} more' if len(complaints) > 1 else ''})"


def _bytes(number: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"
