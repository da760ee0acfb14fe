"""The twelve people of the street, their homes and the places where they meet.

Names are common Vietnamese given names with different first letters; nobody real is meant.
Distances are metres; the street runs along x, houses stand on both sides.
"""

from dataclasses import dataclass
from typing import Final, NewType

PersonId = NewType("PersonId", int)
"""0 to 11, the place in `NAMES`."""

NAMES: Final = (
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hà",
    "Khoa",
    "Lan",
    "Minh",
    "Nga",
    "Phúc",
    "Quân",
)
PEOPLE: Final = tuple(PersonId(index) for index in range(len(NAMES)))

WIDTH_M: Final = 44.0
DEPTH_M: Final = 24.0
_HOUSE_M: Final = 6.6


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the street.

    Attributes:
        x_m: metres along the street, 0 to `WIDTH_M`.
        y_m: metres across the street, 0 to `DEPTH_M`.
    """

    x_m: float
    y_m: float


def home(person: PersonId) -> Spot:
    """Return where a person is at home: at the back of one of six houses on each side."""
    return Spot(x_m=3.4 + _HOUSE_M * (person % 6), y_m=1.4 if person < 6 else DEPTH_M - 1.4)


def door(person: PersonId) -> Spot:
    """Return the point before a person's house where every walk begins and ends."""
    house = home(person)
    return Spot(x_m=house.x_m, y_m=4.8 if person < 6 else DEPTH_M - 4.8)
