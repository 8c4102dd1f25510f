"""How a name sounds, so that it is found again in another script.

`latin` writes a word in plain Latin letters; `sound` keeps of that the consonants, and makes one of those that scripts
and languages mix up: Putin, Путин, プーチン and بوتين are all "ptn".
"""

from __future__ import annotations

import re

from anyascii import anyascii

_NOT_A_LETTER = re.compile("[^a-z]")
_DOUBLED = re.compile(r"(.)\1+")
# Letters written together, the longer first.
_TOGETHER = (("sch", "s"), ("tch", "s"), ("dzh", "s"), ("ch", "s"), ("sh", "s"), ("zh", "s"), ("ts", "s"), ("dj", "s"),
             ("ph", "f"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("ck", "k"), ("ng", "n"), ("ce", "s"), ("ci", "s"),
             ("cy", "s"), ("ge", "s"), ("gi", "s"), ("x", "ks"))  # fmt: skip
# b and p, p and f, f and v, l and r, m and n are one letter in Arabic, Hebrew, Japanese or Chinese; h, w and y come and
# go with the vowels.
_ALIKE = str.maketrans("bcdfgjklmqvz", "pktpkskrnkps", "aeiouhwy")


def latin(word: str) -> str:
    """The word in the letters a to z alone, whatever its script; "" when nothing of it can be written so."""
    return _NOT_A_LETTER.sub("", anyascii(word).lower())


def sound(plain: str) -> str:
    """The consonants of a word in plain Latin letters, those that sound alike made one."""
    for letters, letter in _TOGETHER:
        plain = plain.replace(letters, letter)
    return _DOUBLED.sub(r"\1", plain.translate(_ALIKE))
