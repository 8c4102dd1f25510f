"""A change on disk is noticed once, and not before it is complete."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from collector.config import load
from collector.current import Current
from collector.watch import Watch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A feeds.yaml in a folder without a corpus."""
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: [{key: a, keywords: [a]}]\n")
    return path


@pytest.fixture
def watch(file: Path) -> Watch:
    """A watch over that file, and over a corpus beside it."""
    return Watch(Current(load(file, {}), ()))


def test_nothing_has_changed_at_first(watch: Watch) -> None:
    assert [watch.has_changed() for _ in range(3)] == [False] * 3


def test_a_change_is_told_once_when_the_file_is_left_alone(watch: Watch, file: Path) -> None:
    """While it is being written it looks different each time."""
    looks = []
    for length in (1, 2, 3):
        file.write_text("#" * length)
        looks.append(watch.has_changed())

    assert looks == [False] * 3
    assert [watch.has_changed() for _ in range(3)] == [True, False, False]


def changed(watch: Watch) -> bool:
    """Whether one of two looks finds a change."""
    return any([watch.has_changed(), watch.has_changed()])


def test_a_file_that_another_replaces_is_seen(watch: Watch, file: Path) -> None:
    """Even one of the same size and time: many editors save so."""
    before = file.stat()
    other = file.with_name("new")
    other.write_bytes(file.read_bytes())
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)

    assert changed(watch)


def test_the_file_behind_a_link_is_seen(tmp_path: Path, file: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    watch = Watch(Current(load(link, {}), ()))
    file.write_text("topics: []\n")

    assert changed(watch)


def test_a_corpus_that_is_made_later_and_its_files_are_seen(watch: Watch, file: Path) -> None:
    """New, changed and removed ones."""
    corpus = file.parent / "corpus"
    corpus.mkdir()
    seed = corpus / "a.txt"
    seed.write_text("One")
    assert changed(watch)

    seed.write_text("Two")
    assert changed(watch)

    seed.unlink()
    assert changed(watch)


def test_what_is_missing_or_unreadable_is_no_error(watch: Watch, file: Path) -> None:
    """That it is gone is a change; what is wrong with that is said by whoever reads it."""
    file.unlink()
    file.with_name("corpus").write_text("a file, no folder")

    assert changed(watch)
