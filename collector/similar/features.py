"""A report beside whole stories: what the scorer is asked about each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collector.similar.compare import PAIR, days

_SAME_TIME = 6.0  # hours: closer than that says no more
_CROWD = 3  # so many stories may be nearer than those that say how crowded a report's subject is
_STRANGERS = 0.1  # how near stories of other events are: where few are known, there might be such
_SUPPORT = 0.08  # a report of a story speaks for another one when it is nearer than that, and than the crowd
_TEXT = 15  # words from which on a report is more than a headline
# However near one report of a story is, a chain must not grow: a text joins a story of that many reports only if it is
# nearer to that share of them than texts of other events are.
_CHAIN, _LINKED, _LINK = 4, 0.8, 0.18
# Nor does one join a story whose reports are much nearer to one another: it is of something like it.
_CLOSE, _FAR = 3, 0.6
_P = {name: place for place, name in enumerate(PAIR)}

# Name -> how it may move the score: 1 never down, -1 never up, 0 either way.
FEATURES = {
    "body": 1, "lead": 1, "title": 1, "names": 1, "covered": 1, "covers": 1, "rare": 1, "rare_names": 1, "numbers": 1,
    "inner": 1, "hours": -1, "hours_story": -1, "mean_body": 1, "mean_lead": 1, "mean_covered": 1, "least": 1,
    "second": 1, "size": 0, "short": 0, "long": 0, "ahead": 1, "above": 1,
    "phrases": 1, "rare_phrases": 1, "union": 1, "crowd": 0, "crowded": 0, "out": 1, "support": 1,
    "centre": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """A report beside some stories. All arrays have a place for each story; `table` has the columns of `FEATURES`."""

    stories: np.ndarray
    nearest: np.ndarray  # the row of the nearest report
    hours: np.ndarray  # to that report
    similarity: np.ndarray  # the cosine with that report
    mean: np.ndarray  # the mean cosine with its reports
    table: np.ndarray
    chained: np.ndarray  # whether few of its reports only link a text to it
    terse: np.ndarray  # whether the report and the nearest one are no more than headlines
    # Where some `hours` are not known: the share of reports that name a day of the week as this one does, of those that
    # name one; else NaN.
    days: np.ndarray
    crowd: float  # how near stories are that it is hardly of: the fourth nearest

    def settle(self, record: np.void, story: int) -> None:
        """Notes in a record what the features of later reports ask of it: how near others were when it came."""
        record["crowd"] = round(255 * self.crowd)
        record["home"] = round(255 * float(self.mean[self.stories == story].sum()))


def beside(asked: np.void, rows: np.ndarray, records: np.ndarray, stories: np.ndarray, pairs: np.ndarray,
           hours: np.ndarray) -> Beside:  # fmt: skip
    """What the pairs say of each story. Rows are in order of their stories, and in each of their reports' numbers."""
    starts = np.flatnonzero(np.diff(stories, prepend=-1))
    sizes = np.diff(starts, append=len(stories))
    place = np.repeat(np.arange(len(starts)), sizes)
    near = nearness(pairs)
    best = np.lexsort((np.arange(len(near)), -near, place))[starts]
    body = pairs[:, _P["body"]]
    second = np.where(np.arange(len(near)) == best[place], -1, near)
    second = np.where(sizes > 1, np.maximum.reduceat(second, starts), np.nan)
    with np.errstate(invalid="ignore"):
        closest = np.fmin.reduceat(hours, starts)
    top = near[best]
    others = np.sort(np.append(top, [_STRANGERS] * (_CROWD + 1)))[::-1]
    lengths, length = records["length"][best], int(asked["length"])
    longer = np.maximum(lengths, length)
    crowd = others[_CROWD]
    crowded = records["crowd"][best] / np.float32(255)
    ahead = top - np.where(top >= others[0], others[1], others[0])
    mean = np.add.reduceat(body, starts) / sizes
    columns = {name: pairs[best, at] for name, at in _P.items()} | {
        "hours": _scaled(hours[best]),
        "hours_story": _scaled(closest),
        "mean_body": mean,
        "mean_lead": np.add.reduceat(_or_0(pairs[:, _P["lead"]]), starts) / sizes,
        "mean_covered": np.add.reduceat(_or_0(pairs[:, _P["covered"]]), starts) / sizes,
        "least": np.minimum.reduceat(near, starts),
        "second": second,
        "size": np.log(sizes),
        "short": np.log1p(np.minimum(lengths, length)),
        "long": np.log1p(longer),
        "ahead": ahead,
        "above": top - others[3],
        "union": _union(pairs, starts),
        "centre": _centre(mean, sizes, _cohesion(records["home"], starts)),
        "support": np.add.reduceat(near > max(_SUPPORT, crowd), starts) / sizes,
        "crowd": np.full(len(starts), crowd),
        "crowded": crowded,
        "out": top / (0.5 * (crowd + crowded) + 0.05),
    }
    # Headlines share too little for most of a story to speak for one of them.
    linked = np.add.reduceat(near > max(_LINK, crowd), starts) / sizes
    cohesion = _cohesion(records["home"], starts)
    is_far = (sizes >= _CHAIN) & (linked < _LINKED) | (sizes >= _CLOSE) & (mean < _FAR * cohesion)
    chained = is_far & (length >= _TEXT)
    table = np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float32)
    terse = longer < _TEXT
    apart = hours[best]
    on_day = _on_day(days(asked, records), starts) if np.isnan(apart).any() else np.full(len(starts), np.nan)
    return Beside(stories[starts], rows[best], apart, body[best], mean, table, chained, terse, on_day, float(crowd))


def _cohesion(homes: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """How near the reports of each story were to it on average when they came, in cosines."""
    joined = np.maximum(np.add.reduceat((homes > 0).astype(np.float32), starts), 1)
    return np.add.reduceat(homes.astype(np.float32), starts) / (255 * joined)


def _on_day(same: np.ndarray, starts: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.add.reduceat(_or_0(same), starts) / np.add.reduceat((~np.isnan(same)).astype(np.float32), starts)


def _centre(mean: np.ndarray, sizes: np.ndarray, cohesion: np.ndarray) -> np.ndarray:
    """The cosine with the sum of a story's vectors."""
    return np.minimum(1.0, mean / np.sqrt((1 + (sizes - 1) * cohesion) / sizes))


def _union(pairs: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The nearest two reports of a story counted together, whatever part of it is like which."""
    columns = [_or_0(pairs[:, _P[name]]) for name in ("body", "lead", "covered", "phrases")]
    return np.mean([np.maximum.reduceat(column, starts) for column in columns], axis=0)


def nearness(pairs: np.ndarray) -> np.ndarray:
    """One number for how near two reports are, to choose the nearest by."""
    lead, covered = (_or_0(pairs[:, _P[name]]) for name in ("lead", "covered"))
    return 0.5 * pairs[:, _P["body"]] + 0.3 * lead + 0.2 * covered


def _scaled(hours: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(hours, _SAME_TIME))


def _or_0(values: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), np.float32(0), values)
