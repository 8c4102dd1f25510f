"""The names of people out of what pages put where an author belongs: bylines, lists in one string, outlets, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from collector.extract.titles import comparable
from collector.html import title_text
from collector.text import clean

_MAX_PEOPLE = 20
_MAX_NAME = 80

_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S*|(?<!\w)@\w+", re.IGNORECASE)
_BY = re.compile(
    r"^(?:(?:(?:written|words|text|story|posted|published|report|reported|reporting|analysis) )?by|text|von|par|por|"
    r"escrito por|di|a cura di|door|av|af|autor(?:in|a|es)?|auteur|author|автор|текст|作者|记者|記者|文|撰文|نویسنده|بقلم|كتب)"
    r"(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:[;/|·•\n、，،]|\s&\s|\s(?:and|und|et|y|e|en|og|och|и|та|i|ve|und|with)\s)\s*", re.IGNORECASE)
_TITLES = frozenset("phd md jr sr ii iii iv esq mba cfa dds rn ma ba bsc msc llm jd dr prof cpa rd edd dvm".split())
_NOBODY = frozenset(
    "admin administrator author editor editorial editors staff redaktion redaction redaccion redazione redactie web online "
    "webmaster user guest anonymous unknown none null undefined newsroom newsdesk team".split()
)


def people(claims: Iterable[str], outlets: Iterable[str] = ()) -> tuple[str, ...]:
    """The people named in the claims, each once, in order. What names one of the outlets, or nobody, is left out."""
    not_people = {comparable(outlet) for outlet in outlets} | _NOBODY
    found: dict[str, str] = {}
    for claim in claims:
        for name in _names(claim):
            key = comparable(name)
            if key and key not in not_people and not key.isdigit() and len(name) <= _MAX_NAME:
                found.setdefault(key, name)
    return tuple(found.values())[:_MAX_PEOPLE]


def _names(claim: str) -> list[str]:
    text = clean(_ADDRESS.sub(" ", title_text(claim[:2_000])), 1_000)
    text = _BY.sub("", text, count=1)
    return [name.strip(" ,.:-–—()[]\"'") for part in _BETWEEN.split(text) if part for name in _at_commas(part)]


def _at_commas(text: str) -> list[str]:
    """A list of names is divided; "Smith, John" and "John Smith, PhD" are one name each."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    parts = [part for i, part in enumerate(parts) if i == 0 or comparable(part) not in _TITLES]
    if len(parts) == 2 and all(" " not in part for part in parts):
        return [f"{parts[1]} {parts[0]}"]
    return parts
