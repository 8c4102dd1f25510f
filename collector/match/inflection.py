"""How a word may be written in each language: its unchanging beginning, and the endings that go with it.

Read from inflection.txt, where the endings are listed. A word is looked at by its last letters alone; what it means
is not known, so that a few endings too many are allowed: they must not make another word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from itertools import product

from collector.match.scripts import script
from collector.text.folding import fold

Endings = dict[str | None, Collection[str]]  # by language; None is any of the script's languages
_LONGEST = 5  # letters of an ending of a lemma in inflection.txt
_SHORTEST = 2  # letters that must be left of a word
_ALIASES = {"hr": "sr", "bs": "sr", "cnr": "sr", "nb": "no", "nn": "no"}


class _Any(frozenset[str]):
    """Every ending."""

    def __contains__(self, _: object) -> bool:
        return True


ANY = _Any()
BARE: Collection[str] = frozenset({""})


def inflects_as(language: str | None) -> str | None:
    """The language whose endings are used for a language."""
    return _ALIASES.get(language, language) if language else None


@cache
def languages_of(script_name: str) -> frozenset[str]:
    """The languages that have endings in a script."""
    return frozenset(language for kinds in _rules().get(script_name, {}).values() for language in _languages(kinds))


def _languages(endings: dict[str, dict[str, Collection[str]]]) -> set[str]:
    return {language for found in endings.values() for language in found}


def forms(word: str, *, is_name: bool) -> list[tuple[str, Endings]]:
    """The beginnings that a folded word may have in a text, each with the endings that may follow.

    The first beginning is the word itself, whose ending "" is allowed in every language. Without a language (None)
    the endings of all languages of the script are allowed, except where a language allows any letters.
    """
    name = script(word)
    known = _lemmas(name)
    longest = min(len(word) - _SHORTEST, _LONGEST)
    tail = next((word[-cut:] for cut in range(longest, 0, -1) if word[-cut:] in known), "")
    return [(word[: len(word) - cut], endings) for cut, endings in _cuts(tail, name, is_name, longest >= 0)]


@cache
def _lemmas(script_name: str) -> frozenset[str]:
    return frozenset(lemma for kinds in _rules().get(script_name, {}).values() for lemma in kinds)


@cache
def _cuts(tail: str, script_name: str, is_name: bool, is_long: bool) -> tuple[tuple[int, Endings], ...]:
    """How many letters are cut off, with the endings by language, of words that end in no longer lemma than `tail`."""
    kinds = _rules().get(script_name, {}) if is_long else {}
    cuts: dict[int, dict[str | None, set[str]]] = {0: {None: {""}}}
    for kind in ("n",) if is_name else ("n", "w"):
        seen: set[str] = set()
        for cut in range(len(tail), -1, -1):
            lemma = tail[len(tail) - cut :] if cut else "-"
            for language, endings in kinds.get(kind, {}).get(lemma, {}).items():
                if language not in seen:
                    seen.add(language)
                    _add(cuts.setdefault(cut, {}), language, endings)
    return tuple(
        (cut, {language: _frozen(endings) for language, endings in by_language.items()})
        for cut, by_language in sorted(cuts.items())
    )


def _add(cut: dict[str | None, set[str]], language: str, endings: Collection[str]) -> None:
    if endings is ANY:
        cut[language] = endings  # type: ignore[assignment]
        return
    if cut.get(language) is not ANY:
        cut.setdefault(language, set()).update(endings)
    cut.setdefault(None, set()).update(endings)


def _frozen(endings: Collection[str]) -> Collection[str]:
    return endings if endings is ANY else frozenset(endings)


@cache
def _rules() -> dict[str, dict[str, dict[str, dict[str, Collection[str]]]]]:
    """script -> kind -> ending of the word -> language -> endings."""
    rules: dict = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(set))))
    text = files("collector.match").joinpath("inflection.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        language, kind, lemma, *patterns = line.split()
        lemma = _folded(lemma) if lemma != "-" else lemma
        endings = {ending for pattern in patterns for ending in _spelt_out(pattern)}
        name = script(lemma) or script("".join(endings)) or _SCRIPTS.get(language, "LATIN")
        if "…" in endings:
            rules[name][kind][lemma][language] = ANY
        else:
            rules[name][kind][lemma][language] |= endings
    return rules


# Scripts of languages whose lines hold no letter.
_SCRIPTS = {
    "ta": "TAMIL", "te": "TELUGU", "kn": "KANNADA", "ml": "MALAYALAM", "si": "SINHALA", "ka": "GEORGIAN",
    "hy": "ARMENIAN", "mn": "CYRILLIC", "kk": "CYRILLIC", "ky": "CYRILLIC", "tt": "CYRILLIC", "el": "GREEK",
}  # fmt: skip


def _spelt_out(pattern: str) -> set[str]:
    """What a pattern of inflection.txt stands for: "(a|b|)c" is ac, bc and c; "0" is nothing."""
    if pattern == "0":
        return {""}
    parts = [part.strip("()").split("|") for part in re.findall(r"\([^)]*\)|[^()]+", pattern)]
    return {_folded("".join(choice)) for choice in product(*parts)}


def _folded(letters: str) -> str:
    return "…" if letters == "…" else fold(letters).text
