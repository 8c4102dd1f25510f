"""The rules of topics as YAML: what a rule may be made of, read into the tree of `match.rules`.

A new part of a rule is a row in `parts.PARTS` and a `read_…` here. Every problem is collected with its place: a path,
and for what is wrong within a text the offset in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from collector.config.checks import check_country, check_keyword, check_language, check_similarity
from collector.config.parts import PARTS
from collector.config.values import in_words, near_miss, shorten
from collector.config.where import Where
from collector.match import rules as tree
from collector.match.expression import MOST, ExpressionError, parse
from collector.match.printing import printed
from collector.match.regex import RegexError, compiled
from collector.match.rules import Rule, is_mention, joined, labelled, walk
from collector.match.words import read_word

Path = tuple[str | int, ...]

_RULE = "a word, or a mapping such as {any: [...]}"
_LONGEST_LABEL = 200
_HOW = {"exact": {"form": "exact"}, "case": {"form": "exact", "case": True}, "prefix": {"prefix": True}}
_OUTSIDE = (tree.Where, tree.Building, tree.Similar)  # what says nothing of the text


def read_match(value: Any) -> Rule:
    """What stands under `match:`: a line, a list of rules of which one must hold, or a rule. Raises ValidationError
    with every problem.
    """
    reader = _Reader()
    rule = _read(reader, value)
    if reader.problems or rule is None:
        raise ValidationError.from_exception_data("match", reader.problems)
    return rule


def read_names(value: Any) -> Rule:
    """What stands under `names:`. Raises ValidationError with every problem."""
    reader = _Reader()
    rule = reader.read_names(value, (), "names", {})
    if reader.problems or rule is None:
        raise ValidationError.from_exception_data("names", reader.problems)
    return rule


def narrow(rule: Rule, count: int | None, field: str | None) -> Rule:
    """The rule with `mentions` and `in` as a topic has them. Raises ValidationError when it cannot have them."""
    reader = _Reader()
    parts = [rule] if count is None else reader.counted([rule], count, ("mentions",))
    parts = parts if field is None else reader.placed(parts, field, ("in",))
    if reader.problems:
        raise ValidationError.from_exception_data("topic", reader.problems)
    return parts[0]


def named_topics(value: Any) -> list[tree.Building]:
    """The topics that what stands under `match:` names, also where it is wrong otherwise; paths begin there."""
    reader = _Reader()
    _read(reader, value)
    return reader.named


def _read(reader: _Reader, value: Any) -> Rule | None:
    if isinstance(value, str):
        return reader.line(value, ())
    if isinstance(value, list):
        return reader.several(value, (), "match", tree.Any)
    return reader.rule(value, (), "")


class _Reader:
    """Reads rules and collects their problems; None stands where there is no rule."""

    def __init__(self) -> None:
        self.problems: list[InitErrorDetails] = []
        self.named: list[tree.Building] = []  # the topics that were named

    def complain(
        self, path: Path, message: str, value: Any = None, offset: int | None = None, *, of_key: bool = False
    ) -> None:
        context = {"message": message, "of_key": of_key} | ({} if offset is None else {"offset": offset})
        error = PydanticCustomError("rule", "{message}", context)
        self.problems.append(InitErrorDetails(type=error, loc=path, input=value))

    def checked(self, check: Callable[[Any], Any], value: Any, path: Path) -> Any:
        try:
            return check(value)
        except (RegexError, ExpressionError) as exc:
            self.complain(path, str(exc), value, exc.offset)
        except ValueError as exc:
            self.complain(path, str(exc), value)
        return None

    def rule(self, value: Any, path: Path, label: str) -> Rule | None:
        """A text is a word, a mapping has parts that must all hold."""
        if isinstance(value, str):
            return self.word(value, path, label)
        if not isinstance(value, dict) or not value:
            self.complain(path, f"expected {_RULE}, found {_mistaken(value)}", value)
            return None
        parts = []
        for name, given in value.items():
            if name not in PARTS:
                self.complain((*path, name), _unknown(name), given, of_key=True)
            elif not PARTS[name].is_modifier:
                read = getattr(self, f"read_{name}")
                parts.append(read(given, (*path, name), _under(label, name), value))
        if None in parts or any(name not in PARTS for name in value):
            return None
        if not parts:
            names = ", ".join(name for name, part in PARTS.items() if not part.is_modifier)
            self.complain(path, f"expected one of {names}", value)
            return None
        return self.narrowed(parts, value, path, label)

    def narrowed(self, parts: list[Rule], value: dict[str, Any], path: Path, label: str) -> Rule | None:
        """The parts together, with `mentions` and `in` applied to those that look at the text."""
        for name in value:
            if (other := PARTS[name].goes_with) and other not in value:
                self.complain((*path, name), f'"{name}" goes with "{other}"', value[name], of_key=True)
        if "mentions" in value:
            parts = self.counted(parts, value["mentions"], (*path, "mentions"))
        if "in" in value:
            parts = self.placed(parts, value["in"], (*path, "in"))
        return joined(tree.All, parts, label)

    def counted(self, parts: list[Rule], count: Any, path: Path) -> list[Rule]:
        mentions = [part for part in parts if is_mention(part)]
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST:
            self.complain(path, f"expected a whole number from 1 to {MOST}", count)
        elif len(mentions) != 1:
            self.complain(path, '"mentions" counts one of words, names, country, regex, near, or any of them', count)
        else:
            counted = tree.AtLeast(mentions[0], count, rule=f"mentions: {count}")
            return [counted if part is mentions[0] else part for part in parts]
        return parts

    def placed(self, parts: list[Rule], field: Any, path: Path) -> list[Rule]:
        if field not in tree.FIELDS:
            self.complain(path, 'expected "title" or "text"', field)
            return parts
        placed = []
        for part in parts:
            outside = any(isinstance(each, _OUTSIDE) for each in walk(part))
            if outside and not isinstance(part, _OUTSIDE):
                self.complain(path, f"what stands in {field} cannot hold where, topic or similar: put them beside it")
            placed.append(part if outside else tree.In(part, field, rule=f"in: {field}"))
        return placed

    def word(self, value: str, path: Path, label: str, **how: Any) -> Rule | None:
        words = self.checked(check_keyword, value, path)
        if words is None:
            return None
        if words.strip() == "*":
            return tree.Everything(rule=label)
        return tree.Words((replace(read_word(words), **how),), rule=label)

    def line(self, value: Any, path: Path) -> Rule | None:
        if not isinstance(value, str):
            self.complain(path, "expected a line of words, AND, OR, NOT", value)
            return None
        rule = self.checked(parse, value, path)
        return rule and self._placed_names(rule, path)

    def _placed_names(self, rule: Rule, path: Path) -> Rule:
        """The same, knowing where it names topics and feeds."""
        parts = tuple(self._placed_names(part, path) for part in tree.children(rule))
        rule = tree.with_children(rule, parts)
        if isinstance(rule, tree.Building | tree.Where):
            rule = replace(rule, path=path)
        if isinstance(rule, tree.Building):
            self.named.append(rule)
        return rule

    def several(self, value: Any, path: Path, label: str, kind: type) -> Rule | None:
        """A list of rules as one."""
        if not isinstance(value, list) or not value:
            self.complain(path, f"expected a list of rules, each {_RULE}", value)
            return None
        is_any = kind is tree.Any
        found = []
        for number, item in enumerate(value):
            is_word = isinstance(item, str) and is_any
            found.append(self.rule(item, (*path, number), label if is_word else f"{label}[{number + 1}]"))
        return None if None in found else joined(kind, found, label)

    def texts(self, value: Any, path: Path) -> list[tuple[str, Path]]:
        """A text, or a list of texts, with their places."""
        if isinstance(value, str):
            return [(value, path)]
        if isinstance(value, list) and value:
            items = [(item, (*path, number)) for number, item in enumerate(value)]
            wrong = [item for item in items if not isinstance(item[0], str)]
            for item, place in wrong:
                self.complain(place, f"expected text, found {_mistaken(item)}", item)
            return [] if wrong else items
        self.complain(path, f"expected text, or a list of texts, found {_mistaken(value)}", value)
        return []

    def each(self, value: Any, path: Path, label: str, make: Callable[[str, Path], Rule | None]) -> Rule | None:
        """Any of what is made of the texts."""
        found = [make(text, place) for text, place in self.texts(value, path)]
        return None if None in found or not found else joined(tree.Any, found, label)

    # --- the parts --------------------------------------------------------------------------------------------------

    def read_any(self, value: Any, path: Path, label: str, _: Any) -> Rule | None:
        return self.several(value, path, label, tree.Any)

    def read_all(self, value: Any, path: Path, label: str, _: Any) -> Rule | None:
        return self.several(value, path, label, tree.All)

    def read_none(self, value: Any, path: Path, label: str, _: Any) -> Rule | None:
        part = self.several(value, path, label, tree.Any)
        return part and tree.Not(part, rule=label)

    def read_near(self, value: Any, path: Path, label: str, around: dict[str, Any]) -> Rule | None:
        within = around.get("within")
        if not isinstance(within, int) or isinstance(within, bool) or not 1 <= within <= MOST:
            place = (*path[:-1], "within") if "within" in around else path
            self.complain(place, f'expected "within", a number of words from 1 to {MOST}', within)
            return None
        whole = self.several(value, path, "", tree.All)
        if whole is None:
            return None
        if not isinstance(whole, tree.All):
            self.complain(path, "expected at least two rules that stand near each other", value)
            return None
        for number, part in enumerate(whole.parts):
            if not is_mention(part):
                self.complain((*path, number), "expected what stands in a text: words, names, country, regex, any")
        near = tree.Near(whole.parts, within)
        return labelled(_unlabelled(near), _cut(printed(near)))

    def read_words(self, value: Any, path: Path, label: str, around: dict[str, Any]) -> Rule | None:
        how: dict[str, Any] = {}
        for name, changes in _HOW.items():
            if isinstance(around.get(name), bool):
                how |= changes if around[name] else {}
            elif name in around:
                self.complain((*path[:-1], name), "expected true or false", around[name])
        if "language" in around:
            how["language"] = self.checked(check_language, around["language"], (*path[:-1], "language"))
        return self.each(value, path, label, lambda text, place: self.word(text, place, label, **how))

    def read_names(self, value: Any, path: Path, label: str, _: Any) -> Rule | None:
        if not isinstance(value, dict) or not value:
            self.complain(path, "expected languages with their names, such as {ko: [북한], ru: [КНДР]}", value)
            return None
        found = [self._names(tag, names, (*path, tag), label) for tag, names in value.items()]
        return None if None in found else joined(tree.Any, found, label)

    def _names(self, tag: str, names: Any, path: Path, label: str) -> Rule | None:
        language = self.checked(check_language, tag, path)
        return self.each(
            names, path, label, lambda text, place: self.word(text, place, f"{label}: {tag}", language=language)
        )

    def read_regex(self, value: Any, path: Path, label: str, _: Any) -> Rule | None:
        def make(text: str, place: Path) -> Rule | None:
            return tree.Regex(text, rule=label) if self.checked(compiled, text, place) else None

        return self.each(value, path, label, make)

    def read_country(self, value: Any, path: Path, label: str, _: Any) -> Rule | None:
        def make(text: str, place: Path) -> Rule | None:
            return tree.Country(text, rule=f"country: {text}") if self.checked(check_country, text, place) else None

        return self.each(value, path, label, make)

    def read_topic(self, value: Any, path: Path, label: str, _: Any) -> Rule | None:
        def make(text: str, place: Path) -> Rule:
            self.named.append(tree.Building(text, rule=f"topic: {text}", path=place))
            return self.named[-1]

        return self.each(value, path, label, make)

    def read_similar(self, value: Any, path: Path, _label: str, _: Any) -> Rule | None:
        least = self.checked(check_similarity, value, path)
        return None if least is None else tree.Similar(least, rule=f"similar: {least:g}")

    def read_where(self, value: Any, path: Path, label: str, _: Any) -> Rule | None:
        try:
            return Where.model_validate(value).as_rule(path, label)
        except ValidationError as error:
            self.problems += [
                InitErrorDetails(
                    type=each["type"], loc=(*path, *each["loc"]), input=each["input"], ctx=each.get("ctx", {})
                )
                for each in error.errors(include_url=False)
            ]
            return None

    def read_match(self, value: Any, path: Path, _label: str, _: Any) -> Rule | None:
        return self.line(value, path)


def _unknown(name: str) -> str:
    hint = near_miss(name, PARTS) or f", known are: {', '.join(PARTS)}"
    return f"unknown part of a rule {shorten(name)}{hint}"


def _mistaken(value: Any) -> str:
    found = in_words(value)
    return f"{found}: put it in quotes" if found.startswith(("the number", "true", "false")) else found


def _under(label: str, name: str) -> str:
    return f"{label}.{name}" if label else name


def _unlabelled(rule: Rule) -> Rule:
    return replace(tree.with_children(rule, tuple(map(_unlabelled, tree.children(rule)))), rule="")


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
