"""Who was near long enough, from true positions, and whether the phones found the same.

The rule is the one people are told: within 2 m for 15 minutes in total on one day. Nothing
here knows of radio, keys or risk, so a mistake in those cannot hide here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bluezone.demo.cast import PersonId
from bluezone.demo.paths import Path, near_s

NEAR_M: Final = 2.0
"""Metres within which two people count as near (WHO contact definition, 1 m; VN and EU 2 m)."""
NEAR_ENOUGH_S: Final = 15 * 60
"""Seconds in total on one day (the same definitions)."""
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the phones' warnings compare with the truth.

    Attributes:
        expected: people who were near long enough.
        warned: people whose phone warned them.
    """

    expected: frozenset[PersonId]
    warned: frozenset[PersonId]

    @property
    def missed(self) -> frozenset[PersonId]:
        """People who were near long enough and were not warned."""
        return self.expected - self.warned

    @property
    def needless(self) -> frozenset[PersonId]:
        """People who were warned and were not near long enough."""
        return self.warned - self.expected

    @property
    def right(self) -> bool:
        """Whether exactly the right people were warned."""
        return self.expected == self.warned


def near_each_day_s(
    paths: Mapping[PersonId, Path], one: PersonId, other: PersonId, *, start_s: int, end_s: int
) -> list[float]:
    """Return the seconds two people were near on each UTC day that [start_s, end_s) touches."""
    days = range(start_s // DAY_S, -(-end_s // DAY_S))
    return [
        near_s(
            paths[one],
            paths[other],
            start_s=max(start_s, day * DAY_S),
            end_s=min(end_s, (day + 1) * DAY_S),
            within_m=NEAR_M,
        )
        for day in days
    ]


def near_long_enough(
    paths: Mapping[PersonId, Path], ill: PersonId, *, start_s: int, end_s: int
) -> frozenset[PersonId]:
    """Return everybody who was near the ill person long enough on one day of [start_s, end_s)."""
    return frozenset(
        person
        for person in paths
        if person != ill
        and max(near_each_day_s(paths, ill, person, start_s=start_s, end_s=end_s)) >= NEAR_ENOUGH_S
    )


def judge(expected: Iterable[PersonId], warned: Iterable[PersonId]) -> Verdict:
    """Return the verdict on a set of warnings."""
    return Verdict(expected=frozenset(expected), warned=frozenset(warned))
