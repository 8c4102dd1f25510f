"""The names of people out of what pages put where an author belongs: bylines, lists, outlets, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from collector.extract.titles import comparable
from collector.text.clean import clean
from collector.text.html import title_text

_MAX_PEOPLE = 20
_MAX_NAME = 80
_MOST_WORDS = 6  # a longer part is a post ("professor of …"), no name

_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S*|(?<!\w)@\w+", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_BY = re.compile(
    r"^(?:(?:(?:written|words|text|story|posted|published|reported|reporting|analysis) )?by|text|von|par|por|"
    r"escrito por|di|a cura di|door|av|af|autor(?:in|a|es)?|auteur|author|автор|текст|作者|记者|記者|文|撰文|"
    r"نویسنده|بقلم|كتب)(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
# The date and the like that a byline goes on with, or begins with.
_MONTH = (
    r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|ago|sep|oct|okt|nov|dec|dez|dic|fév|avr|juin|juil|août|déc|янв|фев|мар|апр|"
    r"мая|июн|июл|авг|сен|окт|ноя|дек)[^\W\d_]{0,7}\.?"
)
_WHEN = re.compile(
    rf"\W+(?:(?:last |originally )?(?:updated|published|posted|modified|stand|veröffentlicht|aktualisiert)\b|"
    rf"on (?:mon|tue|wed|thu|fri|sat|sun)\w*|(?:on )?{_MONTH} \d|(?:am )?\d{{1,2}}(?:st|nd|rd|th)?\.? {_MONTH}|"
    r"(?:on )?\d{1,2}[./:-]\w|\d+ min|(?:19|20)\d\d\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_FIRST_WHEN = re.compile(
    rf"^(?:\w+day,? )?(?:{_MONTH} \d{{1,2}}|\d{{1,2}}\.? {_MONTH})(?:,? (?:19|20)\d\d)?(?:\W+|$)", re.IGNORECASE
)
_DESK_BY = re.compile(r"^(?:[^\W\d_A-Z]+ von|[^,;|]{1,40} [bB]y) (?=[A-ZÄÖÜ])")
_BETWEEN = re.compile(r"\s*[;|·•\n、，،]\s*|\s+[/&]\s+")
_AND = re.compile(r"\s+(?:and|und|et|y|e|en|og|och|и|та|i|ve|with)\s+", re.IGNORECASE)
_INSTITUTION = re.compile(r"\b(?:of|for|für|de la|des)\b")  # "Center for Drug Evaluation and Research"
# What languages put behind a name: a degree, or a Korean reporter's post.
_POST = re.compile(r"\s*(?:\s(?:기자|특파원|논설위원|객원기자|인턴기자|선임기자)|記者|记者)$")
_DEGREES = frozenset(
    {
        "ms",
        "ma",
        "msc",
        "bsc",
        "rd",
        "rdn",
        "fand",
        "cpp",
        "psp",
        "mph",
        "dvm",
        "lcsw",
        "phd",
        "md",
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "esq",
        "mba",
        "cfa",
        "dds",
        "rn",
        "jd",
        "dr",
        "cpa",
        "edd",
    }
)
_NOBODY = frozenset(
    {
        "admin",
        "administrator",
        "author",
        "editor",
        "editors",
        "editorial",
        "staff",
        "redaktion",
        "redaction",
        "redaccion",
    }
    | {
        "redazione",
        "redactie",
        "web",
        "online",
        "webmaster",
        "user",
        "guest",
        "anonymous",
        "unknown",
        "none",
        "null",
    }
    | {"undefined", "newsroom", "newsdesk", "team"}
)


def people(claims: Iterable[str], outlets: Iterable[str] = ()) -> tuple[str, ...]:
    """Who is named in the claims, each once, in order; nobody who is called like one of the outlets."""
    not_people = {comparable(outlet) for outlet in outlets} | _NOBODY
    found: dict[str, str] = {}
    for claim in claims:
        for name in _names(claim):
            key = comparable(name)
            if name.isupper() and any(len(o) > 2 and key.startswith(o) for o in not_people):  # "MDR THÜRINGEN"
                continue
            if key and key not in not_people and not key.isdigit() and len(name) <= _MAX_NAME:
                found.setdefault(key, name)
    return tuple(found.values())[:_MAX_PEOPLE]


def _names(claim: str) -> list[str]:
    text = _IN_BRACKETS.sub(" ", _ADDRESS.sub(" ", title_text(claim[:2_000])))
    text = _WHEN.sub("", _FIRST_WHEN.sub("", clean(text, 1_000)))
    text = _DESK_BY.sub("", text)
    while (by := _BY.match(text)) is not None:
        text = text[by.end() :]
    parts = [part for several in _BETWEEN.split(text) for part in _at_and(several)]
    names = [name for part in parts if part for name in _at_commas(part)]
    return [_POST.sub("", name.strip(" ,.:-–—()[]\"'")) for name in names]


def _at_and(text: str) -> list[str]:
    first, *others = _AND.split(text)
    return [text] if _INSTITUTION.search(first) else [first, *others]


def _at_commas(text: str) -> list[str]:
    """A list of names is divided; "Smith, John" and "John Smith, PhD" are one name each."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) == 2 and all(" " not in part for part in parts):
        return [f"{parts[1]} {parts[0]}"]
    return parts[:1] + [p for p in parts[1:] if comparable(p) not in _DEGREES and len(p.split()) <= _MOST_WORDS]
