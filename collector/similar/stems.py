"""A word in any of its forms -> its stem, by the language's stemmer where there is one."""

from __future__ import annotations

from collections.abc import Callable

import Stemmer

# Language -> Snowball algorithm. Related languages that feeds mix up share one.
_ALGORITHMS = {
    "ar": "arabic", "bs": "serbian", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hr": "serbian", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ms": "indonesian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sk": "czech",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# Languages whose words do not change.
_UNCHANGING = frozenset({"vi", "zh", "ja", "th", "km", "lo", "my"})
_KEPT = 5  # letters of a word in a language without a stemmer: endings are rarely longer than what follows


def stemmer(language: str | None) -> Callable[[str], str]:
    """The function that stems a folded word of the language; without a language one that guesses."""
    if language in _UNCHANGING:
        return str
    if algorithm := _ALGORITHMS.get(language or ""):
        return Stemmer.Stemmer(algorithm, 0).stemWord  # its callers keep what it says
    return _cut


def _cut(word: str) -> str:
    return word[: max(_KEPT, len(word) - 3)]
