"""The README is true: it names every command, option, setting, key and format, and what it shows works.

`python -m tests.test_docs` writes its table of settings anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

from collector import __version__
from collector.cli import app
from collector.config import FeedConfig, Settings, Topic, environment, load
from collector.config.parts import PARTS
from collector.config.where import Where
from collector.match import Matcher, expression
from collector.model import Subject
from collector.publish import FORMATS
from tests.conftest import ROOT

README = ROOT / "README.md"
TEXT = README.read_text("utf-8")
MARKS = ("<!-- settings -->\n", "<!-- /settings -->\n")
ROOT_COMMAND = typer.main.get_command(app)


def settings_table() -> str:
    """The table of settings as it must stand in the README."""
    lines = ["| setting | default | means |", "|---|---|---|"]
    for section, field in Settings.model_fields.items():
        for name, setting in type(field.default).model_fields.items():
            shown = f"`{written(setting.default)}`" if setting.default not in (None, "", ()) else ""
            meaning = (setting.description or "").replace("|", r"\|")
            lines.append(f"| `{section}.{name}` | {shown} | {meaning} |")
    return "\n".join(lines) + "\n"


def written(value: object) -> str:
    """A value as it is written in the file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def section(title: str) -> str:
    """The text below a heading, up to the next one."""
    _, found, rest = TEXT.partition(f"\n## {title}\n")
    assert found, f"the README has no section {title}"
    return re.split(r"\n## ", rest, maxsplit=1)[0]


def in_code(name: str, text: str) -> bool:
    """Whether the text has the name within backquotes, as a word of its own."""
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", code) for code in inline)


# --- commands --------------------------------------------------------------------------------------------------------

COMMANDS = sorted(ROOT_COMMAND.commands.items())
SHARED = {"--help", "-h", "-v"}


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_has_a_row_that_names_its_options(name: str, command: typer.core.TyperCommand) -> None:
    """What every command, or a table, has in common stands above the table."""
    common, _, table = section("Commands").partition("| command | does |")
    (row,) = re.findall(rf"^\| `collector {name}\b.*$", table, re.MULTILINE)

    parts = list(getattr(command, "commands", {}).values()) or [command]
    options = {word for part in parts for option in part.params for word in option.opts if word.startswith("-")} - SHARED
    options |= set(getattr(command, "commands", {}))
    assert [word for word in sorted(options) if not in_code(word, row + common)] == []


def test_the_readme_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"`collector ([a-z]+)", TEXT))

    assert named <= set(ROOT_COMMAND.commands)


def test_the_options_of_the_program_itself_are_named() -> None:
    options = {word for option in ROOT_COMMAND.params for word in option.opts if word.startswith("--")} - SHARED

    assert [word for word in sorted(options) if not in_code(word, section("Commands"))] == []


# --- feeds.yaml ------------------------------------------------------------------------------------------------------


def test_the_table_of_settings_is_what_the_program_has() -> None:
    """Each with its default and what it is for."""
    _, found, rest = TEXT.partition(MARKS[0])
    table, end, _ = rest.partition(MARKS[1])

    assert found
    assert end
    assert table == settings_table(), "write it anew: python -m tests.test_docs"


def test_every_property_of_topics_and_feeds_is_named() -> None:
    text = section("feeds.yaml")
    topics, _, feeds = text.partition("**Feeds.**")
    missing = [name for name in FeedConfig.model_fields if not in_code(name, feeds)]
    missing += [name for name in names_of(Topic) if not in_code(name, topics)]

    assert missing == []


def names_of(model: type[BaseModel]) -> list[str]:
    """What the properties are called in the file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def test_all_that_a_rule_can_say_is_named() -> None:
    """Each part of a rule, each condition on where an article comes from, each field of the one-line form."""
    text = section("Topics")
    missing = [name for name in [*PARTS, *names_of(Where)] if not in_code(name, text)]
    missing += [name for name in expression.FIELD_NAMES if f"`{name}" not in text]

    assert missing == []


def test_every_line_of_the_table_of_lines_is_a_rule() -> None:
    rows = section("Topics").partition("| written | means |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    lines = [line for row in rows for line in re.findall(r"`([^`]+)`", row.split("|")[1])]

    assert len(lines) >= 20
    for line in lines:
        expression.parse(line)


def test_the_topics_that_the_readme_shows_mean_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text(example("Topics"), "utf-8")
    matcher = Matcher(load(tmp_path / "feeds.yaml", {}).topics)

    def matched(title: str, text: str = "", **origin: object) -> list[str]:
        return [match.topic for match in matcher.match(Subject(title=title, text=text, language="en", **origin))]

    assert matched("DPRK news") == ["north-korea"]
    assert matched("Russia", "football") == []
    assert matched("Russia", "chess") == ["russia-in-headlines"]
    assert matched("", "Russia sends North Korea some arms") == ["north-korea", "arms"]
    assert matched("", "Moscow: North Korea, a missile of which we know, transferred") == ["north-korea", "arms-in-detail"]
    assert matched("", "Anything", similarity=0.5) == ["like-the-corpus"]


def example(title: str = "feeds.yaml") -> str:
    """The feeds.yaml of the README, or what one of its sections shows."""
    return section(title).partition("```yaml\n")[2].partition("```")[0]


def test_the_example_loads_and_means_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text(example(), "utf-8")
    config = load(tmp_path / "feeds.yaml", {})
    matcher = Matcher(config.topics)

    assert [topic.key for topic in config.topics] == ["north-korea", "russia"]
    assert next(feed.url for feed in config.feeds) == "https://www.38north.org/feed/"
    assert config.settings.publish.full_text
    assert [match.topic for match in matcher.match(Subject(title="Nordkoreanische Truppen", text=""))] == ["north-korea"]
    assert matcher.match(Subject(title="White Russia", text="白俄罗斯")) == ()
    assert [match.topic for match in matcher.match(Subject(title="White Russia and Russia", text=""))] == ["russia"]


def test_the_rules_of_the_environment_are_those_of_the_program() -> None:
    """The example is a setting; the two variables for options are those of the options."""
    text = section("feeds.yaml")
    (name, place), *_ = re.findall(r"`(COLLECTOR_\w+)=\S+` is\s+`settings\.([a-z_.]+)`", text)
    variables = {
        variable
        for _, command in COMMANDS
        for option in command.params
        for variable in ([option.envvar] if isinstance(option.envvar, str) else option.envvar or [])
    }

    assert environment.names()[name] == tuple(place.split("."))
    assert variables == {"COLLECTOR_CONFIG", "COLLECTOR_DATABASE"}
    assert all(in_code(variable, text) for variable in variables)
    assert environment.names().keys().isdisjoint(variables)


# --- the rest --------------------------------------------------------------------------------------------------------


def test_every_format_is_named() -> None:
    text = section("What it publishes")

    assert [form.suffix for form in FORMATS.values() if f"/feed.{form.suffix}" not in text] == []
    assert [form.suffix for form in FORMATS.values() if f".{form.suffix}`" not in text] == []


def test_every_place_that_the_readme_names_is_there() -> None:
    """Files and folders of the program, in "How an article flows" and in the table below it."""
    text = section("How an article flows")
    named = set(re.findall(r"(?<![\w./-])((?:[a-z_]+/)*[a-z_]+\.py|(?:[a-z_]+/)+)(?![\w*])", text))
    roots = (ROOT, ROOT / "collector")

    assert {"publish/", "config/settings.py", "parse/", "corpus/", "collect.py"} <= named
    assert [name for name in sorted(named) if not any((root / name).exists() for root in roots)] == []


def test_the_changelog_has_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert re.search(rf"^## (Unreleased|{re.escape(__version__)})", changelog, re.MULTILINE)


if __name__ == "__main__":
    before, _, rest = TEXT.partition(MARKS[0])
    README.write_text(before + MARKS[0] + settings_table() + MARKS[1] + rest.partition(MARKS[1])[2], "utf-8")
