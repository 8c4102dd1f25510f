"""The program as a whole, and `init`, `check` and `schema`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import jsonschema
import pytest

from collector import __version__
from collector.cli import COMMANDS
from tests.cli.conftest import User
from tests.site import Site

NAMES = [command.__name__.rstrip("_") for command in COMMANDS]
NEEDS_CONFIG = [
    ["run"], ["once"], ["check"], ["add", "http://a.example/"], ["import", "list.txt"], ["export", "opml"], ["status"],
    ["publish", "--out", "out"], ["backup", "copy"], ["migrate"], ["match", "--title", "x"],
]  # fmt: skip


async def test_without_a_command_it_says_what_there_is(user: User) -> None:
    done = await user()

    assert done.code == 2
    assert all(f"  {name}" in done.out + done.err for name in NAMES)


async def test_every_command_explains_itself(user: User) -> None:
    """With --help, what it does comes first, and every option has its words."""
    helps = await asyncio.gather(*(user(name, "--help") for name in NAMES))

    for name, done in zip(NAMES, helps, strict=True):
        assert (done.code, done.err) == (0, ""), name
        assert done.out.startswith(f"Usage: collector {name} "), name
        options = done.out.partition("Options:\n")[2].split("\n  -")
        assert all(len(option.split()) > 2 for option in options), done.out


async def test_the_console_script_is_the_program(user: User) -> None:
    script = Path(sys.executable).with_name("collector")
    process = await asyncio.create_subprocess_exec(script, "--version", stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()

    assert (process.returncode, out.decode()) == (0, f"collector {__version__}\n")


async def test_an_unknown_command_or_option_is_told(user: User) -> None:
    assert "frobnicate" in (await user("frobnicate")).err
    assert (await user("check", "--onlin")).code == 2


async def test_without_a_configuration_a_hint_says_how_to_get_one(user: User) -> None:
    for done in await asyncio.gather(*(user(*words) for words in NEEDS_CONFIG)):
        assert (done.code, done.out) == (2, "")
        assert done.err.count("\n") == 1
        assert "there is no feeds.yaml" in done.err
        assert "`collector init`" in done.err
    assert list(user.folder.iterdir()) == []


# --- init ------------------------------------------------------------------------------------------------------------


async def test_init_writes_what_check_finds_right(user: User) -> None:
    assert (await user("init", "new/folder")).code == 0
    user.folder /= "new/folder"
    done = await user("check")

    assert done.code == 0
    assert "feeds.yaml is right: 4 topics" in done.err
    assert "5 seed articles" in done.err


async def test_init_overwrites_nothing(user: User) -> None:
    (user.folder / "corpus").mkdir()
    assert (await user("init")).code == 0
    assert list((user.folder / "corpus").iterdir()) == []
    mine = user.write()
    before = mine.read_bytes()

    done = await user("init")

    assert (done.code, mine.read_bytes()) == (2, before)
    assert "exists already" in done.err


async def test_init_says_where_it_cannot_write(user: User) -> None:
    (user.folder / "file").touch()
    done = await user("init", "file/folder")

    assert done.code == 2
    assert done.err.startswith("collector: file/folder: ")


# --- check -----------------------------------------------------------------------------------------------------------


async def test_check_tells_everything_that_is_wrong_with_its_place(user: User) -> None:
    text = "topics:\n  - key: a\n    keywrds: [x]\nfeeds:\n  - nonsense\nsettings:\n  web: {port: 99999}\n"
    (user.folder / "feeds.yaml").write_text(text)
    done = await user("check")

    assert (done.code, done.out) == (2, "")
    places = [line.split(": ")[0] for line in done.err.splitlines()]
    assert places == ["feeds.yaml:2:5", "feeds.yaml:3:5", "feeds.yaml:5:5", "feeds.yaml:7:15"]
    assert 'did you mean "keywords"?' in done.err


async def test_check_looks_into_the_corpus_and_the_environment(user: User) -> None:
    user.write()
    (user.folder / "corpus").mkdir()
    (user.folder / "corpus" / "seeds.yaml").write_text("- file: missing.txt\n")
    done = await user("check")
    assert (done.code, done.err.split(":")[0]) == (2, "corpus/seeds.yaml")

    user.environment = {"COLLECTOR_WEB_PRT": "1"}
    done = await user("check")
    assert done.code == 2
    assert "COLLECTOR_WEB_PORT" in done.err


async def test_check_online_reads_every_feed_and_stores_nothing(user: User, site: Site) -> None:
    site.publish(3)
    missing = f"{site.base}/missing.xml"
    page = site.page(0)
    user.write({"url": site.feed, "key": "good"}, {"url": missing, "key": "bad"}, {"url": page, "key": "page"})

    table, rows = await asyncio.gather(user("check", "--online"), user("check", "--online", "--json"))

    assert (table.code, rows.code) == (1, 1)
    assert [(row["feed"], row["outcome"], row["entries"]) for row in rows.rows] == [
        ("good", "ok", 3), ("bad", "not-found", None), ("page", "not-a-feed", None),
    ]  # fmt: skip
    assert [line.split()[0] for line in table.out.splitlines()] == ["feed", "good", "bad", "page"]
    assert "2 of 3 feeds cannot be read" in table.err
    assert not (user.folder / "db").exists()

    user.write(site.feed)
    assert (await user("check", "--online")).code == 0


async def test_check_online_says_which_selectors_select_nothing(user: User, site: Site) -> None:
    site.publish(1)
    host = site.base.removeprefix("http://")
    path = user.write(site.feed)
    right = {"host": host, "body": "article", "remove": [".ad"]}
    wrong = [right | {"author": ".who"}, {"host": "nowhere.example", "body": "article"}]
    found = []
    for sites in ([right], wrong):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"sites": sites}))
        found.append(await user("check", "--online", "--json"))

    assert [done.code for done in found] == [0, 1]
    assert [(row["feed"], row["outcome"]) for row in found[0].rows[1:]] == [(f"site {host}", "ok")]
    assert [(row["outcome"], row["note"]) for row in found[1].rows[1:]] == [
        ("selects-nothing", ".who selects nothing; .ad selects nothing"),
        ("no-page", "no feed shows an article of this host"),
    ]
    assert "2 of 3 feeds and sites cannot be read" in found[1].err


# --- schema ----------------------------------------------------------------------------------------------------------


async def test_schema_is_one_that_the_shipped_file_holds(user: User) -> None:
    done = await user("schema")
    schema = json.loads(done.out)

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"topics": [{"key": "a", "keywords": ["b"]}], "feeds": ["https://a.example/"]}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"topcs": []}, schema)


# --- where the configuration is ---------------------------------------------------------------------------------------


async def test_options_stand_before_or_behind_the_command_and_beat_the_environment(user: User) -> None:
    mine = user.write()
    mine.rename(user.folder / "mine.yaml")
    user.environment = {"COLLECTOR_CONFIG": "theirs.yaml", "COLLECTOR_DATABASE": "theirs.db"}
    before, behind, neither = await asyncio.gather(
        user("--config", "mine.yaml", "--database", "a.db", "migrate"),
        user("migrate", "--config", "mine.yaml", "--database", "b.db"),
        user("migrate"),
    )

    assert (before.code, behind.code, neither.code) == (0, 0, 2)
    assert "theirs.yaml" in neither.err
    assert (user.folder / "a.db").exists()
    assert (user.folder / "b.db").exists()
    assert not (user.folder / "theirs.db").exists()


async def test_results_are_unicode_whatever_the_locale(user: User) -> None:
    user.write(keyword="북한")
    user.environment = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    (user.folder / "articles.jsonl").write_text('{"id": 1, "title": "북한"}', "utf-8")
    (row,) = (await user("match", "articles.jsonl")).rows

    assert row["evidence"][0]["words"] == "북한"
