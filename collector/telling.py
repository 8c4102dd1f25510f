"""Stories in words: why a report is in its story, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from collector.model import Actor, JoinEvidence, Report, StepKind, Story, StoryStep

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


def counted(story: Story) -> str:
    """How many reports there are: "14 reports, 3 independent"."""
    total, independent = len(story.reports), story.independent
    reports = "1 report" if total == 1 else f"{total:,} reports"
    return reports if independent == total else f"{reports}, {independent:,} independent"


def because(report: Report, story: Story) -> str:
    """Why the report is in its story, as a sentence without its end."""
    titles = {one.key: one.title for one in story.reports}
    if report.evidence is None:
        is_first = report.key == story.reports[0].key
        return "it began the story" if is_first else "it came here when stories were merged, split or moved"
    return _joined(report.evidence, _named(report.copy_of, titles), _named(report.nearest, titles))


def placed(report: Report, story: Story) -> str:
    """Where the report is and why: for who asks about an article."""
    return f"one of {counted(story)} of {_quoted(story.lead.title)}; {because(report, story)}"


def as_plain(report: Report, story: Story) -> dict[str, Any]:
    """The report and why it is there as plain values, named by keys alone."""
    told = asdict(report)
    del told["id"]
    if evidence := told["evidence"]:
        told["evidence"] = {name: value for name, value in evidence.items() if name not in ("nearest", "copy_of")}
    return told | {"because": because(report, story)}


def done(step: StoryStep) -> str:
    """What a step did, as a sentence without its end."""
    who = "" if step.who == Actor.MACHINE else "by a person: "
    number = f" (step {step.undoes})" if step.undoes else ""
    undone = f"; undone by step {step.undone_by}" if step.undone_by else ""
    why = f", because {_shared(step.because)}" if step.because else ""
    return f"{who}{_DONE[step.kind]}{number}{why}{undone}"


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
