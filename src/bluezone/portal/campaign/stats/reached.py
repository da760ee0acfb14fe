"""What the figures themselves say of a target, before anything is forecast.

Source: `docs/statistics.md`, "Outcomes". Reached means: the last figure is at or above the
target. The surprising decision: a count that was above it and was corrected below it is not
reached, whatever was celebrated; `since` is the first day after the last figure below.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from bluezone.portal.campaign.stats.arrays import Bools, Days, Floats
from bluezone.portal.campaign.stats.histories import Histories, last_known

_RECENT: Final = 5
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class Reached:
    """n units on the evening of a forecast.

    Attributes:
        last: shape (n,), the last figure, NaN without any.
        done: shape (n,), whether it is at or above the target.
        since: shape (n,), `datetime64[D]`, the first day of the figures at or above it, NaT
            where it is not reached.
        too_late: shape (n,), a figure of the target's day or later lies below the target.
        in_time: shape (n,), a figure of the target's day or earlier reached it for good.
        over: shape (n,), the target's day is over and a figure tells how it ended, or
            that nobody can tell it.
        falling: shape (n,), the last figures fall, and not by a single correction.
        no_growth: shape (n,), nobody in the group has two figures.
    """

    last: Floats
    done: Bools
    since: Days
    too_late: Bools
    in_time: Bools
    over: Bools
    falling: Bools
    no_growth: Bools


def look_back(known: Histories, targets: Floats, target_day: dt.date | None) -> Reached:
    """Return what is known of the targets (n,), NaN where there is none."""
    last = last_known(known.counts)
    seen = np.isfinite(known.counts)
    with np.errstate(invalid="ignore"):
        done = last >= targets
        under = seen & (known.counts < targets[:, None])
    columns = np.arange(known.days.size)
    after = columns > np.where(under, columns, -1).max(axis=1, initial=-1)[:, None]
    since = known.days[np.argmax(seen & after, axis=1)].copy()
    since[~done] = np.datetime64("NaT")
    by = np.datetime64("9999-12-31" if target_day is None else target_day, "D")
    too_late = np.asarray((under & (known.days >= by)).any(axis=1), dtype=np.bool_)
    in_time = np.asarray(done & (since <= by), dtype=np.bool_)
    over = np.asarray(too_late | (done & (known.days[-1] >= by)), dtype=np.bool_)
    return Reached(last, done, since, too_late, in_time, over, _falling(known), _no_growth(known))


def _falling(known: Histories) -> Bools:
    """Return who fell at least twice, and at least as often as they rose, and ended lower."""
    result = np.zeros(len(known.counts), dtype=np.bool_)
    for unit, row in enumerate(known.counts):
        recent = row[np.isfinite(row)][-_RECENT:]
        if recent.size >= _FEWEST:
            falls, rises = int((np.diff(recent) < 0).sum()), int((np.diff(recent) > 0).sum())
            result[unit] = falls >= 2 and falls >= rises and recent[-1] < recent[0]
    return result


def _no_growth(known: Histories) -> Bools:
    """Return who has, with all its siblings, no two figures: there is no growth to see."""
    steps = np.maximum(np.isfinite(known.counts).sum(axis=1) - 1, 0)
    by_group = np.bincount(known.siblings, weights=steps)
    return np.asarray(by_group[known.siblings] == 0)
