"""`add`, `import` and `export`: feeds in and out, articles out."""

from __future__ import annotations

import asyncio
import csv
import io
import shlex

from aiohttp import web

from collector.config import load
from tests.cli.conftest import PROGRAM, User
from tests.site import Site

FILE = """\
# What I follow.
topics:
  - {key: korea, keywords: [North Korea]}

feeds:
  - https://a.example/rss  # an old friend

settings:
  fetch: {allow_private: [127.0.0.0/8], workers: 1}  # for this test
"""


def write(user: User, text: str = FILE) -> None:
    """Writes feeds.yaml as a person does."""
    (user.folder / "feeds.yaml").write_text(text)


def answer(text: str, media_type: str = "text/html"):
    """A site's own answer."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=text, content_type=media_type)

    return answer


def feeds(user: User) -> list[tuple[str, str | None]]:
    """The feeds of feeds.yaml with their names."""
    return [(feed.url, feed.name) for feed in load(user.folder / "feeds.yaml", {}).feeds]


# --- add -------------------------------------------------------------------------------------------------------------


async def test_add_writes_a_feed_and_keeps_every_comment(user: User, site: Site) -> None:
    site.publish(2)
    write(user)
    first = await user("add", site.feed)
    again = await user("add", site.feed)
    text = (user.folder / "feeds.yaml").read_text()

    assert (first.code, again.code) == (0, 0)
    assert "Added Pretend News" in first.err
    assert "2 entries" in first.err
    assert "already" in again.err
    assert feeds(user) == [("https://a.example/rss", None), (site.feed, "Pretend News")]
    assert [line for line in text.splitlines() if line in FILE.splitlines()] == FILE.splitlines()


async def test_add_finds_the_feeds_that_a_site_names(user: User, site: Site) -> None:
    """The first is added, the others are told; an address needs no scheme."""
    site.publish(1)
    second = site.rss().replace("Pretend News", "Second News")
    site.answers["/second.xml"] = answer(second, "text/xml")
    site.answers["/"] = answer(
        '<html><head><base href="/sub/"><link rel="alternate" type="application/rss+xml" href="../feed.xml">'
        '<link rel="alternate" type="application/atom+xml" href="/second.xml"></head></html>'
    )
    write(user)
    done = await user("add", site.base.removeprefix("http://"))

    assert done.code == 0
    assert feeds(user)[1:] == [(site.feed, "Pretend News")]
    assert f"collector add {site.base}/second.xml" in done.err


async def test_add_says_when_nothing_is_found(user: User, site: Site) -> None:
    """And leaves the file as it is."""
    site.answers["/"] = site.answers["/feed.xml"] = answer("<html><body>Welcome</body></html>")
    write(user)
    nothing, missing = await asyncio.gather(user("add", site.base), user("add", f"{site.base}/none"))

    assert (nothing.code, missing.code) == (2, 2)
    assert "its page leads to none" in nothing.err
    assert "404" in missing.err
    assert (user.folder / "feeds.yaml").read_text() == FILE


# --- import ----------------------------------------------------------------------------------------------------------

OPML = """<?xml version="1.0"?><opml version="2.0"><head/><body><outline text="Asia">
<outline type="rss" text="Beta" xmlUrl="https://b.example/rss" language="ko"/>
<outline type="rss" text="Old" xmlUrl="https://a.example/rss"/>
<outline type="rss" text="Odd" xmlUrl="gopher://c.example/"/></outline></body></opml>"""


async def test_import_adds_what_is_new_from_opml_a_list_and_an_address(user: User, site: Site) -> None:
    write(user)
    (user.folder / "feeds.opml").write_text(OPML)
    (user.folder / "list.txt").write_text("# mine\nhttps://d.example/rss\nnonsense\n")
    site.answers["/feeds.opml"] = answer(OPML.replace("b.example", "e.example"), "text/x-opml")
    opml = await user("import", "feeds.opml")
    listed = await user("import", "list.txt")
    downloaded = await user("import", f"{site.base}/feeds.opml")

    assert [done.code for done in (opml, listed, downloaded)] == [0, 0, 0]
    assert "passed over: feeds.opml: expected an address" in opml.err
    assert "gopher" in opml.err
    assert "Added 1 of 2 feeds; 1 were there already." in opml.err
    assert "passed over: list.txt:3:1: " in listed.err
    names = ["https://a.example/rss", "https://b.example/rss", "https://d.example/rss", "https://e.example/rss"]
    assert [url for url, _ in feeds(user)] == names
    beta = load(user.folder / "feeds.yaml", {}).feeds[1]
    assert (beta.name, beta.language, beta.labels) == ("Beta", "ko", ("Asia",))
    assert "# an old friend" in (user.folder / "feeds.yaml").read_text()


async def test_no_command_repeats_a_password(user: User, site: Site) -> None:
    """A password in the address that a command is given is used, and neither shown nor written down."""
    site.publish(1)
    site.answers["/feed.opml"] = answer("<html></html>", "text/html")
    write(user)
    base = site.base.replace("http://", "http://ann:s3cret@")
    for command, path in (("add", "/feed.xml"), ("add", "/none"), ("import", "/none"), ("import", "/feed.opml")):
        done = await user(command, base + path)
        assert "s3cret" not in done.out + done.err
        assert site.base.removeprefix("http://") in done.err
    assert "s3cret" not in (user.folder / "feeds.yaml").read_text()


async def test_import_says_what_is_wrong_with_its_source(user: User, site: Site) -> None:
    write(user)
    (user.folder / "page.html").write_text("<html><body>Not a list</body></html>")
    missing, page, gone = await asyncio.gather(
        user("import", "missing.opml"), user("import", "page.html"), user("import", f"{site.base}/gone.opml")
    )

    assert [done.code for done in (missing, page, gone)] == [2, 2, 2]
    assert "missing.opml: No such file" in missing.err
    assert page.err.startswith("page.html: expected OPML")
    assert "404" in gone.err
    assert (user.folder / "feeds.yaml").read_text() == FILE


# --- export ----------------------------------------------------------------------------------------------------------


async def test_export_opml_comes_back_through_import(user: User) -> None:
    write(user)
    done = await user("export", "opml")
    (user.folder / "out.opml").write_text(done.out)
    write(user, FILE.replace("  - https://a.example/rss  # an old friend\n", "  []\n"))

    assert (await user("import", "out.opml")).code == 0
    assert [url for url, _ in feeds(user)] == ["https://a.example/rss"]


async def test_export_prints_articles_as_json_lines_and_csv(user: User, site: Site) -> None:
    """What matches; with --all the others too. Times are ISO 8601."""
    site.publish(2)
    site.publish(1, words="=1+1 a cat sat on a mat")
    user.write({"url": site.feed, "key": "pretend"})
    assert (await user("once")).code == 0
    kept, everything, table = await asyncio.gather(
        user("export", "jsonl"), user("export", "jsonl", "--all"), user("export", "csv", "--all")
    )

    assert (len(kept.rows), len(everything.rows)) == (2, 3)
    article = next(row for row in kept.rows if row["title"].endswith("part 1"))
    assert (article["topics"], article["feeds"], article["url"]) == (["korea"], ["pretend"], site.page(1))
    assert article["published_at"] == "2026-01-05T10:01:00+00:00"
    assert article["text"].replace("\n", " ") == site.items[1].text
    cells = list(csv.DictReader(io.StringIO(table.out)))
    assert [row["id"] for row in cells] == [str(row["id"]) for row in everything.rows]
    assert any(row["title"].startswith("'=1+1") for row in cells)


async def test_a_reader_that_has_seen_enough_is_no_error(user: User, site: Site) -> None:
    site.publish(5)
    site.items = [item.__class__(**(vars(item) | {"text": item.text * 200})) for item in site.items]
    user.write(site.feed)
    assert (await user("once")).code == 0
    command = f"{shlex.join(PROGRAM)} export jsonl | head -c 100; exit ${{PIPESTATUS[0]}}"
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", command, cwd=user.folder, env=user.environ(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()

    assert (process.returncode, len(out), err) == (0, 100, b"")


async def test_an_empty_database_has_no_articles(user: User) -> None:
    write(user)
    done, table = await asyncio.gather(user("export", "jsonl"), user("export", "csv"))

    assert (done.code, done.out, table.code, table.out) == (0, "", 0, "")
