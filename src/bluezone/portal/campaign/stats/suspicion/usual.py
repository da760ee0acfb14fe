"""What growth would be usual for a unit on a day, by its own pace and by its siblings'.

Source: `docs/statistics.md`, "Suspicion". Both paces are medians, so that the cheat that is
looked for does not hide itself. The surprising decision: a day of silence or of a copied
figure leaves a backlog that the next honest figure may catch up without being a jump.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bluezone.portal.campaign.stats.arrays import Bools, Floats, Ints, day_numbers
from bluezone.portal.campaign.stats.growth import even
from bluezone.portal.campaign.stats.histories import Histories
from bluezone.portal.campaign.stats.observed import observe

_NEIGHBOURS: Final = 4
_FEWEST_SIBLINGS: Final = 4
_CLUSTER: Final = 6.0
_NOISE: Final = 0.35


@dataclass(frozen=True, slots=True)
class Usual:
    """Steps of n units over T columns; nought where there is no step.

    Attributes:
        step: where there is one.
        known: where there is a step and a pace to judge it by.
        gap_days: days since the figure before, 1 where there is none.
        growth: what was reported.
        lower, upper: the lower and the upper of the two paces over the step, backlog
            included in the upper.
        score: robust sd by which the growth lies over the upper pace.
    """

    step: Bools
    known: Bools
    gap_days: Floats
    growth: Floats
    lower: Floats
    upper: Floats
    score: Floats


def usual_growth(history: Histories) -> Usual:
    """Return what would have been usual in each step."""
    observed = observe(
        day_numbers(history.days), history.counts, np.maximum(history.phones, 1.0), 1.0
    )
    step, gap = observed.step, observed.gap_days
    growth = np.where(step, observed.after - observed.before, 0.0)
    pace = np.where(step, growth / gap, np.nan)
    own, by_siblings = _own(pace), _by_siblings(pace, observed.before, history)
    pair = np.stack([own, by_siblings])
    known = np.isfinite(pair)
    upper = np.where(known, pair, -np.inf).max(axis=0)
    lower = np.where(known, pair, np.inf).min(axis=0)
    told = step & known.any(axis=0)
    upper, lower = np.where(told, upper, 0.0) * gap, np.where(told, lower, 0.0) * gap
    upper = upper + _backlog(growth, upper, step)
    score = even(growth, np.array(_NOISE), _CLUSTER) - even(upper, np.array(_NOISE), _CLUSTER)
    spread = 1.4826 * np.median(np.abs(score[told])) if told.any() else 1.0
    return Usual(
        step, told, gap, growth, lower, upper, np.where(told, score / max(spread, 1.0), 0.0)
    )


def _own(pace: Floats) -> Floats:
    """Return the median pace of the nearest changing steps of the unit, itself left out."""
    result = np.full(pace.shape, np.nan)
    for unit, row in enumerate(pace):
        columns = np.flatnonzero(np.isfinite(row) & (row != 0))
        for column in np.flatnonzero(np.isfinite(row)):
            others = columns[columns != column]
            place = int(np.searchsorted(others, column))
            near = others[max(place - _NEIGHBOURS, 0) : place + _NEIGHBOURS]
            if near.size:
                result[unit, column] = max(float(np.median(row[near])), 0.0)
    return result


def _by_siblings(pace: Floats, before: Floats, history: Histories) -> Floats:
    """Return the siblings' median growth on the day, scaled to what the unit usually does."""
    room = np.where(np.isnan(history.phones), np.nan, history.phones)[:, None]
    left = np.maximum(np.where(np.isnan(room), 1.0, room - before), 0.05 * np.nan_to_num(room) + 1)
    rate = _group_median(np.where(np.isfinite(pace), pace / left, np.nan), history.siblings)
    common = np.where(rate > 0, rate * left, np.nan)
    told = np.where(pace != 0, pace / common, np.nan)
    factor = np.full(len(pace), np.nan)
    for unit, row in enumerate(told):
        known = row[np.isfinite(row)]
        if known.size >= 3:
            factor[unit] = max(float(np.median(known)), 0.0)
    return np.asarray(rate * left * factor[:, None], dtype=np.float64)


def _group_median(values: Floats, siblings: Ints) -> Floats:
    """Return each column's median over a group, NaN where fewer than four siblings report."""
    result = np.full(values.shape, np.nan)
    for group in np.unique(siblings):
        rows = np.flatnonzero(siblings == group)
        enough = np.flatnonzero(np.isfinite(values[rows]).sum(axis=0) >= _FEWEST_SIBLINGS)
        if enough.size:
            medians = np.nanmedian(values[np.ix_(rows, enough)], axis=0)
            result[np.ix_(rows, enough)] = np.maximum(medians, 0.0)
    return result


def _backlog(growth: Floats, usual: Floats, step: Bools) -> Floats:
    """Return what silent steps before left to catch up: steps of less than a fifth of the usual."""
    backlog = np.zeros(growth.shape)
    owed = np.zeros(len(growth))
    for column in range(growth.shape[1]):
        here = step[:, column]
        backlog[:, column] = np.where(here, owed, 0.0)
        slow = growth[:, column] < 0.2 * usual[:, column]
        still = np.where(slow, owed + usual[:, column] - growth[:, column], 0.0)
        owed = np.where(here, np.maximum(still, 0.0), owed)
    return backlog
