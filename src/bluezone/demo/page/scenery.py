"""The parts of the street that do not move, in drawing units of 5 cm (20 a metre)."""

from dataclasses import dataclass
from typing import Final

from bluezone.demo.cast import DEPTH_M, PEOPLE, home

UNITS_A_METRE: Final = 20
_HOUSE_DEPTH: Final = 78


@dataclass(frozen=True, slots=True)
class House:
    """A house seen from above.

    Attributes:
        x: its middle.
        y: its upper edge.
        door: where its doorstep begins, from the upper edge.
    """

    x: float
    y: float
    door: int


def houses() -> list[House]:
    """Return the twelve houses, upper side first."""
    bottom = DEPTH_M * UNITS_A_METRE - _HOUSE_DEPTH
    return [
        House(
            x=round(home(person).x_m * UNITS_A_METRE, 1),
            y=0 if person < 6 else bottom,
            door=_HOUSE_DEPTH - 2 if person < 6 else -5,
        )
        for person in PEOPLE
    ]


TREES: Final = (
    (62, 160, 15),
    (212, 118, 17),
    (398, 160, 15),
    (520, 120, 17),
    (770, 150, 16),
    (840, 155, 14),
    (60, 330, 16),
    (176, 372, 15),
    (330, 335, 17),
    (540, 362, 16),
    (660, 330, 15),
    (840, 350, 18),
    (846, 430, 20),
)
"""(x, y, radius) of the trees, where nobody stands or walks for long."""
