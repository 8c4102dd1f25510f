"""Across languages: which English report is of the event that a report in another language is of?

    python -m tests.bench.languages

Documents that people translated: English has the even sentences, the other language the odd ones, so that nobody reads
the same sentence twice. Accuracy at 1 in per cent, pooled over all languages and by script; beside it the cosine of
numbers, countries' names (CLDR) and capitalised words in Latin letters.

Then the same halves, each as two reports, come as they are published: a third of the events told in English only, a third
in the other language only. Of the pairs of reports in two languages: how many of those in one story belong there, and how
many of those that belong there are; of the pairs in one language the same, and what they come to without the other one.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
from babel import Locale

from collector.similar import Article
from collector.similar.compare import Comparer
from collector.similar.report import read
from collector.similar.reports import Reports
from collector.similar.sounds import latin
from tests.bench.stories import grouped
from tests.bench.streams import STORIES, Stream, read_stream
from tests.bench.train_stories import START

_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_SCRIPTS = {
    "Cyrillic": "ru uk bg sr mk be kk", "Arabic": "ar fa ur", "Han, kana, Hangul": "zh ja ko", "other": "el he hi th ka hy bn ta"
}  # fmt: skip

_FLOORED = ("de", "es", "pl", "ru", "tr")  # languages whose stories have a floor

Halves = dict[str, dict[str, Article]]  # language -> document -> article


def halves(folder: Path = STORIES) -> Halves:
    """The even sentences of English, the odd ones of all others."""
    found: Halves = defaultdict(dict)
    stream = read_stream("ntrex", folder)
    for article, document in zip(stream.articles, stream.stories, strict=True):
        sentences = [article.title, *article.text.splitlines()]
        kept = sentences[:: 2] if article.language == "en" else sentences[1::2]
        if kept and article.language:
            found[article.language][document] = replace(article, title="", text="\n".join(kept), published_at=None)
    return found


def by_reports(languages: Halves) -> Callable[[Article], np.ndarray]:
    """What the collector says: how near an article is to each English one."""
    reports = Reports()
    records = np.array([read(article, START) for article in languages["en"].values()])
    for number, record in enumerate(records, 1):
        reports.add(number, number, record)
    comparer = Comparer(reports.common)
    return lambda article: comparer.foreign(read(article, START), records)


def by_marks(languages: Halves) -> Callable[[Article], np.ndarray]:
    """The baseline."""
    english = [_marks(article) for article in languages["en"].values()]
    frequency = Counter(mark for marks in english for mark in marks)

    def weigh(marks: Counter[str]) -> dict[str, float]:
        weights = {m: (1 + np.log(n)) * np.log(len(english) / frequency[m]) for m, n in marks.items() if frequency[m]}
        length = np.sqrt(sum(w * w for w in weights.values())) or 1.0
        return {mark: weight / length for mark, weight in weights.items()}

    vectors = [weigh(marks) for marks in english]

    def near(article: Article) -> np.ndarray:
        asked = weigh(_marks(article))
        return np.array([sum(weight * vector.get(mark, 0.0) for mark, weight in asked.items()) for vector in vectors])

    return near


def _marks(article: Article) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in _WORD.findall(article.text):
        if word[0].isdigit():
            found[word] += 1
        elif word[0].isupper() or word.upper() == word.lower():
            found[latin(word)] += 1
    found.update(f"+{code}" for name, code in _countries(article.language or "") if name in article.text)
    del found[""]
    return found


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    return [(name, code) for code, name in Locale.parse(language).territories.items() if code.isalpha() and len(name) > 1]


def accuracies(languages: Halves, measure: Callable[[Article], np.ndarray]) -> dict[str, tuple[int, int]]:
    """Language -> how many documents were found, of how many."""
    documents = list(languages["en"])
    found = {}
    for language, articles in languages.items():
        if language != "en":
            hits = [documents[int(measure(article).argmax())] == name for name, article in articles.items() if name in documents]
            found[language] = sum(hits), len(hits)
    return found


def pooled(found: dict[str, tuple[int, int]], languages: str = "") -> float:
    """The share that was found, of all languages or of some."""
    some = [found[language] for language in languages.split() or found if language in found]
    return sum(hits for hits, _ in some) / max(1, sum(of for _, of in some))


def told(languages: Halves, language: str) -> Stream:
    """A stream of two reports of each half, that overlap a little; of most documents one half only."""
    dice = random.Random(1)
    found = []
    for place, (document, english) in enumerate(languages["en"].items()):
        halves = [half for half in (english, languages[language].get(document)) if half]
        for half in dice.choice((halves, halves[:1], halves[1:])):
            sentences = half.text.splitlines()
            left_out = 9 * len(sentences) // 20  # of each report: so little in common makes no copy
            for part in (sentences[: len(sentences) - left_out], sentences[left_out:]):
                at = START + timedelta(hours=3 * place + dice.uniform(0, 24))
                found.append((replace(half, text="\n".join(part), published_at=at), document))
    found.sort(key=lambda told: told[0].published_at or START)
    return Stream(f"en, {language}", [article for article, _ in found], [document for _, document in found])


def pairs(stream: Stream, *, across: bool) -> Counter[tuple[bool, bool]]:
    """How many pairs of reports in two languages, or in one, are of one event and are in one story."""
    found = zip(stream.articles, stream.stories, grouped(stream.articles), strict=True)
    return Counter(
        (one[1] == other[1], one[2] == other[2])
        for one, other in combinations(found, 2)
        if (one[0].language != other[0].language) is across
    )


def alone(stream: Stream) -> list[Stream]:
    """What each language of a stream tells."""
    rows = list(zip(stream.articles, stream.stories, strict=True))
    return [
        Stream(language, *map(list, zip(*(row for row in rows if row[0].language == language), strict=True)))
        for language in sorted({article.language or "" for article in stream.articles})
    ]


def precision_and_recall(found: Counter[tuple[bool, bool]]) -> tuple[float, float]:
    """Of the pairs in one story those of one event, and the other way round."""
    right = found[True, True]
    return right / max(1, right + found[False, True]), right / max(1, right + found[True, False])


def figures(folder: Path = STORIES) -> dict[str, float]:
    """What has a floor."""
    languages = halves(folder)
    ours, plain = (pooled(accuracies(languages, make(languages))) for make in (by_reports, by_marks))
    across = sum((pairs(told(languages, language), across=True) for language in _FLOORED), Counter())
    precision, recall = precision_and_recall(across)
    return {
        "languages, accuracy at 1": ours,
        "languages, above the baseline": ours - plain,
        "languages, stories, precision": precision,
        "languages, stories, recall": recall,
    }


def main() -> None:
    languages = halves()
    ours, plain = (accuracies(languages, make(languages)) for make in (by_reports, by_marks))
    latin_script = " ".join(set(ours) - set(" ".join(_SCRIPTS.values()).split()))
    print(f"{len(languages['en'])} documents in {len(languages)} languages{'collector':>14}{'baseline':>10}")
    for name, some in {"all": "", "Latin": latin_script, **_SCRIPTS}.items():
        print(f"  {name:34}{100 * pooled(ours, some):14.1f}{100 * pooled(plain, some):10.1f}")
    print("  " + "  ".join(f"{language} {hits}/{of}" for language, (hits, of) in sorted(ours.items())))
    streams = [told(languages, language) for language in languages if language != "en"]
    measured = {
        "two languages": [pairs(stream, across=True) for stream in streams],
        "one language": [pairs(stream, across=False) for stream in streams],
        "one language, without the other": [pairs(own, across=False) for stream in streams for own in alone(stream)],
    }
    print(f"pairs of reports in one story{'precision':>21}{'recall':>10}")
    for name, found in measured.items():
        precision, recall = precision_and_recall(sum(found, Counter()))
        print(f"  {name:34}{100 * precision:14.1f}{100 * recall:10.1f}")


if __name__ == "__main__":
    main()
