"""The forecast of a unit as a fan of days, knowing nothing after the evening that is asked for."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

import numpy as np

from bluezone.portal.campaign import stats
from bluezone.portal.campaign.dashboards.svg import Band
from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.evidence import Evidence

AHEAD_DAYS: Final = 14
"""How far the fan reaches where no last day is nearer or farther."""
MOST_AHEAD_DAYS: Final = 60
_LONGEST_HISTORY: Final = 60
_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the unit's figures let expect: a band a day, and the sentence about the target."""

    bands: tuple[Band, ...]
    message: stats.Message | None


@dataclass(frozen=True, slots=True)
class _Question:
    """Everything that a forecast depends on; the same question has the same answer."""

    days: bytes
    counts: bytes
    phones: bytes
    need: float
    ahead: int


def outlook(
    path: str,
    siblings: Sequence[str],
    evidence: Evidence,
    *,
    need: int | None,
    deadline: dt.date | None,
) -> Outlook:
    """Return the forecast of the unit `path`; empty where nothing was counted yet.

    Args:
        path: the unit.
        siblings: the units beside it, which help where its own history is short.
        evidence: knows all of them, and nothing after its day.
        need: the count that reaches the target, None without one.
        deadline: the last day of the target, None without one.
    """
    history = evidence.history(path, Measure.USERS)
    if not history.days.size:
        return Outlook((), None)
    known = [path] + [
        one for one in siblings if one != path and evidence.history(one, Measure.USERS).days.size
    ]
    made = _answer(_question(known, evidence, need, deadline))
    low, middle, high = made.fan[:, 0]
    bands = tuple(
        Band(day.astype(dt.date), float(low[at]), float(middle[at]), float(high[at]))
        for at, day in enumerate(made.days)
    )
    return Outlook(bands, None if need is None else made.message(0))


def _question(
    paths: Sequence[str], evidence: Evidence, need: int | None, deadline: dt.date | None
) -> _Question:
    histories = [evidence.history(path, Measure.USERS) for path in paths]
    days = np.unique(np.concatenate([one.days for one in histories]))[-_LONGEST_HISTORY:]
    counts = np.full((len(paths), days.size), np.nan)
    for row, one in enumerate(histories):
        kept = np.isin(one.days, days)
        counts[row, np.searchsorted(days, one.days[kept])] = one.values[kept]
    phones = [evidence.base(path, Base.SMARTPHONES) for path in paths]
    last = days[-1].astype(dt.date)
    ahead = AHEAD_DAYS if deadline is None or deadline <= last else (deadline - last).days + 2
    return _Question(
        days.astype("datetime64[D]").astype(np.int64).tobytes(),
        counts.tobytes(),
        np.array(
            [np.nan if one is None else one.value for one in phones], dtype=np.float64
        ).tobytes(),
        float("nan") if need is None else float(need),
        min(max(ahead, AHEAD_DAYS // 2), MOST_AHEAD_DAYS),
    )


@lru_cache(maxsize=_KEPT)
def _answer(question: _Question) -> stats.Forecast:
    phones = np.frombuffer(question.phones)
    histories = stats.Histories.of(
        np.frombuffer(question.days, dtype=np.int64).astype("datetime64[D]"),
        np.frombuffer(question.counts).reshape(phones.size, -1),
        phones=phones,
    )
    targets = np.full(phones.size, np.nan)
    targets[0] = question.need
    return stats.forecast(
        histories,
        horizon_days=question.ahead,
        rng=np.random.default_rng(crc32(question.counts + question.days)),
        targets=targets,
    )
