"""feeds.yaml is read whole or refused with every reason and its place; edits only add."""

from __future__ import annotations

import ipaddress
import json
import resource
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from collector import config
from collector.config import document
from collector.config import read as read_with
from collector.errors import ConfigError

CASES = Path(__file__).parent / "data" / "config"
RIGHT = sorted((CASES / "right").glob("*.yaml"))
WRONG = sorted((CASES / "wrong").glob("*.yaml"))
SECRET = "hunter2"
ENVIRON = {
    "TOKEN": SECRET,
    "CREDENTIALS": f"user:{SECRET}",
    "PROXY_USER": "user",
    "PROXY_PASSWORD": SECRET,
    "NO_COLON": "abc",
    "LINE_BREAK": "a\nb",
}


def read(text: str, environ: dict[str, str] | None = None) -> config.Config:
    return config.read(text.encode(), "feeds.yaml", {} if environ is None else environ)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def everything() -> config.Config:
    return config.load(CASES / "right" / "everything.yaml", ENVIRON)


@pytest.fixture(params=["C", "pure Python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML with libyaml, and as it is where there is none."""
    if request.param == "pure Python":
        monkeypatch.setattr(document, "_Loader", yaml.SafeLoader)


# --- what is read ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("either_parser")
def test_each_property_arrives_in_the_units_of_the_program(everything: config.Config) -> None:
    """Durations are seconds, sizes bytes, networks networks; text that YAML 1.1 would change stays text."""
    feed, poll, fetch = everything.feeds[1], everything.settings.poll, everything.settings.fetch
    assert (feed.key, feed.name, feed.language, feed.country) == ("example", "no", "pt-BR", "BR")
    assert (feed.labels, feed.interval, feed.full_text, feed.disabled) == (
        ("state-media", "agency"),
        600,
        True,
        True,
    )
    assert (poll.interval, poll.min_interval, poll.max_interval, poll.concurrency) == (1200, 60, 86400, 8)
    assert (fetch.timeout, fetch.max_feed_size, fetch.max_page_size, fetch.host_delay) == (
        10,
        500_000,
        2**20,
        0,
    )
    assert fetch.allow_private == (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1"))
    assert everything.settings.publish.items == 50
    assert everything.base_url == "https://news.example.org"
    assert everything.corpus == CASES / "right" / "examples"
    assert everything.publish_folder == CASES / "right" / "public"
    assert [topic.title for topic in everything.topics] == ["North Korea", "all"]
    assert everything.topics[0].keywords == ("North Korea", "DPRK", "북한", "nuclear*")


def test_environment_variables_take_the_place_of_their_references(everything: config.Config) -> None:
    """Credentials, headers, proxies and the database are what the environment makes of them."""
    feed = everything.feeds[1]
    assert feed.credentials == f"user:{SECRET}"
    assert feed.headers == {"Accept-Language": "pt", "Authorization": f"Bearer {SECRET}"}
    assert feed.proxy == f"http://user:{SECRET}@proxy.example.net:3128"
    assert everything.database == f"postgresql://news:{SECRET}@db.example.net/news"


def test_a_configuration_never_shows_its_secrets(everything: config.Config) -> None:
    """Neither repr nor a dump of any part has a value that came from the environment."""
    parts = [everything, everything.settings.model_dump(), *(feed.model_dump() for feed in everything.feeds)]
    assert SECRET not in "".join(repr(part) + str(part) for part in parts)


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_right_files_load_from_bytes_and_from_disk_alike(path: Path) -> None:
    """`load` is `read` of the file's bytes; the digest is theirs."""
    loaded = config.load(path, ENVIRON)
    assert loaded == config.read(path.read_bytes(), str(path), ENVIRON)
    assert len(loaded.digest) == 64


@pytest.mark.parametrize("name", ["utf-16", "utf-8-with-mark"])
def test_byte_order_marks_say_the_encoding(name: str) -> None:
    """What Windows editors write is read."""
    (feed,) = config.load(CASES / "right" / f"{name}.yaml", {}).feeds
    assert (feed.url, feed.name) == ("http://example.org/a", "新闻")


def test_a_file_with_feeds_alone_has_every_default() -> None:
    """Topics may be missing; a newcomer's settings are those of the design."""
    loaded = config.load(CASES / "right" / "feeds-only.yaml", {})
    settings = loaded.settings
    assert [feed.key for feed in loaded.feeds] == ["example-org-a", "example-org-b"]
    assert loaded.topics == ()
    assert (settings.poll.interval, settings.poll.min_interval, settings.poll.max_interval) == (
        1800,
        300,
        86400,
    )
    assert (settings.fetch.timeout, settings.fetch.max_feed_size, settings.fetch.host_delay) == (
        30,
        15_000_000,
        1,
    )
    assert loaded.database == str(CASES / "right" / "db" / "data" / "collector.sqlite3")
    assert loaded.base_url == "http://127.0.0.1:8080"
    assert settings == config.Settings()


def test_sections_whose_lines_are_comments_are_empty() -> None:
    """A section without content is no mistake."""
    loaded = config.load(CASES / "right" / "all-commented-out.yaml", {})
    assert (loaded.topics, loaded.feeds, loaded.settings) == ((), (), config.Settings())


@pytest.mark.parametrize(
    ("written", "database"),
    [
        ("news.sqlite3", "/home/news/news.sqlite3"),
        ("/var/lib/news.sqlite3", "/var/lib/news.sqlite3"),
        ("sqlite:///news.sqlite3", "/home/news/news.sqlite3"),
        ("sqlite:////var/lib/news.sqlite3", "/var/lib/news.sqlite3"),
        ("postgresql+psycopg://me@host/news", "postgresql+psycopg://me@host/news"),
    ],
)
def test_a_database_file_is_relative_to_the_folder_of_the_configuration(written: str, database: str) -> None:
    """Wherever Collector is started, it finds the same database."""
    text = f"settings: {{storage: {{database: '{written}'}}}}"
    assert config.read(text.encode(), "/home/news/feeds.yaml", {}).database == database


def test_another_database_changes_nothing_else() -> None:
    """The command line's database is relative to the working folder, and checked like the file's."""
    loaded = read("feeds: [https://example.org/a]")
    other = loaded.with_database("other.sqlite3")
    assert other.database == str(Path.cwd() / "other.sqlite3")
    assert (other.feeds, other.settings.poll) == (loaded.feeds, loaded.settings.poll)
    with pytest.raises(ConfigError, match="postgresql"):
        loaded.with_database("mysql://example.org/news")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(
            (word, word)
            for word in ["no", "on", "1:30", "0123", "2026-01-05", "1_000", "=", "0b1", "1e", ".", "-x"]
        ),
        *((word, None) for word in ["", "~", "null", "NULL"]),
        *((word, True) for word in ["true", "True", "TRUE"]),
        *((word, int(word, 0)) for word in ["0", "-12", "+3", "0x1F", "0o17"]),
        *((word, float(word)) for word in ["1.5", "-.5", "1e3", "2."]),
        ("9" * 5000, None),
    ],
)
@pytest.mark.usefixtures("either_parser")
def test_plain_words_mean_what_the_core_schema_of_yaml_1_2_says(written: str, value: object) -> None:
    """Of YAML 1.1's surprises none is left; a number with leading zeros or very many digits is text."""
    found = document.parse(f"a: {written}\nb: '{written}'\n".encode(), "x").data
    assert found["b"] == written
    if len(written) < 5000:
        assert found["a"] == value
        assert type(found["a"]) is type(value)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_every_problem_is_told_with_its_place(path: Path) -> None:
    """One error lists all that is wrong, in the file's order, and repeats no secret."""
    expected = path.with_suffix(".txt").read_text().splitlines()
    with pytest.raises(ConfigError) as caught:
        config.read(path.read_bytes(), "feeds.yaml", ENVIRON)
    assert str(caught.value).splitlines() == [f"feeds.yaml:{line}" for line in expected]
    assert SECRET not in str(caught.value)


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    """A newcomer learns what to do; a folder in the file's place is an error too, not a traceback."""
    with pytest.raises(ConfigError, match="collector init"):
        config.load(tmp_path / "feeds.yaml", {})
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path, {})


def test_thousands_of_problems_are_cut_short() -> None:
    """An error is there to be read."""
    found = problems("feeds:\n" + "  - x\n" * 5000)
    assert len(found) == 101
    assert found[-1] == "feeds.yaml: and more problems"


def test_no_problem_repeats_a_password() -> None:
    """What is wrong with an address is said without what it holds: problems are logged."""
    found = problems("feeds:\n" + "  - https://ann:s3cret@a.example/f\n" * 2)
    assert len(found) == 3
    assert not any("s3cret" in problem or "ann" in problem for problem in found)


def test_an_interval_is_checked_against_bounds_only_when_it_is_given() -> None:
    """Who raises the shortest interval need not know of the first guess."""
    assert read("settings: {poll: {min_interval: 1h}}").settings.poll.min_interval == 3600
    assert "interval must lie between" in problems("settings: {poll: {min_interval: 1h, interval: 5m}}")[0]


NESTED = 200_000
BOMBS = {
    "flow lists": "[" * NESTED,
    "flow mappings": "{a: " * NESTED,
    "block lists": "- " * NESTED,
    "keys of keys": "? " * NESTED,
    "aliases": "a: &a [x]\nfeeds:\n" + "- *a\n" * NESTED,
    "items": "feeds: [" + "1," * NESTED,
    "names": "".join(f"a{i}: 1\n" for i in range(NESTED)),
    "headers": "feeds:\n- url: http://a.b\n  headers:\n" + "".join(f"    X-{i}: 1\n" for i in range(NESTED)),
    "pairs in a list": "feeds: [" + "a: b, " * NESTED,
    "one long word": "feeds: " + "x" * 2**23,
    "one long number": "settings: {poll: {interval: " + "9" * 2**20 + "}}",
    "tags": "feeds:\n" + "- !!a b\n" * NESTED,
    "wrong feeds": "feeds:\n" + "- {url: https://a.b/f, bogus: 1, language: '!!', interval: x}\n" * 40_000,
    "doubles": "feeds: []\n" * NESTED,
    "too large": " " * (document.MAX_BYTES + 1),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_time_and_in_few_words(name: str) -> None:
    """Whatever grows without end is stopped: in a few seconds, with an error that can be printed."""
    start = time.process_time()
    found = problems(BOMBS[name])
    assert time.process_time() - start < 6
    assert sum(map(len, found)) < 100_000


def test_twenty_thousand_feeds_load_in_time() -> None:
    """A list of that length, each feed with its properties, is read in a few seconds (README: figures)."""
    feed = "- {{url: 'https://a{0}.example/feed', name: Feed {0}, language: en, country: US, labels: [a, b], interval: 10m}}\n"
    text = "feeds:\n" + "".join(feed.format(number) for number in range(20_000))
    start = time.process_time()
    assert len(read(text).feeds) == 20_000
    assert time.process_time() - start < 15


@given(
    st.one_of(
        st.binary(max_size=200), st.text("aef:ds-[]{}&*!|>'\"%@`,?# \n\t~<0", max_size=80).map(str.encode)
    )
)
def test_no_bytes_lead_to_anything_but_an_answer_or_a_config_error(data: bytes) -> None:
    """Whatever the file holds, the caller needs to catch one exception."""
    try:
        config.read(data, "feeds.yaml", {})
    except ConfigError as error:
        assert error.problems


@pytest.mark.shared
def test_hostile_files_load_or_are_refused_clearly(shared: Path) -> None:
    """Each within two seconds and a hundred MiB; only two of them are good enough to be used."""
    folder = shared / "hostile" / "payloads" / "yaml"
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    loaded = set()
    for path in sorted(folder.iterdir()):
        try:
            config.load(path, {})
        except ConfigError as error:
            assert str(path) in str(error)
        else:
            loaded.add(path.name)
    assert loaded == {"half_written.yaml", "utf16.yaml"}
    assert time.monotonic() - start < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


@given(
    st.text(st.sampled_from("ab é북\"'\\:#\n-"), min_size=1, max_size=60).map(str.strip).filter(bool),
    st.sampled_from(['"', "'", "|", ">", ""]),
    st.integers(10, 40),
)
def test_a_place_within_a_text_is_that_of_its_character(value: str, style: str, width: int) -> None:
    """However the text is written: plain, in quotes, as a block; folded or not."""
    text = yaml.dump({"a": [value]}, default_style=style or None, allow_unicode=True, width=width)
    found = document.parse(text.encode(), "x")
    assume(found.data == {"a": [value]})
    for offset, character in enumerate(value):
        if character.isalnum():
            assert text[found.place_within(("a", 0), offset)] == character


# --- keys -----------------------------------------------------------------------------------------

LONG = "https://example.org/" + "a" * 80


def test_a_derived_key_can_be_read_and_does_not_depend_on_the_order() -> None:
    """Words of the address; a hash only where they do not tell it from another one."""
    urls = [
        "https://www.example.org/News/",
        "https://example.org/news?lang=en",
        "http://example.org/a/b",
        "http://example.org/a-b",
        "http://localhost:8000/feed.xml",
        "https://例え.example/",
        LONG,
    ]
    keys = config.derived_keys(urls, taken={"localhost-8000-feed-xml"})
    assert keys[urls[0]] == "example-org-news"
    assert keys[urls[1]] == "example-org-news-lang-en"
    assert {keys[url].rpartition("-")[0] for url in urls[2:4]} == {"example-org-a-b"}
    assert keys[urls[4]].startswith("localhost-8000-feed-xml-")
    assert keys[urls[5]].startswith("example-")
    assert len(keys[LONG]) <= 73
    assert len(set(keys.values())) == len(urls)
    assert config.derived_keys(reversed(urls), taken={"localhost-8000-feed-xml"}) == keys


@given(
    st.lists(
        st.from_regex(r"https?://[a-z가-힣]{1,9}\.[a-z]{2}/[\w./?=-]{0,99}", fullmatch=True), unique=True
    )
)
def test_derived_keys_are_keys_and_differ(urls: list[str]) -> None:
    """Every address gets a key of its own that could stand in the file."""
    keys = config.derived_keys(urls)
    assert len(set(keys.values())) == len(urls)
    for key in keys.values():
        config.Topic(key=key, keywords=("x",))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://example.org", "http://EXAMPLE.org:80/#top", True),
        ("https://example.org:443/a", "HTTPS://example.org./a", True),
        ("https://example.org/a", "http://example.org/a", False),
        ("https://example.org/a", "https://example.org/A", False),
        ("https://example.org/a", "https://example.org/a/", False),
        ("https://example.org/?b", "https://example.org/?c", False),
        ("http://[::1", "http://[::1", True),
    ],
)
def test_spellings_of_one_address_are_the_same(one: str, other: str, same: bool) -> None:
    """Only what RFC 3986 calls equivalent is: a feed's address may mean something in every character."""
    assert (config.same_address(one) == config.same_address(other)) is same


# --- the JSON Schema ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(config.json_schema())
    return jsonschema.Draft202012Validator(config.json_schema())


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_the_schema_accepts_what_loads(path: Path, schema: jsonschema.Draft202012Validator) -> None:
    """An editor marks nothing in a right file."""
    schema.validate(json.loads(json.dumps(document.parse(path.read_bytes(), path.name).data)))


def all_errors(errors: Iterable[jsonschema.ValidationError]) -> Iterator[jsonschema.ValidationError]:
    """Those within alternatives, too."""
    for error in errors:
        yield error
        yield from all_errors(error.context)


@pytest.mark.parametrize("name", ["typical", "bounds", "list", "topics"])
def test_the_schema_finds_what_it_can(name: str, schema: jsonschema.Draft202012Validator) -> None:
    """An editor marks unknown names, wrong types and values out of bounds."""
    data = document.parse((CASES / "wrong" / f"{name}.yaml").read_bytes(), name).data
    found = {".".join(map(str, error.absolute_path)) for error in all_errors(schema.iter_errors(data))}
    at_least = {
        "typical": {"", "topics.0.key", "topics.1", "feeds.0", "settings.poll.interval", "settings.web.port"},
        "bounds": {"settings.publish.items"},
        "list": {""},
        "topics": {
            "topics.0.key", "topics.1", "topics.4.match.all.0.any", "topics.4.match.all.1", "topics.4.match.all.4",
            "topics.4.match.all.6.country.0", "topics.4.match.all.7.where", "topics.4.match.all.10.similar",
            "topics.4.match.all.11.mentions", "topics.4.match.all.12", "topics.4.match.all.14.in",
            "topics.8.names", "topics.8.country.0", "topics.8.similar", "topics.8.in", "topics.8.where.feeds",
            "topics.10", "topics.12.match",
        },
    }
    assert at_least[name] <= found


def test_every_property_is_described() -> None:
    """What the documentation and an editor's hints are made of."""
    definitions = config.json_schema()["$defs"]
    bare = [
        f"{name}.{key}"
        for name, definition in definitions.items()
        for key, value in definition.get("properties", {}).items()
        if not value.get("description")
    ]
    assert bare == []


def test_the_shipped_file_is_right(schema: jsonschema.Draft202012Validator) -> None:
    """The feeds.yaml that a newcomer starts from loads, and an editor marks nothing in it."""
    path = Path(__file__).parent.parent / "feeds.yaml"
    assert config.load(path, {}).feeds
    schema.validate(document.parse(path.read_bytes(), path.name).data)


# --- edits ----------------------------------------------------------------------------------------

NEW = [
    {"url": "https://new.example/a"},
    {"url": "https://new.example/b", "name": 'x: "y"', "labels": ["l"], "key": None},
]
EDITS = sorted(path.name.removesuffix(".before.yaml") for path in (CASES / "edits").glob("*.before.yaml"))


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.usefixtures("either_parser")
def test_new_feeds_are_lines_below_the_last_and_nothing_else_changes(name: str, tmp_path: Path) -> None:
    """Comments, quotes, blank lines and order stay: the rest of the file is the same text."""
    path = tmp_path / "feeds.yaml"
    path.write_bytes((CASES / "edits" / f"{name}.before.yaml").read_bytes())
    keys = config.add_feeds(path, NEW)
    assert path.read_text() == (CASES / "edits" / f"{name}.after.yaml").read_text()
    assert keys == ["new-example-a", "new-example-b"]
    assert config.load(path, {}).feeds[-1].name == 'x: "y"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"feeds": []}', '{"feeds": [ADDED]}'),
        ("feeds: [http://a.b]", "feeds: [http://a.b, ADDED]"),
        (
            "feeds: [http://a.b,\n  {url: 'http://c.d'}, # x\n]",
            "feeds: [http://a.b,\n  {url: 'http://c.d'}, ADDED, # x\n]",
        ),
    ],
)
@pytest.mark.usefixtures("either_parser")
def test_a_list_in_brackets_grows_within_its_brackets(before: str, after: str, tmp_path: Path) -> None:
    """JSON stays JSON."""
    added = '"https://new.example/a", {"url": "https://new.example/b", "name": "x: \\"y\\"", "labels": ["l"]}'
    path = tmp_path / "feeds.yaml"
    path.write_text(before)
    assert len(config.add_feeds(path, NEW)) == 2
    assert path.read_text() == after.replace("ADDED", added)


def test_line_ends_encoding_mode_and_links_are_kept(tmp_path: Path) -> None:
    """A file from Windows stays one; a link stays a link; nobody else learns to read the file."""
    target, link = tmp_path / "real.yaml", tmp_path / "feeds.yaml"
    target.write_bytes("feeds:\r\n  - http://a.b\r\n# 끝\r\n".encode("utf-16"))
    target.chmod(0o600)
    link.symlink_to(target.name)
    config.add_feeds(link, NEW[:1])
    assert link.is_symlink()
    assert (
        target.read_bytes().decode("utf-16")
        == "feeds:\r\n  - http://a.b\r\n  - https://new.example/a\r\n# 끝\r\n"
    )
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feeds.yaml", "real.yaml"]


def test_a_feed_that_is_there_is_not_added_again(tmp_path: Path) -> None:
    """Neither one of the file nor one that is given twice; references to the environment do not matter."""
    path = tmp_path / "feeds.yaml"
    path.write_text("feeds:\n- {url: https://a.example/, credentials: '${NOT_SET}', proxy: '${NOT_SET}'}\n")
    assert config.add_feeds(path, [{"url": "https://A.example"}]) == []
    assert config.add_feeds(path, [{"url": "https://b.example"}, {"url": "https://b.example/#x"}]) == [
        "b-example"
    ]


@pytest.mark.parametrize(
    ("before", "feed"),
    [
        ("feeds:\n- http://a.b\n", {"url": "javascript:alert(1)"}),
        ("feeds:\n- http://a.b\n", {"url": "http://c.d", "language": "klingon"}),
        ("feeds:\n- http://a.b\n", {"url": "http://c.d", "unknown": "x"}),
        ("feeds:\n- {url: http://a.b, key: k}\n", {"url": "http://c.d", "key": "k"}),
        ("feeds:\n- nonsense\n", {"url": "http://c.d"}),
        ("topics: []\n...\n", {"url": "http://c.d"}),
    ],
)
def test_a_file_that_would_not_load_is_not_written(before: str, feed: dict[str, str], tmp_path: Path) -> None:
    """The file stays as it is, and the error says why."""
    path = tmp_path / "feeds.yaml"
    path.write_text(before)
    with pytest.raises(ConfigError):
        config.add_feeds(path, [feed])
    assert path.read_text() == before
    assert list(tmp_path.iterdir()) == [path]


@given(
    st.lists(
        st.fixed_dictionaries(
            {"url": st.integers(0, 99).map("https://e.example/{}".format)},
            optional={"name": st.text(min_size=1, max_size=30)},
        ),
        max_size=4,
    )
)
def test_what_is_added_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, feeds: list[dict[str, str]]
) -> None:
    """Whatever the name of a feed, it comes back; if it cannot stand in a file, the file stays as it is."""
    path = tmp_path_factory.mktemp("edit") / "feeds.yaml"
    path.write_text("feeds:\n  - http://a.b\n")
    expected = {}
    for feed in feeds:
        expected.setdefault(feed["url"], " ".join(feed.get("name", "").split()) or None)
    try:
        config.add_feeds(path, feeds)
    except ConfigError:
        assert path.read_text() == "feeds:\n  - http://a.b\n"
    else:
        assert {feed.url: feed.name for feed in config.load(path, {}).feeds[1:]} == expected


def test_a_setting_from_the_environment_wins_over_the_file():
    environ = {"COLLECTOR_WEB_PORT": "9000", "COLLECTOR_POLL_INTERVAL": "10m", "COLLECTOR_FETCH_ALLOW_PRIVATE": "10.0.0.0/8,::1/128"}

    config = read_with(b"settings: {web: {port: 1, host: '::1'}}", "feeds.yaml", environ | {"COLLECTOR_WEB_BASE_URL": ""})

    assert (config.settings.web.port, config.settings.web.host) == (9000, "::1")
    assert config.settings.poll.interval == 600
    assert [str(network) for network in config.settings.fetch.allow_private] == ["10.0.0.0/8", "::1/128"]
    assert config.settings.web.base_url is None, "an empty variable is none"


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"COLLECTOR_WEB_PORT": "many"}, "COLLECTOR_WEB_PORT: expected a whole number"),
        ({"COLLECTOR_WEB_PROT": "9000"}, 'COLLECTOR_WEB_PROT: there is no such setting: did you mean "COLLECTOR_WEB_PORT"?'),
    ],
)
def test_a_wrong_variable_is_named(environ, message):
    with pytest.raises(ConfigError) as caught:
        read_with(b"feeds: []", "feeds.yaml", environ)

    assert message in str(caught.value)
