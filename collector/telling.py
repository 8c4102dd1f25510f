"""Stories in words: why a report is in its story, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from collector.model import Actor, Arrival, JoinEvidence, Report, StepKind, Story, StoryStep

_TITLE = 80  # characters of a title in a sentence

_DONE = {
    StepKind.REJOIN: "a report was rewritten, and went to another story",
    StepKind.MERGE: "merged into another story",
    StepKind.SPLIT: "reports were split off",
    StepKind.MOVE: "reports were moved",
    StepKind.PIN: "a report was pinned",
    StepKind.UNPIN: "a report was unpinned",
    StepKind.UNDO: "a step was undone",
}
_CAME = {
    StepKind.MERGE: "its story was merged into this one",
    StepKind.SPLIT: "it was split off from another story",
    StepKind.MOVE: "it was moved here from another story",
}


def counted(story: Story) -> str:
    """How many reports there are: "14 reports, 3 independent"."""
    total, independent = len(story.reports), story.independent
    reports = "1 report" if total == 1 else f"{total:,} reports"
    return reports if independent == total else f"{reports}, {independent:,} independent"


def because(report: Report, story: Story) -> str:
    """Why the report is in its story, as a sentence without its end."""
    titles = {one.key: one.title for one in story.reports}
    evidence, came = report.evidence, report.arrival
    joined = _joined(evidence, _named(report.copy_of, titles), _named(report.nearest, titles)) if evidence else ""
    if came is None:
        return joined or "it began the story"
    if joined and (came.kind == StepKind.MERGE or came.because == evidence):
        return joined
    # What it shares with a report that it was taken from does not hold it here.
    is_held = joined and (report.copy_of or report.nearest) in titles
    return f"{_came(came)}; {joined}" if is_held else _came(came)


def placed(report: Report, story: Story) -> str:
    """Where the report is and why: for who asks about an article."""
    return f"one of {counted(story)} of {_quoted(story.lead.title)}; {because(report, story)}"


def as_plain(report: Report, story: Story) -> dict[str, Any]:
    """The report and why it is there as plain values, named by keys alone."""
    told = asdict(report)
    del told["id"]
    told["evidence"] = _without_numbers(told["evidence"])
    if arrival := told["arrival"]:
        arrival["because"] = _without_numbers(arrival["because"])
    return told | {"because": because(report, story)}


def step_as_plain(step: StoryStep) -> dict[str, Any]:
    """The step as plain values, named by keys alone but for its own number, and what it did in words."""
    told = asdict(step)
    return told | {"because": _without_numbers(told["because"]), "text": done(step)}


def _without_numbers(evidence: dict[str, Any] | None) -> dict[str, Any] | None:
    return evidence and {name: value for name, value in evidence.items() if name not in ("nearest", "copy_of")}


def done(step: StoryStep) -> str:
    """What a step did, as a sentence without its end."""
    who = "" if step.who == Actor.MACHINE else "by a person: "
    number = f" (step {step.undoes})" if step.undoes else ""
    undone = f"; undone by step {step.undone_by}" if step.undone_by else ""
    why = f", because {_shared(step.because)}" if step.because else ""
    return f"{who}{_DONE[step.kind]}{number}{why}{undone}"


def _came(arrival: Arrival) -> str:
    by = " by a person" if arrival.who == Actor.PERSON else ""
    why = f", because their reports share {_shared(arrival.because)}" if arrival.because else ""
    return f"{_CAME[arrival.kind]}{by}{why}"


def _joined(evidence: JoinEvidence, copied: str | None, nearest: str | None) -> str:
    hours = "" if evidence.hours is None else f", {evidence.hours:g} hours apart"
    if evidence.copy_of is not None:
        return f"it repeats the text of {copied or 'a report that is not here any more'}{hours}"
    of = f" with {nearest}" if nearest else ""
    return f"it shares{of} {_shared(evidence)}{hours}"


def _shared(evidence: JoinEvidence) -> str:
    lists = (("names", evidence.names), ("words", evidence.words), ("numbers", evidence.numbers))
    said = [f"the {what} {', '.join(words)}" for what, words in lists if words]
    sure = f"similarity {evidence.similarity:.2f}, score {evidence.score:.2f}"
    return f"{'; '.join(said) or 'most of its words'} ({sure})"


def _named(key: str | None, titles: Mapping[str, str]) -> str | None:
    return _quoted(titles[key]) if key in titles else None


def _quoted(title: str) -> str:
    return f"“{title if len(title) <= _TITLE else title[: _TITLE - 1] + '…'}”"
