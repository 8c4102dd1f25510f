"""Topics -> what is asked of each article: one finder for all words, and for each topic its rule above them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from collector.match.evaluation import Leaf, may_hold_without_words, sorted_by_cost
from collector.match.exclusions import Exclusions
from collector.match.names import country_words
from collector.match.rules import Any, Building, Country, Everything, Rule, Words, children, joined, walk, with_children
from collector.match.words import Word, WordFinder, is_word, read_word


class Topic(Protocol):
    """What is needed of a configured topic."""

    @property
    def key(self) -> str: ...
    @property
    def rule(self) -> Rule: ...
    @property
    def exclude(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Compiled:
    """A topic. `leaves` has for each of its words (by number) the leaves that it belongs to, `labels` has for each leaf
    where it is written. `is_open`: it may match an article in which none of its words stands.
    """

    key: str
    rule: Rule | Leaf
    leaves: dict[int, tuple[int, ...]]
    labels: tuple[str, ...]
    exclusions: Exclusions
    is_open: bool


class Compilation:
    """All topics, their words numbered together: `users` has for each word the topics (by place) that it concerns."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        topics = list(topics)
        self._numbers: dict[Word, int] = {}
        leafy = [self._leafy(topic.rule) for topic in topics]
        unwanted = [[self._number(phrase) for phrase in map(read_word, topic.exclude)] for topic in topics]
        self.words = list(self._numbers)
        self.terms = [str(word) for word in self.words]
        self.finder = WordFinder(self.words)
        self.topics = [
            self._compiled(topic, tree, phrases) for topic, tree, phrases in zip(topics, leafy, unwanted, strict=True)
        ]
        users: list[list[int]] = [[] for _ in self.words]
        for number, topic in enumerate(self.topics):
            for word in dict.fromkeys((*topic.leaves, *unwanted[number])):
                users[word].append(number)
        self.users = [tuple(numbers) for numbers in users]
        self.rank = ranks([(topic.key, topic.rule) for topic in topics])

    def _compiled(self, topic: Topic, tree: _Tree, unwanted: list[int]) -> Compiled:
        leaves: dict[int, tuple[int, ...]] = {}
        for number, words in enumerate(tree.leaves):
            for word in words:
                leaves[word] = (*leaves.get(word, ()), number)
        return Compiled(
            key=topic.key,
            rule=sorted_by_cost(tree.rule),
            leaves=leaves,
            labels=tuple(tree.labels),
            exclusions=Exclusions(self.words, self.finder, leaves.keys(), unwanted),
            is_open=may_hold_without_words(tree.rule),
        )

    def _leafy(self, rule: Rule) -> _Tree:
        tree = _Tree()
        tree.rule = self._with_leaves(rule, tree)
        return tree

    def _with_leaves(self, rule: Rule, tree: _Tree) -> Rule | Leaf:
        match rule:
            case Words(words):
                return tree.leaf([self._number(word) for word in words], str(words[0]), rule.rule)
            case Country(code):
                return tree.leaf([self._number(word) for word in country_words(code)], f"country: {code}", rule.rule)
            case _:
                return with_children(rule, tuple(self._with_leaves(part, tree) for part in children(rule)))

    def _number(self, word: Word) -> int:
        if not is_word(word.text):
            raise ValueError(f"a keyword without a letter: {word.text!r}")
        return self._numbers.setdefault(word, len(self._numbers))


class _Tree:
    """A rule on the way to leaves: the words of each, and where it is written."""

    rule: Rule | Leaf

    def __init__(self) -> None:
        self.leaves: list[list[int]] = []
        self.labels: list[str] = []

    def leaf(self, words: list[int], term: str, label: str) -> Leaf:
        self.leaves.append(list(dict.fromkeys(words)))
        self.labels.append(label)
        return Leaf(len(self.leaves) - 1, len(self.leaves[-1]), term, label)


def from_keywords(keywords: Sequence[str], label: str = "keywords", language: str | None = None) -> Rule:
    """The rule that any of the keywords holds: a `*` alone is every article."""
    words = tuple(read_word(keyword, language) for keyword in keywords if not is_everything(keyword))
    parts: list[Rule] = [Words(words, rule=label)] if words else []
    if len(words) < len(keywords):
        parts.append(Everything(rule=label))
    return joined(Any, parts, label)


def is_everything(keyword: str) -> bool:
    return keyword.strip() == "*"


def ranks(rules: Sequence[tuple[str, Rule]]) -> dict[str, int]:
    """An order of the topics in which each comes after those that it is built of. Raises ValueError for a circle and
    for one that is not there.
    """
    built = {key: {part.key for part in walk(rule) if isinstance(part, Building)} for key, rule in rules}
    if missing := set().union(*built.values()) - built.keys():
        raise ValueError(f'there is no topic "{min(missing)}"')
    try:
        return {key: number for number, key in enumerate(TopologicalSorter(built).static_order())}
    except CycleError as exc:
        raise ValueError(f"topics are built of each other: {' -> '.join(exc.args[1])}") from None
