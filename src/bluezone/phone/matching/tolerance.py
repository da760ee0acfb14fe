"""How far from its own interval or slot an identifier may be heard.

Sources: `spec/exposure.md` 2.2 step 3 (12 intervals either side for `en`);
`spec/bluezone-wire.md` 1.7 and W12 for the 12-byte scheme, whose two numbers stand beside
the trace of pushed F0 lists, so that a sighting is judged alike on both ways.
"""

from dataclasses import dataclass
from typing import Final

from bluezone.protocol.bluezone.tolerant import DEFAULT_SKEW_S, STALE_S

EN_DRIFT_INTERVALS: Final = 12
"""Whole intervals of clock drift that the window rules accept on either side."""


@dataclass(frozen=True, slots=True)
class SlotTolerance:
    """When a 12-byte identifier still counts: [start - skew, end + stale + skew].

    Attributes:
        stale_s: seconds that a published phone may go on with an old identifier.
        skew_s: allowance for two wall clocks, seconds, either way.
    """

    stale_s: int = STALE_S
    skew_s: int = DEFAULT_SKEW_S
