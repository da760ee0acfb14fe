"""How far from its own interval or slot an identifier may be heard.

Sources: `spec/exposure.md` 2.2 step 3 (12 intervals either side for `en`);
`spec/bluezone-wire.md` 1.7 (150 s of staleness for published phones in the foreground) and
W12. The clock allowance for the 12-byte scheme is ours: two minutes covers phones that
take their time from the network, and is small against the slot of 15 minutes, which is
what keeps a replayed identifier from counting for long (W9).
"""

from dataclasses import dataclass
from typing import Final

EN_DRIFT_INTERVALS: Final = 12
"""Whole intervals of clock drift that the window rules accept on either side."""


@dataclass(frozen=True, slots=True)
class SlotTolerance:
    """When a 12-byte identifier still counts: [start - skew, end + stale + skew].

    Attributes:
        stale_s: seconds that a published phone may go on with an old identifier.
        skew_s: allowance for two wall clocks, seconds, either way.
    """

    stale_s: int = 150
    skew_s: int = 120
