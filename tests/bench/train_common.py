"""Learns how common terms are in news, and writes collector/similar/common.npz.

    python -m tests.bench.train_common

A term is listed that at least four texts of a language and six in a thousand have. The streams of one source (ecb) and
one other (neus_val) stay out, so that there is something to judge it by.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from collector.similar import Article, common
from collector.similar.reading import Reading, reading
from tests.bench.streams import read_stream

STREAMS = ("neus_tr", "as_tr", "vi_tr", "ntrex")
LEAST_TEXTS, LEAST_SHARE = 4, 0.006


def learn(articles: Iterable[Article]) -> tuple[np.ndarray, np.ndarray]:
    """Ids, and how rare each is: minus the logarithm of its share of texts, in sixteenths.

    A term that several languages have counts with its largest share.
    """
    found: dict[str | None, Counter[int]] = defaultdict(Counter)
    texts: Counter[str | None] = Counter()
    for article in articles:
        texts[article.language] += 1
        found[article.language].update(_terms(reading(article, article.language)))
    shares: dict[int, float] = {}
    for language, counts in found.items():
        for term, count in counts.items():
            share = count / texts[language]
            if count >= LEAST_TEXTS and share >= LEAST_SHARE:
                shares[term] = max(share, shares.get(term, 0.0))
    ids = np.array(sorted(shares), np.int32)
    return ids, np.round(-16 * np.log([shares[term] for term in ids.tolist()])).astype(np.uint8)


def _terms(read: Reading) -> set[int]:
    """Everything that a record may keep of an article, once."""
    grams, _ = read.grams()
    return {term for token, _ in read.often for term in (*token.words, *token.sounds)} | {*grams.tolist(), *read.concepts()}


def main() -> None:
    ids, rarity = learn(article for name in STREAMS for article in read_stream(name).articles)
    path = Path(common.__file__).with_name(common.TABLE)
    np.savez_compressed(path, ids=ids, rarity=rarity)
    print(f"{len(ids)} terms, {path.stat().st_size / 1024:.0f} KiB: {path}")


if __name__ == "__main__":
    main()
