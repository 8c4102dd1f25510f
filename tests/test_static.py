"""Published files: what the server would send, written so that a reader never sees half of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.channels import Channels, Kind, Place
from collector.errors import CollectorError
from collector.publish import FORMATS
from collector.static import write_site
from tests.watch import Watch

REVISIONS = Place(kind=Kind.REVISIONS)
PATHS = {
    f"{name}.{form.suffix}"
    for form in FORMATS.values()
    for name in (
        "feed", "stories", "revisions", "topics/north-korea", "topics/russia", "topics/north-korea/stories",
        "topics/russia/stories",
    )
}


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    watch = Watch(tmp_path)
    watch.keep(1, "north-korea")
    watch.keep(2, "russia")
    yield watch
    watch.store.close()


@pytest.fixture
def channels(watch: Watch) -> Channels:
    return Channels(watch.store, lambda: watch.config)


def files(folder: Path) -> set[str]:
    """Everything below the folder that a web host would show."""
    return {str(path.relative_to(folder)) for path in folder.rglob("[!.]*") if path.is_file()}


def test_the_files_are_what_the_server_sends(tmp_path: Path, watch: Watch, channels: Channels) -> None:
    """Every channel in every format, in folders made on the way."""
    out = tmp_path / "a" / "b"
    changed = write_site(channels, watch.config, out)

    assert files(out) == PATHS
    assert {str(path.relative_to(out)) for path in changed} == PATHS
    for key, form in FORMATS.items():
        assert (out / f"feed.{form.suffix}").read_bytes() == channels.render(key).body
        assert (out / f"revisions.{form.suffix}").read_bytes() == channels.render(key, REVISIONS).body
        assert (out / f"topics/russia.{form.suffix}").read_bytes() == channels.render(key, Place(topic="russia")).body


def test_only_what_changed_is_written(tmp_path: Path, watch: Watch, channels: Channels) -> None:
    """A host that copies by date copies no more than needed."""
    write_site(channels, watch.config, tmp_path / "out")
    assert write_site(channels, watch.config, tmp_path / "out") == []

    watch.keep(3, "russia")
    changed = {path.name for path in write_site(channels, watch.config, tmp_path / "out")}
    assert changed == {f"{name}.{form.suffix}" for form in FORMATS.values() for name in ("feed", "russia")}


def test_a_file_is_replaced_never_written_into(tmp_path: Path, watch: Watch, channels: Channels) -> None:
    """Who has the old file open reads it to its end, and nothing else is left behind."""
    out = tmp_path / "out"
    write_site(channels, watch.config, out)
    with (out / "feed.xml").open("rb") as held:
        watch.keep(3)
        write_site(channels, watch.config, out)
        assert held.read() != (out / "feed.xml").read_bytes()
    assert {path.name for path in out.rglob(".*")} == {".collector-files"}


def test_files_of_a_topic_that_is_gone_are_removed_and_no_others(
    tmp_path: Path, watch: Watch, channels: Channels
) -> None:
    """The folder may hold what a person put there, even beside ours."""
    out = tmp_path / "out"
    write_site(channels, watch.config, out)
    (out / "topics" / "mine.xml").write_text("mine")
    (out / "index.html").write_text("mine")
    watch.edit("  - {key: russia, title: Russia & CIS, keywords: [Russia]}\n", "")

    removed = [path for path in write_site(channels, watch.config, out) if not path.exists()]
    names = {str(path.relative_to(out / "topics")) for path in removed}
    assert names == {f"{name}.{form.suffix}" for form in FORMATS.values() for name in ("russia", "russia/stories")}
    assert files(out) == {path for path in PATHS if "russia" not in path} | {"index.html", "topics/mine.xml"}


def test_a_list_that_somebody_wrote_removes_nothing_outside(
    tmp_path: Path, watch: Watch, channels: Channels
) -> None:
    """The list of our files is on disk: it is read with suspicion."""
    out, precious = tmp_path / "out", tmp_path / "precious.xml"
    precious.write_text("mine")
    out.mkdir()
    (out / "index.html").write_text("mine")
    (out / ".collector-files").write_text("topics/../../precious.xml\n../precious.xml\nindex.html\n")
    write_site(channels, watch.config, out)
    assert precious.exists()
    assert (out / "index.html").exists()


def test_files_do_not_lead_to_pages_that_they_cannot_have(
    tmp_path: Path, watch: Watch, channels: Channels
) -> None:
    """A host of files ignores queries: a link to the next page would lead to the same page for ever."""
    for number in range(5, 30):
        watch.keep(number)
    write_site(channels, watch.config, tmp_path / "out")
    assert b'rel="next"' in channels.render("atom").body
    assert b'rel="next"' not in (tmp_path / "out" / "feed.atom").read_bytes()


def test_files_can_be_read_by_the_web_server(tmp_path: Path, watch: Watch, channels: Channels) -> None:
    """They get the permissions that new files get, not those of temporary ones."""
    before = os.umask(0o022)
    try:
        write_site(channels, watch.config, tmp_path / "out")
    finally:
        os.umask(before)
    assert (tmp_path / "out" / "feed.xml").stat().st_mode & 0o777 == 0o644


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, watch: Watch, channels: Channels) -> None:
    """The user hears where and why."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(CollectorError, match=r"cannot write to .*out.*: (File exists|Not a directory)"):
        write_site(channels, watch.config, tmp_path / "out")
