"""What an inspector has before them, and from where on a pattern is worth a question."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bluezone.portal.campaign.stats.arrays import Bools, Floats, as_days, matching
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.histories import Histories


@dataclass(frozen=True, slots=True)
class SuspicionSettings:
    """From where on a pattern is a finding. Tuned on generated campaigns, see docs.

    Attributes:
        jump_sd: how many robust sd a step lies over the usual.
        jump_people, jump_share: least excess of a jump, in people and as a share of phones.
        large_share, large_sd: a day's excess of this share of all phones needs only so many sd.
        round_strength, copy_strength: least strength of round numbers and of copies.
        repeats: fewest copies.
        phones_sd: relative sd of the number of phones (measured, `doubt.BASE_SD`).
        above_sd: how many of those the count lies above the phones.
        gift_sd: how many sd active phones stay below what the installs promise.
        gift_share: least share of the extra installs that is missing again.
        gift_doubt: relative sd of the share of installs that stays active.
        gift_days: length of the rise from a gift day on, and of the watch after it.
    """

    jump_sd: float = 3.8
    jump_people: float = 10.0
    jump_share: float = 0.03
    large_share: float = 0.15
    large_sd: float = 2.0
    round_strength: float = 4.0
    copy_strength: float = 4.2
    repeats: int = 3
    phones_sd: float = 0.0454
    above_sd: float = 2.0
    gift_sd: float = 3.5
    gift_share: float = 0.3
    gift_doubt: float = 0.05
    gift_days: tuple[int, int] = (3, 7)


@dataclass(frozen=True, slots=True)
class Reports:
    """What n units reported on T days, and what else is known.

    Attributes:
        histories: counts of one series with phones and siblings.
        active: shape (n, T), active phones, NaN where unknown.
        gifts: shape (T,), days on which gifts were handed out.
    """

    histories: Histories
    active: Floats
    gifts: Bools

    @classmethod
    def of(
        cls, histories: Histories, *, active: ArrayLike = np.nan, gifts: ArrayLike = False
    ) -> "Reports":
        """Return checked reports; raise StatsInputError where shapes do not fit."""
        try:
            days = np.broadcast_to(np.asarray(gifts, dtype=np.bool_), histories.days.shape)
        except ValueError:
            raise StatsInputError(
                f"gifts have the shape {np.shape(gifts)}, there are {histories.days.size} days"
            ) from None
        as_days(histories.days)
        return cls(histories, matching(active, histories.counts, "active"), days)
