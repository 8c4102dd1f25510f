"""What happened to an article, step by step, from the feed that it was seen in to the rule that kept or dropped it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from collector import telling
from collector.model import ArticleTrace, Change, EntryOutcome, EntryTrace, Match, TextSource, Trace, Verdict

_WORDS = 6  # of a match, in a sentence

_OUTCOMES = {
    EntryOutcome.KEPT: "collected, and kept",
    EntryOutcome.UNMATCHED: "collected; it matches no topic",
    EntryOutcome.DUPLICATE: "known already: another report of the same article",
    EntryOutcome.EXPIRED: "collected; it matched no topic, and its text was let go",
}
_SOURCES = {
    TextSource.PAGE: "from its page",
    TextSource.FEED: "the feed's",
    TextSource.CORPUS: "from the corpus",
}

_CHANGES = {
    Change.REVISED: "its title or text was changed",
    Change.GONE: "its page was not there any more, on two visits in a row; it stays published",
    Change.BACK: "its page was there again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way. `subject` is the feed, field or topic that it is about."""

    step: str  # seen, collected, article, known as, similar, changed, visited, topic, story
    subject: str
    text: str


def steps(trace: Trace, verdicts: tuple[Verdict, ...], titles: Mapping[str, str]) -> Iterator[Step]:
    """Everything that is known, in the order in which it happened. `verdicts` are those of the topics in force, none
    where the text was let go; `titles` are names of articles of the corpus by their files.
    """
    for entry in trace.entries:
        yield Step(step="seen", subject=entry.feed, text=_seen(entry))
        yield Step(step="collected", subject=entry.feed, text=_collected(entry))
    if trace.article is None:
        return
    yield from _article(trace.article, titles)
    yield from _revisions(trace)
    yield from _topics(trace.article, verdicts)
    yield from _story(trace.article)


def _seen(entry: EntryTrace) -> str:
    edits = f", edited {_times(entry.changes)}" if entry.changes else ""
    span = f", last {_moment(entry.last_seen_at)}" if entry.last_seen_at != entry.first_seen_at else ""
    return f"{entry.feed_title} showed it first {_moment(entry.first_seen_at)}{span}{edits}: {entry.title or entry.url}"


def _collected(entry: EntryTrace) -> str:
    tried = f" after {_times(entry.attempts)}" if entry.attempts > 1 else ""
    if entry.outcome is None:
        tried = f", tried {_times(entry.attempts)} so far" if entry.attempts else ""
        return f"not yet: it is due {_moment(entry.due_at)}{tried}" if entry.due_at else "not yet"
    again = f"; again {_moment(entry.due_at)}" if entry.due_at else ""
    return f"{_OUTCOMES[entry.outcome]}{tried}: {entry.reason}{again}"


def _article(article: ArticleTrace, titles: Mapping[str, str]) -> Iterator[Step]:
    by_source: dict[str, list[str]] = {}
    for name, source in sorted(article.sources.items()):
        by_source.setdefault(source, []).append(name)
    told = "; ".join(f"{', '.join(names)} from {source}" for source, names in by_source.items() if source != "unknown")
    text = f"its text is {_SOURCES[article.text_source]}" + (f"; {told}" if told else "")
    yield Step(step="article", subject=article.key, text=f"{article.title}: {text}")
    if article.addresses:
        yield Step(step="known as", subject=article.canonical_url, text=", ".join(article.addresses))
    if article.similar_to is not None and article.similarity > 0:
        nearest = titles.get(article.similar_to, article.similar_to)
        yield Step(step="similar", subject=article.similar_to, text=f"{article.similarity:.2f} to {nearest}")


def _revisions(trace: Trace) -> Iterator[Step]:
    """What became of it, oldest first, and when its page is visited again."""
    assert trace.article is not None
    for revision in reversed(trace.article.revisions):
        yield Step(step="changed", subject=_moment(revision.found_at), text=_CHANGES[revision.change])
    for entry in trace.entries:
        if entry.visited_at or entry.visit_at:
            moments = (("last", entry.visited_at), ("next", entry.visit_at))
            told = ", ".join(f"{word} {_moment(moment)}" for word, moment in moments if moment)
            yield Step(step="visited", subject=entry.feed, text=f"its page is visited again: {told}")


def _topics(article: ArticleTrace, verdicts: tuple[Verdict, ...]) -> Iterator[Step]:
    if article.stored is None:
        kept = "no topic in force when its text was let go"
        yield Step(step="topic", subject="all", text=f"it matched {kept}: nothing more can be said")
        return
    stored = {match.topic: match for match in article.matches}
    for verdict in verdicts:
        words = f" ({_places(stored[verdict.topic])})" if verdict.is_match and verdict.topic in stored else ""
        text = f"{'matches' if verdict.is_match else 'does not match'}: {verdict.reason}{words}"
        yield Step(step="topic", subject=verdict.topic, text=text)


def _story(article: ArticleTrace) -> Iterator[Step]:
    if article.story is None:
        if article.is_kept or article.corpus_file:
            yield Step(step="story", subject="none", text="it is kept, and not placed in a story yet")
        return
    [report] = [one for one in article.story.reports if one.key == article.key]
    yield Step(step="story", subject=article.story.key, text=telling.placed(report, article.story))


def _places(match: Match) -> str:
    """The words as they stand in the article, each with its field and place."""
    shown = [f"“{' '.join(one.words.split())}” in the {one.field} at {one.start}" for one in match.evidence[:_WORDS]]
    rest = len(match.evidence) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
