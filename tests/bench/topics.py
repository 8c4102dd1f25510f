"""How well topics match: the labelled set in tests/data/topics, a file per language, with plain baselines beside.

    python -m tests.bench.topics [--errors] [--unknown] [--raise] [LANGUAGE ...]

Four contestants, each asked of every text which of the set's subjects it mentions:

    country    topics of `country: XX`, people by one name, as a user would write them
    keywords   the names in CLDR and the common aliases as plain keywords
    regex      the same keywords between word boundaries
    substring  the same keywords anywhere

--errors prints every wrong and every missed subject of the first two; --unknown hides the language of the texts;
--raise writes better figures as the new floors (tests/data/topics/floors.json) and refuses to lower one.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from collector.match import Matcher, from_keywords, names
from collector.match.rules import Country, Rule
from collector.model import Subject

DATA = Path(__file__).resolve().parent.parent / "data" / "topics"
FLOORS = DATA / "floors.json"

COUNTRIES = "KP RU BY KR CN IN BR ZA IR EG ET AE ID OM UA".split()
NAMED = {
    "BRICS": "BRICS", "KIM": "Kim Jong Un", "CHOE": "Choe Son Hui", "PUTIN": "Vladimir Putin", "LAVROV": "Sergei Lavrov",
}  # fmt: skip

Found = set[str]
Contestant = Callable[[str, str | None], Found]  # text and its language -> the subjects that it mentions


@dataclass(frozen=True)
class Row:
    language: str
    labels: frozenset[str]
    text: str


@dataclass
class Score:
    """What was right, wrong and missed."""

    right: int = 0
    wrong: list[tuple[Row, str]] = field(default_factory=list)
    missed: list[tuple[Row, str]] = field(default_factory=list)

    def add(self, row: Row, found: Found) -> None:
        self.right += len(found & row.labels)
        self.wrong += [(row, label) for label in sorted(found - row.labels)]
        self.missed += [(row, label) for label in sorted(row.labels - found)]

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong) or 1)

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed) or 1)


@dataclass(frozen=True)
class Topic:
    """What a matcher needs of a configured topic."""

    key: str
    rule: Rule
    exclude: tuple[str, ...] = ()


def rows(languages: Iterable[str] = ()) -> Iterator[Row]:
    """The labelled texts, of all languages where none is named."""
    for path in sorted(DATA.glob("*.tsv")):
        if not languages or path.stem in languages:
            for line in path.read_text("utf-8").splitlines():
                labels, text = line.split("\t")
                yield Row(path.stem, frozenset(labels.split(",")) - {"-"}, text)


# --- contestants ----------------------------------------------------------------------------------------------------


def keywords() -> dict[str, list[str]]:
    """For each subject its names in the languages that news are widely read in, without adjectives and cities."""
    found = {code: names.listed(code) for code in COUNTRIES}
    return found | {label: names.listed(name) for label, name in NAMED.items()}


def _matching(topics: list[Topic]) -> Contestant:
    matcher = Matcher(topics)

    def ask(text: str, language: str | None) -> Found:
        return {match.topic for match in matcher.match(Subject(title="", text=text, language=language))}

    return ask


@cache
def country() -> Contestant:
    topics = [Topic(code, Country(code, rule=f"country: {code}")) for code in COUNTRIES]
    return _matching([*topics, *(Topic(label, from_keywords([name])) for label, name in NAMED.items())])


@cache
def plain() -> Contestant:
    return _matching([Topic(label, from_keywords(words)) for label, words in keywords().items()])


@cache
def regex() -> Contestant:
    patterns = {
        label: re.compile("|".join(rf"\b{re.escape(word)}\b" for word in words), re.IGNORECASE)
        for label, words in keywords().items()
    }
    return lambda text, _: {label for label, pattern in patterns.items() if pattern.search(text)}


@cache
def substring() -> Contestant:
    folded = {label: [word.casefold() for word in words] for label, words in keywords().items()}

    def ask(text: str, _: str | None) -> Found:
        text = text.casefold()
        return {label for label, words in folded.items() if any(word in text for word in words)}

    return ask


CONTESTANTS = {"country": country, "keywords": plain, "regex": regex, "substring": substring}


def scores(contestant: str, texts: Iterable[Row], *, is_known: bool = True) -> dict[str, Score]:
    """A contestant's score in each language and, as "all", over all. Without `is_known` no language is told."""
    ask, found = CONTESTANTS[contestant](), {"all": Score()}
    for row in texts:
        answer = ask(row.text, row.language if is_known else None)
        found["all"].add(row, answer)
        found.setdefault(row.language, Score()).add(row, answer)
    return found


# --- the command ----------------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="topics", description=__doc__.splitlines()[0])
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--unknown", action="store_true")
    parser.add_argument("--raise", dest="is_raising", action="store_true")
    parser.add_argument("language", nargs="*")
    options = parser.parse_args(arguments)
    texts = list(rows(options.language))
    found = {name: scores(name, texts, is_known=not options.unknown) for name in CONTESTANTS}
    _print(found, len(texts))
    if options.errors:
        for name in ("country", "keywords"):
            _print_errors(name, found[name]["all"])
    if options.is_raising and not options.language:
        return _raise(figures(found))
    return 0


def _print(found: dict[str, dict[str, Score]], texts: int) -> None:
    print(f"{texts} texts; precision and recall of   " + "".join(f"{name:>16}" for name in found))
    for language in [*sorted(found["country"].keys() - {"all"}), "all"]:
        cells = [f"{by[language].precision:.3f} {by[language].recall:.3f}" for by in found.values()]
        print(f"{language:>37}" + "".join(f"{cell:>16}" for cell in cells))


def _print_errors(name: str, score: Score) -> None:
    for kind, errors in (("wrong", score.wrong), ("missed", score.missed)):
        for row, label in errors:
            print(f"{name} {kind} {label} [{row.language}] {row.text}")


def figures(found: dict[str, dict[str, Score]]) -> dict[str, dict[str, float]]:
    """What has floors: the first two contestants over all, cut (not rounded) to four digits."""
    return {
        name: {"precision": _cut(found[name]["all"].precision), "recall": _cut(found[name]["all"].recall)}
        for name in ("country", "keywords")
    }


def _cut(figure: float) -> float:
    return int(figure * 10_000) / 10_000


def _raise(new: dict[str, dict[str, float]]) -> int:
    """Write the floors; refuse when one would sink."""
    old = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    lower = [
        f"{name} {kind}: {new[name][kind]} is below the floor {floor}"
        for name, kinds in old.items()
        for kind, floor in kinds.items()
        if new[name][kind] < floor
    ]
    if lower:
        print("refused:", *lower, sep="\n  ", file=sys.stderr)
        return 1
    FLOORS.write_text(json.dumps(new, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
