"""Do probabilities of rank come true as often as they say?

Source: a reliability diagram (Murphy, Winkler 1977) on generated provinces: true shares, counts
with the errors of `doubt`, rounded percentages, and units without any figure. Used by tests and
`bench/rank.py`. The surprising decision: the judged question is the one that is asked on the
page, "rank k or better" and "really ahead", of all units, the unreported included.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bluezone.portal.campaign.stats.arrays import Floats, Generator
from bluezone.portal.campaign.stats.doubt import counts, denominators
from bluezone.portal.campaign.stats.error_model import Base, ErrorModel, SourceKind
from bluezone.portal.campaign.stats.fallbacks import first_known, rate_counts, unreported
from bluezone.portal.campaign.stats.rank import rank_units

_DRAWS: Final = 500
_BY_RATE: Final = 0.3
_UNREPORTED: Final = 0.1


@dataclass(frozen=True, slots=True)
class Trial:
    """What was stated of one generated evening, and what was true; equal shapes.

    Attributes:
        stated: probabilities, of "rank k or better" and of "a really ahead of b" (a < b).
        true: 1 where it was so, 0 where not.
    """

    stated: Floats
    true: Floats


@dataclass(frozen=True, slots=True)
class Bin:
    """Statements of about one probability: mean stated, share that came true, how many."""

    stated: float
    true: float
    statements: int


def trials(rng: Generator, *, units: int = 63, best: int = 10) -> Iterator[Trial]:
    """Yield generated evenings without end."""
    model = ErrorModel()
    while True:
        people = np.rint(rng.lognormal(14.0, 0.6, units))
        share = 1 / (1 + np.exp(1.2 - 0.45 * rng.standard_normal(units)))
        on_day = np.exp(model.base_sd[Base.PEOPLE] * rng.standard_normal(units))
        true = share * people * on_day
        lots = rng.random(units)
        by_rate = lots < _BY_RATE
        nothing = lots > 1 - _UNREPORTED
        error = model.source_sd[SourceKind.PRESS] * rng.standard_normal(units)
        slip = model.base_change_sd * rng.standard_normal(units)
        reported = np.where(by_rate | nothing, np.nan, np.rint(true * np.exp(error)))
        percent = np.where(by_rate, np.rint(100 * true / people * np.exp(slip)), np.nan)
        figures = unreported(
            first_known(
                counts(reported, SourceKind.PRESS, hour_known=True),
                rate_counts(percent, people, half_step=0.5),
            ),
            people,
        )
        ranking = rank_units(figures, denominators(people, Base.PEOPLE), rng=rng, draws=_DRAWS)
        at_most = np.argsort(np.argsort(-share)) < best
        first, second = np.triu_indices(units, 1)
        yield Trial(
            np.concatenate([ranking.p_rank(best), ranking.p_ahead[first, second]]),
            np.concatenate([at_most, share[first] > share[second]]).astype(np.float64),
        )


def reliability(stated: Floats, true: Floats, *, bins: int = 10) -> Iterator[Bin]:
    """Yield the bins of a reliability diagram that hold at least 20 statements."""
    place = np.minimum((stated * bins).astype(np.int64), bins - 1)
    for number in range(bins):
        here = place == number
        if here.sum() >= 20:
            yield Bin(float(stated[here].mean()), float(true[here].mean()), int(here.sum()))
