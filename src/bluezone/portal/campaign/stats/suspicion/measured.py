"""How far a finding can be trusted, as measured on generated campaigns: the one place for it.

Source: `docs/statistics.md`, "Precision and recall" (a test holds the two together), made by
`bench/suspicion.py`: 235 communes, 8 of each kind cheating at once, 6 campaigns. The surprising
decision: the cheats are ours, so these are the chances with cheats like those; pages say so.
"""

from dataclasses import dataclass
from typing import Final

from bluezone.portal.campaign.stats.suspicion.findings import Kind

HONEST_UNITS: Final = 235
"""So many honest communes stand behind `Measured.asked`."""
CHEATS: Final = 48
"""So many cheats of each kind stand behind `Measured.recall`."""
FEW_PHONES: Final = 150
"""Below so many phones a unit is judged as one where phones are counted in tens."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How well one kind is found.

    Attributes:
        recall: share of the cheats of the kind that are found.
        precision: share of the units named that cheat in any way.
        asked: how many of `HONEST_UNITS` are named in a campaign without any cheat.
    """

    recall: float
    precision: float
    asked: float


USUAL: Final = {
    Kind.JUMP: Measured(0.79, 0.98, 0.3),
    Kind.ROUND: Measured(1.0, 1.0, 0.0),
    Kind.COPY: Measured(0.81, 0.92, 0.7),
    Kind.ABOVE_PHONES: Measured(1.0, 1.0, 0.0),
    Kind.GIFT: Measured(0.92, 0.99, 0.2),
}
"""Communes of hundreds and thousands of phones, twenty days."""
TENS: Final = {
    Kind.JUMP: Measured(0.21, 1.0, 0.0),
    Kind.ROUND: Measured(0.04, 1.0, 0.0),
    Kind.COPY: Measured(0.0, 1.0, 0.2),
    Kind.ABOVE_PHONES: Measured(0.98, 1.0, 0.0),
    Kind.GIFT: Measured(0.02, 1.0, 0.0),
}
"""Hamlets of about sixty phones."""


def measured(kind: Kind, phones: float | None) -> Measured:
    """Return how well `kind` is found among units of so many phones (None where unknown)."""
    return (TENS if phones is not None and phones < FEW_PHONES else USUAL)[kind]
