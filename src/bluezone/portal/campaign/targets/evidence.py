"""What is known of units on an evening: counts, denominators, officials. Nothing of later days.

Figures and denominators come from `figures`, officials from `agencies`. The surprising decision:
`figures.denominators` takes a later denominator where there is no earlier one; a verdict must
not, so it is asked for without those.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from bluezone.portal.campaign.figures import services as figures
from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.officials import Officials

AGENCIES: Final = "agencies"
"""The source of a number of officials."""
_STAFF_EVENINGS: Final = (6, 4, 2, 0)
"""How many days before the evening the officials are looked at, to forecast them."""


@dataclass(frozen=True, slots=True)
class KnownBase:
    """A denominator: how many, of whom, on which day, says who; `estimated` is not counted."""

    base: Base
    value: int
    day: dt.date
    source: str
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A count: how many, when, from which source; `counted` of `parts` where it is a sum."""

    value: int
    day: dt.date
    source: str
    counted: int = 0
    parts: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether no part is missing."""
        return self.counted >= self.parts


class Evidence:
    """What is known of some units on the evening of `day`; each question asks the database once.

    Args:
        paths: the units.
        day: nothing later is looked at.
    """

    def __init__(self, paths: Iterable[str], day: dt.date) -> None:
        self.paths: Sequence[str] = tuple(sorted(set(paths)))
        self.day = day
        self._counts: dict[tuple[Measure, dt.date], dict[str, Known]] = {}
        self._histories: dict[Measure, dict[str, figures.History]] = {}
        self._bases: dict[Base, dict[str, KnownBase]] = {}

    def covers(self, paths: Iterable[str], day: dt.date) -> bool:
        """Return whether all of `paths` are known here as of the same evening."""
        return day == self.day and set(paths) <= self._known_paths

    @cached_property
    def _known_paths(self) -> frozenset[str]:
        return frozenset(self.paths)

    def count(self, path: str, measure: Measure, until: dt.date) -> Known | None:
        """Return the accepted count of a unit on the evening of `until` (at most `day`)."""
        until = min(until, self.day)
        if (measure, until) not in self._counts:
            self._counts[measure, until] = self._count_all(measure, until)
        return self._counts[measure, until].get(path)

    def history(self, path: str, measure: Measure) -> figures.History:
        """Return the history of a unit up to the evening of `day`."""
        if measure not in self._histories:
            self._histories[measure] = self._history_all(measure)
        return self._histories[measure][path]

    def base(self, path: str, base: Base | None) -> KnownBase | None:
        """Return a unit's denominator, None where there is none up to `day`."""
        if base is None:
            return None
        if base not in self._bases:
            self._bases[base] = self._base_all(base)
        return self._bases[base].get(path)

    def _count_all(self, measure: Measure, until: dt.date) -> dict[str, Known]:
        if measure == Measure.STAFF:
            return self._staff_counts(until)
        found = figures.current(self.paths, measure, until)
        return {
            path: Known(row.value, row.day, row.source, row.counted, row.parts)
            for path, row in found.items()
        }

    def _history_all(self, measure: Measure) -> dict[str, figures.History]:
        if measure != Measure.STAFF:
            return figures.histories(self.paths, measure, until=self.day)
        days = [self.day - dt.timedelta(days=back) for back in _STAFF_EVENINGS]
        counts = [self._staff_counts(day) for day in days]
        made = {}
        for path in self.paths:
            known = [
                (day, at[path].value) for day, at in zip(days, counts, strict=True) if path in at
            ]
            made[path] = figures.History(
                np.array([day for day, _ in known], dtype="datetime64[D]"),
                np.array([value for _, value in known], dtype=np.int64),
            )
        return made

    def _base_all(self, base: Base) -> dict[str, KnownBase]:
        if base == Base.STAFF:
            return self._staff_bases()
        found = figures.denominators(
            self.paths, base, self.day, estimate=base != Base.PEOPLE, later=False
        )
        return {
            path: KnownBase(base, row.value, row.day, row.source, row.estimated)
            for path, row in found.items()
        }

    @cached_property
    def officials(self) -> Officials:
        """The agencies of the units and below."""
        return Officials(self.paths, self.day, before_days=max(_STAFF_EVENINGS))

    def _staff_counts(self, until: dt.date) -> dict[str, Known]:
        if until < self.day - dt.timedelta(days=max(_STAFF_EVENINGS)):
            officials = Officials(self.paths, until)
        else:
            officials = self.officials
        found = {}
        for path in self.paths:
            made = officials.progress(path, until)
            if made.reporting:
                parts = made.reporting, made.agencies
                found[path] = Known(made.installed, until, AGENCIES, *parts)
        return found

    def _staff_bases(self) -> dict[str, KnownBase]:
        found = {}
        for path in self.paths:
            made = self.officials.progress(path, self.day)
            phones = made.smartphones
            # That nobody has a smartphone is a number, too, unless one is not shown.
            if phones or (made.agencies and not made.withheld):
                found[path] = KnownBase(Base.STAFF, phones, self.day, AGENCIES)
        return found
