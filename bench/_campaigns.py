"""Kinds of generated campaigns: those that forecasts were calibrated on, and those kept back.

`CALIBRATION` with `CALIBRATION_SEEDS` made the reference of `stats.calibration`; `KEPT_BACK` and
`TEST_SEEDS` were never looked at for it. Every seed begins on another day of the week.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from bluezone.portal.campaign.stats.generated import Campaign, CampaignShape, grow
from bluezone.portal.campaign.stats.histories import Histories

_USUAL = CampaignShape(units=96, groups=8, days=50)
HARD: Final = {
    "usual": _USUAL,
    "slow_start": replace(_USUAL, pull=0.005, word_of_mouth=0.3),
    "wild": replace(_USUAL, shock_sd=0.6, cluster=15.0),
    "fast_start": replace(_USUAL, pull=0.08, word_of_mouth=0.02),
}
"""The kinds that the reference is made of."""

CALIBRATION: Final = {
    **HARD,
    "tens_of_phones": replace(_USUAL, phones_median=60.0, cluster=2.0),
    "calm": replace(_USUAL, shock_sd=0.15, cluster=1.0),
    "no_siblings": replace(_USUAL, groups=96),
}
KEPT_BACK: Final = {
    "tiring": replace(_USUAL, tiring_days=12.0, pull=0.04),
    "gifts": replace(_USUAL, gift_days=3),
    "provinces": replace(_USUAL, units=63, groups=1, phones_median=1e6, cluster=30.0),
    "weekend_rush": replace(_USUAL, weekday=1.3),
    "late_reports": replace(_USUAL, missing=0.3, late_share=0.35),
    "wild_slow_start": replace(_USUAL, shock_sd=0.6, cluster=15.0, pull=0.005, word_of_mouth=0.3),
}
CALIBRATION_SEEDS: Final = (1, 2, 3, 11)
TEST_SEEDS: Final = (815, 816, 817)


def campaign(shape: CampaignShape, seed: int) -> tuple[Campaign, np.random.Generator]:
    """Return a campaign that begins in the first week of August 2020, and its chance."""
    rng = np.random.default_rng(seed)
    return grow(shape, rng, start=str(np.datetime64("2020-08-01") + seed % 7)), rng


def history(made: Campaign) -> Histories:
    """Return what was reported."""
    return Histories.of(made.days, made.reported, phones=made.phones, siblings=made.siblings)
