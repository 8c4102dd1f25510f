"""What matching costs: an article of 5,000 characters against 100, 1,000 and 10,000 keywords, evidence included.

    python tests/bench/matching.py

Milliseconds of CPU for one article, warm, the median of rounds over articles in six scripts; beside it what a
`\\bword\\b` alternation and a substring search for each keyword cost in the same run.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from babel import Locale, localedata

from collector.match import Matcher, from_keywords
from collector.match.rules import Rule
from collector.model import Subject

LENGTH = 5_000
SIZES = (100, 1_000, 10_000)
LANGUAGES = ("en", "ru", "de", "zh", "ko", "ar")
LETTERS = {
    "en": "etaoinshrdlucmfwypvbgk", "ru": "оеаинтсрвлкмдпуяыьгзбчйх", "de": "enisratdhulcgmobwfkzpv",
    "zh": "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会",
    "ko": "이다는을의에한고가도지로기사인서해나자대어리정있시수", "ar": "الينمرتوبعدسفهكقحجشطصخ",
}  # fmt: skip


@dataclass(frozen=True)
class Topic:
    key: str
    rule: Rule
    exclude: tuple[str, ...] = ()


def names() -> list[str]:
    """Names of countries, languages and currencies in all languages of CLDR: words of news in many scripts."""
    found: dict[str, None] = {}
    for identifier in sorted(localedata.locale_identifiers()):
        if "_" not in identifier:
            locale = Locale(identifier)
            found |= dict.fromkeys([*locale.territories.values(), *locale.languages.values()])
    return [name for name in found if len(name) > 3 and any(map(str.isalpha, name)) and "*" not in name]


def article(language: str, keywords: list[str], draw: random.Random, mentions: int = 25) -> Subject:
    """Made-up words of the script, with this many keywords strewn in."""
    gap = "" if language == "zh" else " "
    words: list[str] = []
    while sum(map(len, words)) + len(words) < LENGTH:
        words.append("".join(draw.choices(LETTERS[language], k=draw.randint(2, 9))))
    for name in draw.sample(keywords, mentions):
        words[draw.randrange(len(words))] = name
    text = gap.join(words)
    lines = [text[place : place + 600] for place in range(0, LENGTH, 600)]
    return Subject(title=" ".join(words[:8]), text="\n".join(lines)[:LENGTH], language=language)


def cost(work: Callable[[Subject], object], articles: list[Subject], rounds: int) -> float:
    """Milliseconds of CPU for one article: the median of rounds over all."""
    for subject in articles:
        work(subject)
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        for subject in articles:
            work(subject)
        spent.append((time.process_time() - start) / len(articles))
    return statistics.median(spent) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    pool = names()
    draw.shuffle(pool)
    print(f"{'keywords':>8} {'compile s':>10} {'match ms':>9} {'topics':>7} {'evidence':>9} {'regex ms':>9} {'substring ms':>13}")
    for size in SIZES:
        keywords = pool[:size]
        articles = [article(language, keywords, draw) for language in LANGUAGES for _ in range(4)]
        topics = [Topic(f"t{n}", from_keywords(keywords[n::10])) for n in range(10)]
        start = time.process_time()
        matcher = Matcher(topics)
        compiled = time.process_time() - start
        spent = cost(matcher.match, articles, options.rounds)
        found = [matcher.match(subject) for subject in articles]
        evidence = statistics.mean(sum(len(match.evidence) for match in each) for each in found)
        pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(keywords, key=len, reverse=True))) + r")\b", re.I)
        lowered = [keyword.lower() for keyword in keywords]

        def substrings(subject: Subject, lowered: list[str] = lowered) -> list[str]:
            text = f"{subject.title}\n{subject.text}".lower()
            return [keyword for keyword in lowered if keyword in text]

        regex = cost(lambda subject, p=pattern: p.findall(f"{subject.title}\n{subject.text}"), articles[::4], 1)
        naive = cost(substrings, articles[::4], 1)
        print(
            f"{size:>8,} {compiled:>10.2f} {spent:>9.2f} {statistics.mean(map(len, found)):>7.1f} {evidence:>9.1f}"
            f" {regex:>9.2f} {naive:>13.2f}"
        )


if __name__ == "__main__":
    sys.exit(main())
