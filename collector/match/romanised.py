"""Names of people in Latin letters that are spelt by several systems: Choe Son Hui is Choi Son-hee.

Korean syllables are compared by their sound in the systems in use (McCune-Reischauer without its marks, the Revised
Romanization of 2000, the one of the North, and what people choose themselves); the syllables of a given name may be
written as one word. Chinese given names may be written apart. Both are done for names that begin with a family name
of their language and are made of its syllables.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product

_KOREAN_FAMILIES = frozenset(
    "kim gim choe choi ri lee yi rhee li pak park bak jo cho jong jung chung jeong chong kang gang yun yoon "
    "youn jang chang im lim rim han o oh so seo suh sin shin kwon gwon hwang an ahn song ryu yu yoo ryoo jon "
    "jeon chun hong ko go koh mun moon yang son sohn pae bae paek baek ho heo hur no roh noh sim shim u woo "
    "chu joo ju to do nam ku koo thae tae hyon hyun".split()
)
_CHINESE_FAMILIES = frozenset(
    "xi li wang zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng "
    "xie han tang feng yu dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye "
    "yan pan du dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu "
    "qin gu hou shao meng wan qian".split()
)
_FAMILIES = (  # that are spelt in their own ways
    ("park", "pak", "bak"), ("lee", "ri", "yi", "rhee", "li", "rhie"), ("choe", "choi", "chwe", "tschoe"),
    ("roh", "no", "noh", "ro"), ("woo", "u"), ("oh", "o"), ("yoon", "yun", "youn"), ("cho", "jo"), ("shin", "sin"),
    ("ahn", "an"), ("ryu", "yu", "yoo", "ryoo"), ("im", "lim", "rim", "yim"), ("kim", "gim"), ("son", "sohn"),
    ("jung", "jong", "chung", "jeong", "chong"), ("kang", "gang"),
)  # fmt: skip
_ALIKE = (
    ("k", "g"), ("j", "ch"), ("t", "d"), ("p", "b"), ("r", "l"), ("s", "sh"),
)  # fmt: skip
_VOWELS = {
    "o": ("o", "eo", "u"), "eo": ("eo", "o", "u"), "u": ("u", "eu", "oo", "o", "eo"), "eu": ("eu", "u"),
    "oo": ("oo", "u"), "i": ("i", "ee"), "ee": ("ee", "i", "ui"), "ui": ("ui", "ee", "eui", "i"),
    "eui": ("eui", "ui", "ee"), "oe": ("oe", "oi"), "oi": ("oi", "oe"), "ae": ("ae", "ai"), "ai": ("ai", "ae"),
    "yo": ("yo", "yeo", "you"), "yeo": ("yeo", "yo", "you"), "you": ("you", "yeo", "yo"), "yu": ("yu", "yoo"),
    "yoo": ("yoo", "yu"), "woo": ("woo", "u", "oo"),
}  # fmt: skip
_SYLLABLE = re.compile(
    "(ch|kk|tt|pp|ss|jj|sh|k|g|t|d|p|b|j|r|l|s|n|m|h|)"
    "(yeo|you|yoo|yae|woo|eui|yo|yu|ya|ye|wa|wo|we|wi|ae|ai|eo|eu|oe|oi|oo|ee|ui|a|e|i|o|u)"
    "(ng|n|m|l|k|g|p|b|t|)"
)
# A pinyin syllable, roughly: whether a given name can be taken apart, not whether it is one.
_PINYIN = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:[iu]?a(?:ng|n|o|i)?|[iu]?e(?:ng|n|i|r)?|io?ng|in|i[au]|iu|o(?:ng|u)?|u[io]?n?|i)"
)
_TWO_PINYIN = re.compile(f"({_PINYIN})({_PINYIN})")


def spellings(words: list[str]) -> list[list[tuple[str, ...]]]:
    """The ways to write a folded name: for each the words, and for each word its spellings, its own first.

    Nothing for a name that is not known to vary.
    """
    if words[0] in _KOREAN_FAMILIES and 2 <= len(words) <= 3:
        syllables = [_family(words[0]), *(_korean(word) for word in words[1:])]
        if all(syllables):
            ways = [syllables]
            if words[0] in ("choe", "choi"):  # as McCune and Reischauer have it
                ways.append([("ch'oe",), *syllables[1:]])
            if len(words) == 3:
                ways.append([syllables[0], tuple(a + b for a, b in product(syllables[1], syllables[2]))])
            return ways
    if words[0] in _CHINESE_FAMILIES and len(words) == 2 and (parts := _TWO_PINYIN.fullmatch(words[1])):
        return [[(words[0],), (words[1],)], [(words[0],), (parts[1],), (parts[2],)]]
    return []


def _family(name: str) -> tuple[str, ...]:
    return next(((name, *(set(group) - {name})) for group in _FAMILIES if name in group), _korean(name))


@cache
def _korean(syllable: str) -> tuple[str, ...]:
    """The spellings of a syllable, its own first; nothing if it is none."""
    found = _SYLLABLE.fullmatch(syllable)
    if found is None:
        return ()
    onset, vowel, coda = found.groups()
    onsets = next(((onset, *(set(pair) - {onset})) for pair in _ALIKE if onset in pair), (onset,))
    codas = next(((coda, *(set(pair) - {coda})) for pair in _ALIKE[:1] + _ALIKE[3:4] if coda in pair), (coda,))
    return tuple("".join(choice) for choice in product(onsets, _VOWELS.get(vowel, (vowel,)), codas))
