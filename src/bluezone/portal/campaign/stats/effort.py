"""What must each unit do a day to get there.

Source: `docs/statistics.md`, "Effort". Of the phones of a unit some have the app and some
refused; the rest can still be won, and each further one costs more visits than the last: when
a share x of the winnable is won, the next visit wins `ease x (1 - x)`. Fewest visits in sum
are reached where the last install costs the same everywhere (water-filling).
The surprising decision: an even amount of work a day, not an even number of installs. The
first days win more, so the plan asks for more at first, and a unit on plan is not behind.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from bluezone.portal.campaign.stats.arrays import Floats, Ints, floats, matching
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.words import Message

ALL_BUT = 1e-3
"""No plan wins the very last: at most all but a thousandth of the winnable, if any are left."""


class Feasibility(StrEnum):
    """Whether the plan reaches what is needed, and if not, what is short."""

    REACHABLE = "reachable"
    ALREADY_THERE = "already_there"
    NO_DAYS = "no_days"
    TOO_FEW_PHONES = "too_few_phones"
    TOO_FEW_HANDS = "too_few_hands"


@dataclass(frozen=True, slots=True)
class Effort:
    """A plan for n units and D days, in whole installs.

    Attributes:
        feasibility: whether the sum reaches what is needed.
        needed: installs that are missing in sum.
        planned: installs that the plan wins in sum, `needed` where reachable.
        per_day: shape (n, D), installs to win; the rows sum to `per_unit`.
        per_unit: shape (n,), installs to win in all days; sums to `planned`.
        winnable: shape (n,), phones minus installed minus refusals.
        visits_per_day: shape (n,), visits a day that this takes, in visits of ease 1.
    """

    feasibility: Feasibility
    needed: int
    planned: int
    per_day: Ints
    per_unit: Ints
    winnable: Ints
    visits_per_day: Floats

    def message(self) -> Message:
        """Return the sentence of the plan, ready for `words.phrase`."""
        days = self.per_day.shape[1]
        return Message(
            f"effort.{self.feasibility}",
            {
                "needed": self.needed,
                "possible": self.planned,
                "short": self.needed - self.planned,
                "winnable": int(self.winnable.sum()),
                "days": days,
                "per_day": math.ceil(self.needed / days) if days else self.needed,
            },
        )


def plan_effort(
    installed: ArrayLike,
    phones: ArrayLike,
    *,
    needed: int,
    days: int,
    refused: ArrayLike = 0,
    ease: ArrayLike = 1.0,
    visits_a_day: ArrayLike = np.inf,
) -> Effort:
    """Return how many installs each unit wins on each day so that the sum becomes `needed`.

    Args:
        installed: shape (n,), installs so far; NaN counts as none.
        phones: shape (n,), smartphones; NaN counts as none, nobody can be sent for them.
        needed: installs still missing in sum, for instance target minus installed.
        days: full days left, the day of the target included.
        refused: shape (n,) or one for all, people who said no (three visits, or for good).
        ease: shape (n,) or one for all, installs per visit among those who can be won.
        visits_a_day: shape (n,) or one for all, visits that the teams of a unit can make.

    Raises:
        StatsInputError: shapes that do not fit, negative days, an ease of nought or less.
    """
    have = np.nan_to_num(floats(installed))
    room = np.nan_to_num(matching(phones, have, "phones"))
    winnable = np.maximum(np.floor(room - have - matching(refused, have, "refused")), 0.0)
    pull, hands = matching(ease, have, "ease"), matching(visits_a_day, have, "visits_a_day")
    if days < 0 or not np.all(pull > 0):
        raise StatsInputError(f"{days} days left; days and ease must not be below nought")
    wanted = max(int(needed), 0)
    limit = _limit(winnable, pull, hands * max(days, 1))
    planned = int(min(wanted, limit.sum())) if days else 0
    per_unit = _whole(_level(winnable, pull, limit, planned), limit, planned)
    return Effort(
        feasibility=_feasibility(wanted, days, int(winnable.sum()), planned),
        needed=wanted,
        planned=planned,
        per_day=_over_days(per_unit, winnable, days),
        per_unit=per_unit,
        winnable=winnable.astype(np.int64),
        visits_per_day=_visits(per_unit, winnable, pull) / max(days, 1),
    )


def _limit(winnable: Floats, ease: Floats, visits: Floats) -> Floats:
    """Return the most installs each unit can win with its visits, whole numbers."""
    reach = 1 - np.exp(-np.nan_to_num(ease * visits) / np.maximum(winnable, 1.0))
    return np.asarray(np.floor(winnable * reach + 1e-9), dtype=np.float64)


def _feasibility(wanted: int, days: int, winnable: int, planned: int) -> Feasibility:
    if wanted == 0:
        return Feasibility.ALREADY_THERE
    if days == 0:
        return Feasibility.NO_DAYS
    if planned == wanted:
        return Feasibility.REACHABLE
    return Feasibility.TOO_FEW_PHONES if wanted > winnable else Feasibility.TOO_FEW_HANDS


def _level(winnable: Floats, ease: Floats, limit: Floats, total: int) -> Floats:
    """Return the split with fewest visits: the last install costs the same wherever work is done.

    With price m of an install a unit wins winnable x (1 - 1/(ease m)), at most its limit;
    the price is found by halving.
    """
    low, high = 0.0, 1.0
    while _bought(high, winnable, ease, limit).sum() < total and high < 1e12:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        if _bought(middle, winnable, ease, limit).sum() < total:
            low = middle
        else:
            high = middle
    return _bought(high, winnable, ease, limit)


def _bought(price: float, winnable: Floats, ease: Floats, limit: Floats) -> Floats:
    share = np.clip(1 - 1 / np.maximum(ease * price, 1e-12), 0.0, 1.0)
    return np.asarray(np.minimum(winnable * share, limit), dtype=np.float64)


def _whole(split: Floats, limit: Floats, total: int) -> Ints:
    """Return whole numbers that sum to `total`, none over its limit, by largest remainder."""
    whole = np.floor(split + 1e-9)
    while (rest := int(total - whole.sum())) != 0:
        sign = 1 if rest > 0 else -1
        open_for = whole < limit if sign > 0 else whole > 0
        order = np.argsort(-sign * np.where(open_for, split - whole, -sign * np.inf), kind="stable")
        whole[order[: min(abs(rest), int(open_for.sum()))]] += sign
    return whole.astype(np.int64)


def _over_days(per_unit: Ints, winnable: Floats, days: int) -> Ints:
    """Return each unit's installs day by day for an even amount of work; rows sum exactly."""
    share = np.minimum(per_unit / np.maximum(winnable, 1.0), 1 - ALL_BUT)
    part = np.arange(1, days + 1) / max(days, 1)
    done = winnable[:, None] * (1 - (1 - share[:, None]) ** part)
    scale = per_unit / np.maximum(winnable * share, 1e-12)
    cumulative = np.rint(done * scale[:, None]).astype(np.int64)
    return np.diff(cumulative, axis=1, prepend=np.int64(0))


def _visits(per_unit: Ints, winnable: Floats, ease: Floats) -> Floats:
    """Return visits that win `per_unit` of the winnable."""
    share = np.minimum(per_unit / np.maximum(winnable, 1.0), 1 - ALL_BUT)
    return np.asarray(-np.log1p(-share) * winnable / ease, dtype=np.float64)
