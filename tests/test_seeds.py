"""The corpus: the shipped seeds are clean articles, a user's files are read as a person would, mistakes are told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.config import load
from collector.errors import ConfigError
from collector.match import Matcher
from collector.model import Subject
from collector.seeds import Seed, read_corpus, save_corpus
from collector.shipped import shipped
from collector.store import Store

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SHIPPED = {seed.file[:3]: seed for seed in read_corpus(shipped("corpus"))}


# --- the shipped seeds -----------------------------------------------------------------------------------------------


def test_there_are_five_seeds_and_what_is_not_given_stays_empty() -> None:
    facts = {
        number: (seed.title, seed.authors, seed.publisher, seed.published_at, seed.updated_at)
        for number, seed in SHIPPED.items()
    }

    assert facts == {
        "000": ("North Korea Signals Closer BRICS Relations Amid Growing Russia Ties", (), "", None, None),
        "001": ("BRICS: Russia and North Korea Announce Historic Agreement", ("Vinod Dsouza",), "", None, None),
        "002": ("", (), "The Asia Business Daily", None, None),
        "003": (
            "DPRK Foreign Minister’s Visit to Russia: A Strategic Move Amidst Geopolitical Tensions",
            ("BNN Correspondents",), "", datetime(2024, 1, 14, 9, 33, tzinfo=UTC),
            datetime(2024, 1, 14, 10, 24, tzinfo=UTC),
        ),
        "004": (
            "North Korean Foreign Minister Embarks on Diplomatic Tour to Russia and Belarus",
            ("James Carter",), "", None, None,
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "begins", "ends", "paragraphs"),
    [
        ("000", "North Korea may be ramping up", "its decades-long isolation.", 9),
        ("001", "BRICS member Russia is looking", "are acting “in desperation”.", 7),
        ("002", "Indicates Closer Cooperation", "also exploring BRICS membership.", 11),
        ("003", "In a significant move amidst", "extend its geopolitical reach.", 6),
        ("004", "north Korean Foreign Minister to Visit", "* Economic Hardship:", 40),
    ],
)
def test_a_shipped_seed_is_the_article_and_nothing_else(
    number: str, begins: str, ends: str, paragraphs: int
) -> None:
    """From its first sentence to its last, without what stood around it."""
    seed = SHIPPED[number]
    lines = seed.text.split("\n")

    assert seed.text.startswith(begins)
    assert seed.text.endswith(ends)
    assert len(lines) == paragraphs
    assert seed.title not in lines
    for junk in (
        "Write2Earn", "Also Read", "Source:", "Image source", "All rights reserved", "Published:", "By: ", "Akismet",
        "AdBlocker", "You may also like", "Home »",
    ):  # fmt: skip
        assert junk not in seed.text


def test_every_word_of_a_seed_stands_in_its_file() -> None:
    """Lines are left out, never changed."""
    for seed in SHIPPED.values():
        words = (shipped("corpus") / seed.file).read_text("utf-8")
        assert all(line in words for line in seed.text.split("\n"))


def test_the_shipped_topics_match_the_seeds() -> None:
    """All are about North Korea and Russia, three about BRICS."""
    matcher = Matcher(load(shipped("feeds.yaml"), {}).topics)
    topics = {
        number: {match.topic for match in matcher.match(Subject(title=seed.title, text=seed.text))} for number, seed in SHIPPED.items()
    }

    assert all({"north-korea", "russia"} <= found for found in topics.values())
    assert all("brics" in topics[number] for number in ("000", "001", "002"))


# --- a user's own ----------------------------------------------------------------------------------------------------


def read(folder: Path, **files: str | bytes) -> list[Seed]:
    """The seeds of a folder with these files; "a_txt" is a.txt."""
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_corpus(folder)


def problems(folder: Path, **files: str | bytes) -> list[str]:
    """What is wrong with a folder with these files, by the names of the files."""
    with pytest.raises(ConfigError) as caught:
        read(folder, **files)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_a_text_file_opens_with_its_title(tmp_path: Path) -> None:
    (seed,) = read(tmp_path, a_txt="\ufeff\n A  title \n\nOne.\r\nTwo.\nA title\n", notes_doc="no seed")

    assert (seed.title, seed.text) == ("A title", "One.\nTwo.")
    assert (seed.authors, seed.published_at, seed.language, seed.url) == ((), None, None, None)


def test_a_markdown_file_loses_its_markup(tmp_path: Path) -> None:
    (seed,) = read(tmp_path, a_md="# A *title*\n\nOne [link](http://a.example/)\nand more.\n\n- **Two**\n- Three\n")

    assert (seed.title, seed.text) == ("A title", "One link and more.\nTwo\nThree")


def test_an_html_file_is_read_like_a_page(tmp_path: Path) -> None:
    """Its text without menus, and what it says of itself."""
    sentence = "The minister said that the treaty would be signed before the end of the year. "
    page = (
        '<html lang="en"><head><title>A treaty | Daily</title><meta name="author" content="Ann Lee">'
        '<meta property="article:published_time" content="2026-01-05T10:00:00+09:00"></head><body><nav>Home</nav>'
        f"<article><h1>A treaty</h1><p>{sentence * 3}</p><p>{sentence * 2}</p></article></body></html>"
    )
    (seed,) = read(tmp_path, a_html=page)

    assert (seed.title, seed.authors, seed.language) == ("A treaty", ("Ann Lee",), "en")
    assert seed.published_at == datetime(2026, 1, 5, 1, tzinfo=UTC)
    assert seed.text == f"{(sentence * 3).strip()}\n{(sentence * 2).strip()}"


def test_the_index_says_what_a_file_does_not(tmp_path: Path) -> None:
    index = """
- file: a.txt
  title: The title
  authors: [Ann Lee, Bob Ro]
  publisher: Daily
  published: 2026-01-05
  language: ko
  url: https://a.example/1
  omit: [Menu, "(ad)"]
"""
    (seed,) = read(tmp_path, seeds_yaml=index, a_txt="Menu\nThe title\nOne (ad) two.\nMenu\n")

    assert (seed.title, seed.text, seed.authors) == ("The title", "One  two.", ("Ann Lee", "Bob Ro"))
    assert (seed.publisher, seed.language, seed.url) == ("Daily", "ko", "https://a.example/1")
    assert (seed.published_at, seed.published_is_day) == (datetime(2026, 1, 5, tzinfo=UTC), True)


def test_no_folder_and_an_empty_one_have_no_seeds(tmp_path: Path) -> None:
    assert read_corpus(tmp_path / "missing") == []
    assert read(tmp_path, seeds_yaml="# nothing yet\n") == []


# --- mistakes --------------------------------------------------------------------------------------------------------


def test_every_mistake_in_the_index_is_told_with_its_place(tmp_path: Path) -> None:
    index = """\
- file: a.txt
  titel: x
  published: 5 January
  updated: 2026-01-05T10:00:00
  authors: Ann
- title: x
- a.txt
- file: b.txt
  url: nonsense
  language: Korean language
- file: missing.txt
- {file: c.txt, title: 7}
"""
    told = problems(tmp_path, seeds_yaml=index, a_txt="A\nB", b_txt="A\nB", c_txt="A\nB")

    assert [line.split(": ")[0] for line in told] == [
        "seeds.yaml:2:3", "seeds.yaml:3:14", "seeds.yaml:4:12", "seeds.yaml:5:12", "seeds.yaml:6:3", "seeds.yaml:7:3",
        "seeds.yaml:9:8", "seeds.yaml:10:13", "seeds.yaml:12:24",
    ]  # fmt: skip
    assert 'did you mean "title"?' in told[0]
    assert "2024-01-14T04:33:00-05:00" in told[1]


@pytest.mark.parametrize(
    ("index", "told"),
    [
        ("- file: [", "seeds.yaml:1:10: not YAML"),
        ("file: a.txt", "seeds.yaml:1:1: expected a list"),
        ("- file: a.txt\n- file: missing.txt", 'seeds.yaml:2:1: "missing.txt" is not in the folder'),
        ("- file: a.txt\n- file: a.txt", 'seeds.yaml:2:9: "a.txt" is listed twice'),
    ],
)
def test_an_index_that_cannot_be_used_is_told(tmp_path: Path, index: str, told: str) -> None:
    (problem,) = problems(tmp_path, seeds_yaml=index, a_txt="A\nB")

    assert problem.startswith(told)


def test_every_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """By its name; the good ones are no excuse."""
    (tmp_path / "folder.txt").mkdir()
    files = {"bad_txt": b"\xff\xfe\xfa", "empty_txt": "\n \n", "lone_txt": "A title", "page_html": "<p>Hi"}
    told = problems(tmp_path, **files, good_txt="A\nB")

    assert [line.split(": ")[0] for line in told] == ["bad.txt", "empty.txt", "folder.txt", "lone.txt", "page.html"]
    assert "UTF-8" in told[0]
    assert "no text" in told[1]


# --- stored ----------------------------------------------------------------------------------------------------------


def test_a_seed_is_stored_once_and_rewritten_when_it_changes(store: Store, tmp_path: Path) -> None:
    matcher = Matcher(load(shipped("feeds.yaml"), {}).topics)
    for words in ("On North Korea", "On North Korea", "On Russia"):
        save_corpus(store, read(tmp_path, a_txt=f"A title\n{words}"), matcher, NOW)
        (article,) = store.articles(kept_only=False)
        assert (article["text"], article["corpus_file"], article["text_source"]) == (words, "a.txt", "corpus")

    assert article["topics"] == ["russia"]
