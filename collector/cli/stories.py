"""`story`: what a person sees of stories and does to them. Works beside the running service, which takes it up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.cli.options import FEEDS_YAML, ConfigOption, DatabaseOption, JsonOption, load_config
from collector.cli.output import print_json, say, show
from collector.errors import StoryError

if TYPE_CHECKING:
    from pathlib import Path

    from collector.model import Story
    from collector.store import Store

_STORY = "The story's key or the beginning of it, or the address of one of its articles."
StoryArgument = Annotated[str, typer.Argument(metavar="STORY", help=_STORY)]
StoriesArgument = Annotated[list[str], typer.Argument(metavar="STORY...", help="Stories, as for `show`.")]
ArticlesArgument = Annotated[
    list[str], typer.Argument(metavar="ARTICLE...", help="Addresses or keys of articles, or corpus files.")
]


def show_(
    story: StoryArgument,
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a story: its reports, why each is there, and the steps taken, with the numbers that `undo` takes.

    With --json a line for the story, each of its reports and each step.
    """
    with _store(config, database) as store:
        found = _found(store, story)
        steps = store.story_steps(found.id)
    from collector import telling

    reports = [telling.as_plain(one, found) for one in found.reports]
    done = [telling.step_as_plain(step) for step in steps]
    if as_json:
        print_json({"story": found.key, "title": found.lead.title, "is_frozen": found.is_frozen,
                    "reports": len(reports), "independent": found.independent})  # fmt: skip
        for row in (*({"report": one} for one in reports), *({"step": one} for one in done)):
            print_json(row)
        return
    settled = " (settled: reports join, nothing else)" if found.is_frozen else ""
    print(f"{found.lead.title}\n{found.key}: {telling.counted(found)}{settled}\n")
    show([
        {"source": one["source"], "language": one["language"] or "", "date": f"{one['dated_at']:%Y-%m-%d %H:%M}",
         "title": one["title"], "": "pinned" if one["is_pinned"] else "", "why": one["because"],
         "address": one["url"] or one["key"]}
        for one in reports
    ])  # fmt: skip
    show([
        {"step": one["id"], "when": f"{one['at']:%Y-%m-%d %H:%M}", "what": one["text"], "story": one["story"],
         "other": one["other"] or ""}
        for one in done
    ], "\nWhat was done to it")  # fmt: skip


def merge(stories: StoriesArgument, config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None) -> None:
    """Make several stories one. The oldest keeps its key; the addresses of the others lead to it."""
    with _store(config, database) as store:
        key = store.merge_stories([_key(store, one) for one in stories], _now())
        _tell(store, key, "They are one story")


def split(articles: ArticlesArgument, config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None) -> None:
    """Make articles of one story a story of their own."""
    with _store(config, database) as store:
        key = store.split_story(_articles(store, articles), _now())
        _tell(store, key, "They are a story of their own")


def move(
    articles: ArticlesArgument,
    to: Annotated[str, typer.Option("--to", metavar="STORY", help="The story, as for `show`.")],
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
) -> None:
    """Move articles into another story."""
    with _store(config, database) as store:
        key = store.move_reports(_articles(store, articles), _key(store, to), _now())
        _tell(store, key, "They are in the story")


def pin(articles: ArticlesArgument, config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None) -> None:
    """Fix articles in their stories, also when their texts change."""
    with _store(config, database) as store:
        store.pin_reports(_articles(store, articles), _now(), is_pinned=True)
    say("They stay where they are.")


def unpin(articles: ArticlesArgument, config: ConfigOption = FEEDS_YAML, database: DatabaseOption = None) -> None:
    """Let pinned articles go."""
    with _store(config, database) as store:
        store.pin_reports(_articles(store, articles), _now(), is_pinned=False)
    say("They may be moved again.")


def undo(
    step: Annotated[int | None, typer.Argument(metavar="[STEP]", help="Its number; your last one if left out.")] = None,
    config: ConfigOption = FEEDS_YAML,
    database: DatabaseOption = None,
) -> None:
    """Take a step back: yours, or one of the machine's, which it does not repeat.

    Reports that came since stay where they are.
    """
    with _store(config, database) as store:
        number, key = store.undo_step(step, _now())
        _tell(store, key, f"Step {number} is undone")


COMMANDS = {"show": show_, "merge": merge, "split": split, "move": move, "pin": pin, "unpin": unpin, "undo": undo}


# --- what they share ------------------------------------------------------------------------------------------------


@contextmanager
def _store(config: Path, database: str | None) -> Iterator[Store]:
    loaded = load_config(config, database)
    from collector.store import Store

    store = Store.ready(loaded.database)
    try:
        yield store
    finally:
        store.close()


def _now() -> Any:
    from collector.app import clock

    return clock()


def _tell(store: Store, key: str, done: str) -> None:
    """What became of it; its key goes to standard output, for the next command."""
    print(key)
    story = store.story(key)
    say(f"{done}: {story.lead.title}" if story else f"{done}.")


def _key(store: Store, named: str) -> str:
    """The key of a story that is named by itself, or by one of its articles."""
    if "://" in named or named.count("-") == 4:
        found = _trace_of(store, named)
        if found is not None and found.story is not None:
            return str(found.story.key)
    return named


def _found(store: Store, named: str) -> Story:
    key = store.story_key(_key(store, named))
    story = store.story(key)
    if story is None:
        raise StoryError(f"there is nothing to show of story {key}")
    return story


def _articles(store: Store, named: list[str]) -> list[int]:
    """The ids of articles by their addresses, keys or corpus files."""
    ids = []
    for one in named:
        found = _trace_of(store, one)
        if found is None:
            raise StoryError(f"there is no article {one}")
        ids.append(found.id)
    return ids


def _trace_of(store: Store, named: str) -> Any:
    from collector.addresses.urls import canonical_url

    trace = store.trace(named, {named, canonical_url(named) or named})
    return trace and trace.article
