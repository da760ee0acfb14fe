"""Does the later figure lie in the interval as often as stated?

Source: `docs/statistics.md`, "Calibration". A forecast is made with the figures up to a day,
knowing nothing after it, and compared with what was reported later.
The surprising decision: the later *reported* figure is the judge, with its own error, because
that is what an officer will hold against the forecast.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bluezone.portal.campaign.stats.answers import LEVELS, Forecast
from bluezone.portal.campaign.stats.arrays import Floats, Generator, as_date, matching
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.forecast import ForecastSettings, forecast
from bluezone.portal.campaign.stats.histories import Histories


@dataclass(frozen=True, slots=True)
class Coverage:
    """How forecasts made on one day did, some days later.

    Attributes:
        cut: figures known up to and including this column.
        ahead: how many days later the figure was reported.
        judged: how many units had a figure then.
        inside, below, above: share of later figures inside the interval, under and over it.
        stated: share that should be inside.
        width: median width of the interval over the later figure.
        error: median distance of the median forecast from the later figure, relative.
    """

    cut: int
    ahead: int
    judged: int
    inside: float
    below: float
    above: float
    stated: float
    width: float
    error: float


@dataclass(frozen=True, slots=True)
class FinishCoverage:
    """How forecasts of the finishing day did: shares of the true days inside, before, after."""

    cut: int
    judged: int
    inside: float
    before: float
    after: float


def backtest(
    histories: Histories,
    *,
    cuts: Sequence[int],
    ahead: Sequence[int],
    rng: Generator,
    settings: ForecastSettings | None = None,
) -> Iterator[Coverage]:
    """Yield the coverage of each cut and each distance, in that order.

    Args:
        histories: complete histories; what lies after a cut is hidden from the forecast.
        cuts: columns up to which figures are known, each with `max(ahead)` days after it.
        ahead: distances in days.
        rng: chance.
        settings: how forecasts are made.

    Raises:
        StatsInputError: a cut without figures after it.
    """
    for cut in cuts:
        if not 0 <= cut < histories.days.size - 1:
            raise StatsInputError(f"no figures after column {cut} of {histories.days.size}")
        made = forecast(
            histories,
            horizon_days=max(ahead),
            rng=rng,
            as_of=as_date(histories.days[cut]),
            settings=settings,
        )
        yield from _judge(histories, made, cut, ahead)


def _judge(
    histories: Histories, made: Forecast, cut: int, ahead: Sequence[int]
) -> Iterator[Coverage]:
    """Yield the coverage of one forecast at each distance that was reported."""
    for distance in ahead:
        column = np.flatnonzero(histories.days == made.days[distance - 1])
        if column.size == 0:
            continue
        later = histories.counts[:, column[0]]
        # Of a unit that has not reported yet nothing is said, and nothing can be wrong.
        known = np.isfinite(later) & np.isfinite(made.last)
        if known.any():
            fan = made.fan[:, known, distance - 1]
            yield _coverage(cut, distance, later[known], fan)


def _coverage(cut: int, distance: int, later: Floats, fan: Floats) -> Coverage:
    # Counts are whole: a fan's edge of 30.4 holds a figure of 30, and one of 30.6 does too.
    low, middle, high = np.floor(fan[0]), fan[1], np.ceil(fan[2])
    below, above = float(np.mean(later < low)), float(np.mean(later > high))
    scale = np.maximum(later, 1.0)
    return Coverage(
        cut=cut,
        ahead=distance,
        judged=later.size,
        inside=1 - below - above,
        below=below,
        above=above,
        stated=LEVELS[2] - LEVELS[0],
        width=float(np.median((fan[2] - fan[0]) / scale)),
        error=float(np.median(np.abs(middle - later) / scale)),
    )


def backtest_finish(
    histories: Histories,
    targets: Floats,
    *,
    cuts: Sequence[int],
    rng: Generator,
    settings: ForecastSettings | None = None,
) -> Iterator[FinishCoverage]:
    """Yield how often the first day at or above the target lay in its interval.

    Units that had reached it at the cut are not judged. A target never reached within the
    histories counts as inside where the interval is open at its end.
    """
    wanted = matching(targets, histories.phones, "targets")
    at_or_above = histories.counts >= wanted[:, None]
    arrival = np.where(at_or_above.any(axis=1), at_or_above.argmax(axis=1), histories.days.size)
    days = np.append(histories.days, np.datetime64("9999-12-31"))[arrival]
    for cut in cuts:
        made = forecast(
            histories,
            horizon_days=int((histories.days[-1] - histories.days[cut]).astype(int)),
            rng=rng,
            targets=wanted,
            as_of=as_date(histories.days[cut]),
            settings=settings,
        )
        open_end = np.datetime64("9999-12-31")
        low, high = (np.where(np.isnat(made.finish[i]), open_end, made.finish[i]) for i in (0, 2))
        judged = (arrival > cut) & np.isfinite(wanted) & np.isfinite(made.last)
        if judged.any():
            before, after = (
                np.mean(days[judged] < low[judged]),
                np.mean(days[judged] > high[judged]),
            )
            yield FinishCoverage(
                cut, int(judged.sum()), float(1 - before - after), float(before), float(after)
            )
