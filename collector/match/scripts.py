"""Scripts: which letters go together to a word, and where a word may begin and end.

- Han, kana, Thai, Lao, Khmer and Burmese have no spaces: a word stands anywhere, but not before a sign that belongs
  to its last letter; katakana begins where the katakana before it ended;
- Hangul: at the beginning of a word, whatever particle or noun follows;
- Arabic and Hebrew: a whole word, also behind attached particles and the article;
- every other script: a whole word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_HABITS = (
    ("free", "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\uaa60-\uaa7f"),  # Thai, Lao, Burmese, Khmer
    ("katakana", "\u30a1-\u30fa\u30fc-\u30fe\u31f0-\u31ff"),
    ("free", "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3040-\u312f\u31a0-\u31ff\u3400-\u9fff"),
    ("free", "\uf900-\ufaff\U00020000-\U0003ffff"),  # Han and kana
    ("hangul", "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"),
    ("arabic", "\u0620-\u064a\u066e-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c7"),
    ("hebrew", "\u05d0-\u05f2"),
)
_HABIT_OF = [(name, re.compile(f"[{letters}]")) for name, letters in _HABITS]


@cache
def habit(character: str) -> str:
    """What a character follows: free, katakana, hangul, arabic, hebrew, word (of any other script), or none."""
    for name, letters in _HABIT_OF:
        if letters.match(character):
            return name
    is_word = character.isalnum() or unicodedata.category(character)[0] == "M"
    return "word" if is_word else "none"


SPACED = frozenset({"word", "arabic", "hebrew"})


class _Inside(dict[str, bool]):
    """Whether a character is one of a word between spaces; filled as characters are met."""

    def __missing__(self, character: str) -> bool:
        self[character] = found = habit(character) in SPACED
        return found


INSIDE = _Inside()


def word_end(text: str, place: int) -> int:
    """Where the word between spaces that `place` is in, or at whose end it is, ends."""
    end = len(text)
    while place < end and INSIDE[text[place]]:
        place += 1
    return place


def word_start(text: str, place: int) -> int:
    """Where the word between spaces that ends at `place` begins."""
    while place > 0 and INSIDE[text[place - 1]]:
        place -= 1
    return place


@cache
def script(word: str) -> str:
    """The script of a word's first letter as Unicode names it: LATIN, CYRILLIC, ARABIC, …; "" without a letter."""
    for character in word:
        if unicodedata.category(character)[0] in "LM":
            return unicodedata.name(character, "").partition(" ")[0]
    return ""


# The scripts of languages, as `script` names them; languages that are written in several, or rarely, are left out.
_ALPHABETS = {
    "LATIN": "ca cs cy da de en es et eu fi fil fr ga gl hr hu id is it lt lv mt nl no pl pt ro sk sl sq sv sw tr vi",
    "CYRILLIC": "be bg mk ru uk",
    "ARABIC": "ar fa ur",
}
_WRITTEN_IN = {language: {name} for name, languages in _ALPHABETS.items() for language in languages.split()} | {
    "am": {"ETHIOPIC"}, "bn": {"BENGALI"}, "el": {"GREEK"}, "gu": {"GUJARATI"}, "he": {"HEBREW"}, "hi": {"DEVANAGARI"},
    "hy": {"ARMENIAN"}, "ja": {"CJK", "HIRAGANA", "KATAKANA"}, "ka": {"GEORGIAN"}, "km": {"KHMER"}, "kn": {"KANNADA"},
    "ko": {"HANGUL", "CJK"}, "lo": {"LAO"}, "ml": {"MALAYALAM"}, "mr": {"DEVANAGARI"}, "my": {"MYANMAR"},
    "ne": {"DEVANAGARI"}, "or": {"ORIYA"}, "pa": {"GURMUKHI"}, "si": {"SINHALA"}, "ta": {"TAMIL"}, "te": {"TELUGU"},
    "th": {"THAI"}, "ti": {"ETHIOPIC"}, "yi": {"HEBREW"}, "zh": {"CJK"},
    "sr": {"CYRILLIC", "LATIN"},
}  # fmt: skip


# The language that words of a script are in where nothing else is known.
_MAINLY = {
    "ARABIC": "ar", "CJK": "zh", "CYRILLIC": "ru", "DEVANAGARI": "hi", "HANGUL": "ko", "HEBREW": "he", "HIRAGANA": "ja",
    "KATAKANA": "ja", "LATIN": "en",
}  # fmt: skip


def scripts_of(language: str) -> set[str] | None:
    """The scripts that a language is written in; None where that cannot be said."""
    return _WRITTEN_IN.get(language)


def language_of(script_name: str, guessed: str | None) -> str | None:
    """The language of words in this script within a text that is claimed to be in a language of another: the one that
    was guessed, if it is written so.
    """
    return guessed if guessed and script_name in (scripts_of(guessed) or ()) else _MAINLY.get(script_name)


# --- where a word may begin -----------------------------------------------------------------------------------------

# Particles that are written as one with the next word, and the article behind them.
_ARABIC_PARTICLES = re.compile(r"[وف]?[بلك]?(?:ال)?|[وف]?لل|[وف]?س?")
_HEBREW_PARTICLES = re.compile(r"ו?(?:כש|מש|לכש)?[שהבלמכ]{0,2}")
_LONGEST_PARTICLES = 5
PARTICLES = frozenset("وفبلكاسשהבלמכו")  # letters with which they begin
_THAI_LEADING = frozenset("เแโใไເແໂໃໄ")  # vowels that stand before the letter after which they are spoken


def begins(text: str, start: int, habit_of_word: str, language: str | None) -> bool:
    """Whether a word of this habit may begin at `start`."""
    if start == 0:
        return True
    before = text[start - 1]
    if habit_of_word == "word":
        return not INSIDE[before]
    if habit_of_word == "free":
        return before not in _THAI_LEADING
    if habit_of_word == "katakana":
        return habit(before) != "katakana"
    if habit_of_word == "hangul":  # what follows a number is a unit, except behind a year
        return habit(before) != "hangul" and (not before.isdigit() or text[max(0, start - 4) : start].isdigit())
    if habit_of_word == "arabic":
        return not INSIDE[before] or (language in (None, "ar") and _is_behind(_ARABIC_PARTICLES, text, start))
    if habit_of_word == "hebrew":
        return not INSIDE[before] or _is_behind(_HEBREW_PARTICLES, text, start)
    return True


def _is_behind(particles: re.Pattern[str], text: str, start: int) -> bool:
    """Whether nothing but particles stands between the beginning of the word and `start`."""
    begin = start
    while begin > 0 and start - begin <= _LONGEST_PARTICLES and INSIDE[text[begin - 1]]:
        begin -= 1
    return particles.fullmatch(text, begin, start) is not None


# --- where a word without spaces may end ----------------------------------------------------------------------------

_NO_BEGINNING = frozenset("ンーッャュョァィゥェォヮ")  # kana with which no word begins
_SHORTEST_KATAKANA = 3  # that may follow as a word of its own
_THAI_FOLLOWING = frozenset("ะาำๅະາຳຽ")


def free_end(text: str, end: int, habit_of_word: str) -> bool:
    """Whether a word of Han, kana, Thai, … may end at `end`: not inside a syllable, nor inside a katakana word."""
    if end == len(text):
        return True
    after = text[end]
    if habit_of_word == "katakana":
        if after in _NO_BEGINNING:
            return False
        last = end
        while last < len(text) and habit(text[last]) == "katakana":
            last += 1
        return last == end or last - end >= _SHORTEST_KATAKANA
    return after not in _THAI_FOLLOWING and unicodedata.category(after) not in ("Mn", "Mc")


# What follows a name of one or two syllables: particles, nouns that go with countries, and what goes with those.
_PARTICLES = (
    "(?:이|가|은|는|을|를|의|에|에서|에게|에선|에겐|와|과|도|만|로|으로|부터|까지|처럼|보다|라고|라는|라며|이라|이라고|이라는|이라며"
    "|이며|이고|이나|든|란|다|이다|입니다|였다|이었다|였던|이었던|이지만|지만|인|일|임|뿐|마저|조차|같은)"
    "(?:도|는|은|만|의|을|를|이|가|서|까지|부터)?"
)
_SUFFIXES = "인|측|산|군|발|행|제|계|어|식|형|간|내|전|판|령|팀|들|핵|팬"
_NOUNS = (
    "당국|군사|인들|팀장|정부|대통령|외교|외무|국방|정상|대표|대사|경제|인권|문제|관계|언론"
    "|매체|주민|노동|미사일|핵무|핵실|핵문|핵개|핵시|핵협|핵합|기업|시장|선수|여행|지도|총리|국가|혁명|전쟁|제재|공격|공습|석유|원유|대륙|해군|공군|육군|해커"
    "|여자|남자|축구|영화|음식|문화|역사|사람|국민|의회|중앙|증시|주식|펀드|수출|수입|무역|방문|유학|학생|교민|공항|항공|법원|검찰"
    "|경찰|출신|동부|서부|남부|북부|국적|국경|전문|특사|연구|협상|회담|위원|어선|어부|요원|인력|무장|여권|동포|상품|제품|기술|자본"
    "|투자|현지|본토|주재|전역|전체|업체|회사|은행|정권|체제|공산|사회|농민|농업|노선|선박|화물|해역|영해|영공|영토|정책|전략|위협"
    "|도발|발사|관광|근로|파병|병사|부대|장관|차관|장교|고위|반군|테러|난민|이민|비자|대회|대학|교수|작가|감독|배우|가수|시민"
    "|청년|여성|유엔|월드컵|올림픽|총선|대선|선거|총영사|영사|공관|국영|국회|법무|재무|상무|통상|관세|환율|화폐|위성|우주|로켓"
    "|원전|가스|철도|항구|해협|반도체|자동차"
)
_AFTER_SHORT = re.compile(f"(?:{_SUFFIXES})?(?:{_PARTICLES})?|(?:{_NOUNS}).*")


def hangul_end(text: str, end: int) -> bool:
    """Whether what follows a short name in Hangul is a particle or a noun that goes with it, not another word."""
    last = end
    while last < len(text) and habit(text[last]) == "hangul":
        last += 1
    return _AFTER_SHORT.fullmatch(text, end, last) is not None
