"""YAML text -> plain data in which every value knows its place. Reads with PyYAML.
Reads the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema), so `no` and `1:30` are text; a
number with leading zeros is text too, because 0123 is more often a name than a number. What could surprise or
explode is refused: duplicate keys, anchors, aliases, merge keys, tags, several documents, deep nesting,
control characters.
Events come from libyaml's C parser, where PyYAML has it. They are taken one by one: its own loader follows
nesting by recursion in C, which a hostile file turns into a crash.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from collector.config.places import inside
from collector.config.values import shorten
from collector.errors import ConfigError, Problem

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 16
MAX_VALUES = 400_000
MAX_ITEMS = 50_000  # in one list
MAX_KEYS = 1_000  # in one mapping
MAX_PROBLEMS = 100

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOMS = (
    (codecs.BOM_UTF32_LE, None),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# YAML 1.2.2, production [1] c-printable, without the byte order mark.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WORDS = {"null": None, "Null": None, "NULL": None, "~": None, "": None} | {
    word: value
    for name, value in (("true", True), ("false", False))
    for word in (name, name.title(), name.upper())
}
_LINE_END = re.compile(r"\r\n|\r|\n")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")


class Block(dict):
    """A mapping; `places` has for each key where the key and where its value stands. `flow` means written
    with braces.

    A place is an index in the text.
    """

    __slots__ = ("end", "flow", "place", "places")

    def __init__(self, place: int, flow: bool) -> None:
        super().__init__()
        self.place, self.flow, self.end = place, flow, 0
        self.places: dict[str, tuple[int, int]] = {}


class Items(list):
    """A list; `places` has for each item where it stands. `flow` means written with brackets; then `end` is
    the place behind the last item, or behind the opening bracket; otherwise the place behind the last word of
    the last item.
    """

    __slots__ = ("end", "flow", "place", "places")

    def __init__(self, place: int, flow: bool) -> None:
        super().__init__()
        self.place, self.flow, self.end = place, flow, 0
        self.places: list[int] = []


REFUSED = object()  # stands where a value was refused, so that nobody complains about it a second time


@dataclass(slots=True, kw_only=True)
class Document:
    """What a YAML text says. `text` has no byte order mark; in `encoding` it is the file's bytes again."""

    file: str
    text: str
    encoding: str
    data: Any = None
    problems: list[Problem] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def place(self, path: tuple[str | int, ...], *, of_key: bool = False) -> int:
        """Index in the text of the value at `path`, or of its key; of what is around it when missing."""
        node, place = self.data, getattr(self.data, "place", 0)
        for depth, step in enumerate(path):
            try:
                found = node.places[step]
            except (AttributeError, KeyError, IndexError, TypeError):
                break
            place, node = found, node[step]
            if isinstance(found, tuple):
                place = found[0 if of_key and depth == len(path) - 1 else 1]
        return place

    def place_within(self, path: tuple[str | int, ...], offset: int) -> int:
        """Index in the text of a character of the text value at `path`."""
        value: Any = self.data
        for step in path:
            value = value[step]
        return inside(self.text, self.place(path), value, offset)

    def line(self, index: int) -> int:
        """The line, from 1, of an index in the text."""
        return bisect_right(self._line_starts(), index)

    def column(self, index: int) -> int:
        """The column, from 1, of an index in the text."""
        return index - self._line_starts()[self.line(index) - 1] + 1

    def complain(self, index: int, message: str) -> None:
        """Add a problem with what stands at `index`, unless there are very many already."""
        if not self.is_hopeless:
            self.problems.append(Problem(self.file, self.line(index), self.column(index), message))

    @property
    def is_hopeless(self) -> bool:
        """True when there are more problems than anybody wants to read."""
        return len(self.problems) >= 10 * MAX_PROBLEMS

    def _line_starts(self) -> list[int]:
        if not self._starts:
            self._starts = [0, *(found.end() for found in _LINE_END.finditer(self.text))]
        return self._starts

    def raise_problems(self) -> None:
        """Raise ConfigError with the problems in the file's order, if any; the first hundred of very many."""
        if not self.problems:
            return
        ordered = sorted(
            set(self.problems), key=lambda problem: (problem.line, problem.column, problem.message)
        )
        rest = [Problem(self.file, 0, 0, "and more problems")] if len(ordered) > MAX_PROBLEMS else []
        raise ConfigError(ordered[:MAX_PROBLEMS] + rest)


def parse(data: bytes, file: str) -> Document:
    """The document in `data`; `file` is its name in messages. Raises ConfigError when it cannot be read to
    its end.

    What was refused on the way stands in `Document.problems`: check it, or call `raise_problems`.
    """
    document = _decode(data, file)
    builder = _Builder(document)
    try:
        for event in _events(document.text):
            builder.take(event)
        document.data = builder.root
    except yaml.MarkedYAMLError as error:
        _complain_of_syntax(document, error)
        document.raise_problems()
    except _Hopeless:
        document.raise_problems()
    return document


def _decode(data: bytes, file: str) -> Document:
    if len(data) > MAX_BYTES:
        raise ConfigError([Problem(file, 0, 0, f"the file is larger than {MAX_BYTES // 2**20} MiB")])
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    if encoding is None:
        raise ConfigError([Problem(file, 1, 1, "expected UTF-8 or UTF-16, found UTF-32")])
    try:
        document = Document(file=file, text=data.decode(encoding), encoding=encoding)
    except UnicodeDecodeError as error:
        document = Document(
            file=file, text=data[: error.start].decode(encoding, errors="ignore"), encoding=encoding
        )
        document.complain(len(document.text), "expected UTF-8: save the file in that encoding")
    if wrong := _UNPRINTABLE.search(document.text):
        document.complain(wrong.start(), f"a control character, U+{ord(wrong[0]):04X}: remove it")
    document.raise_problems()
    return document


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while True:
            event = loader.get_event()
            yield event
            if type(event) is yaml.StreamEndEvent:
                return
    finally:
        loader.dispose()


def _complain_of_syntax(document: Document, error: yaml.MarkedYAMLError) -> None:
    place, start = error.problem_mark or error.context_mark, error.context_mark
    words = " ".join(filter(None, (error.problem, error.context)))
    since = f" that began in line {start.line + 1}" if error.context and start else ""
    index = place.index if place else 0
    tab = document.text[index : index + 1] == "\t"
    document.complain(index, "a tab: indent with spaces" if tab else f"not YAML: {words}{since}")


class _Hopeless(Exception):
    """The rest of the document is not worth reading."""


class _Builder:
    """Puts events together. A frame of the stack is a container and the key in it that waits for a value."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.root: Any = None
        self.stack: list[list[Any]] = []  # [container, key, place of the key, keep the value]
        self.end = 0  # index in the text behind the last thing read
        self.values = 0
        self.documents = 0

    def problem(self, place: int, message: str) -> None:
        self.document.complain(place, message)
        if self.document.is_hopeless:
            raise _Hopeless

    def give_up(self, place: int, message: str) -> None:
        self.problem(place, message)
        raise _Hopeless

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self.end = event.end_mark.index
            if self._expects_key():
                self._start_pair(event)
            else:
                self._check(event)
                self._add(self._scalar(event), event.start_mark.index)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._open(event, Block if kind is yaml.MappingStartEvent else Items)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            container = self.stack.pop()[0]
            container.end = self.end
            if container.flow:
                self.end = event.end_mark.index
            self._add(container, container.place)
        elif kind is yaml.AliasEvent:
            self.problem(
                event.start_mark.index,
                f"an alias (*{event.anchor[:60]}): write the value out, aliases are not read",
            )
            if self._expects_key():
                raise _Hopeless
            self._add(REFUSED, event.start_mark.index)
        elif kind is yaml.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                self.give_up(event.start_mark.index, "a second document (---): the file must be one")

    def _expects_key(self) -> bool:
        return bool(self.stack) and type(self.stack[-1][0]) is Block and self.stack[-1][2] is None

    def _open(self, event: Any, container: type) -> None:
        if self._expects_key():
            self.give_up(event.start_mark.index, "a key must be a word, found a list or mapping")
        if len(self.stack) >= MAX_DEPTH:
            self.give_up(event.start_mark.index, f"nested deeper than {MAX_DEPTH} levels")
        self._check(event)
        self.end = event.end_mark.index
        self.stack.append([container(event.start_mark.index, event.flow_style), None, None, True])

    def _start_pair(self, event: Any) -> None:
        frame, key, place = self.stack[-1], event.value, event.start_mark.index
        self._check(event)
        frame[1:] = key, place, True
        if earlier := frame[0].places.get(key):
            self.problem(
                place, f"{shorten(key)} is given twice: first in line {self.document.line(earlier[0])}"
            )
            frame[3] = False
        elif key == "<<" and event.implicit[0]:
            self.problem(place, 'a merge key ("<<"): write the settings out, merge keys are not read')
            frame[3] = False

    def _add(self, value: Any, place: int) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            self.give_up(place, f"more than {MAX_VALUES:,} values")
        if not self.stack:
            self.root = value
            return
        frame = self.stack[-1]
        container, key, key_place, keep = frame
        if len(container) >= (MAX_ITEMS if type(container) is Items else MAX_KEYS):
            self.give_up(place, f"more than {len(container):,} entries in one place")
        if type(container) is Items:
            container.append(value)
            container.places.append(place)
            return
        if keep:
            container[key] = value
            container.places[key] = (key_place, place)
        frame[2] = None

    def _check(self, event: Any) -> None:
        if event.anchor is not None:
            self.problem(
                event.start_mark.index, f"an anchor (&{event.anchor[:60]}): remove it, aliases are not read"
            )
        if event.tag is not None:
            self.problem(
                event.start_mark.index, f"a tag ({event.tag[:60]}): remove it, put text in quotes instead"
            )

    def _scalar(self, event: Any) -> Any:
        value = event.value
        if event.tag is not None:
            return REFUSED
        if event.implicit[0]:
            return plain(value)
        if event.style == '"' and (wrong := _UNPRINTABLE.search(value)):  # written as an escape
            self.problem(event.start_mark.index, f"a control character, U+{ord(wrong[0]):04X}: remove it")
            return REFUSED
        return value


def plain(text: str) -> Any:
    """What an unquoted word means in the core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if _INT.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text
