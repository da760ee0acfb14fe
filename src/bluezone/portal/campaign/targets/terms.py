"""What a target says, apart from who set it where: clauses of which one is enough, and a day.

Source: spec/campaign.md, "What was ordered" and "How others phrased theirs". A percentage and a
number in one clause ("60 % of adults, 50 million") are judged together: both must be reached,
because the number stands even where the base is later counted anew.
"""

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from bluezone.portal.campaign.targets.choices import Base, Measure, Order, Subject
from bluezone.portal.campaign.targets.errors import TargetError
from bluezone.portal.campaign.targets.wording import said

MOST: Final = 10**10
"""More than the phones of the world."""
MOST_UNITS: Final = 1000
MOST_CLAUSES: Final = 6


@dataclass(frozen=True, slots=True)
class Amount:
    """At least a share of a base, at least a number, or both.

    Attributes:
        measure: what is counted.
        percent: 0 to 100 with at most two decimals, None for a number alone.
        base: of whom; None exactly where `percent` is.
        count: a whole number, None for a share alone.
    """

    measure: Measure
    percent: Decimal | None = None
    base: Base | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        if self.percent is None and self.count is None:
            raise TargetError(said("no_amount"))
        if (self.percent is None) != (self.base is None):
            raise TargetError(said("percent_without_base" if self.base is None else "base_alone"))
        if self.percent is not None and not _is_percent(self.percent):
            raise TargetError(said("bad_percent"))
        if self.count is not None and not 0 < self.count <= MOST:
            raise TargetError(said("bad_count"))
        if self.measure == Measure.DOWNLOADS and self.percent is not None:
            raise TargetError(said("downloads_are_not_people"))
        if (self.measure == Measure.STAFF) != (self.base == Base.STAFF):
            raise TargetError(said("staff_alone"))

    def need(self, denominator: int | None) -> int | None:
        """Return the smallest count that reaches the clause, None where the base is unknown."""
        parts = [] if self.count is None else [self.count]
        if self.percent is not None:
            if denominator is None:
                return None
            parts.append(math.ceil(Fraction(self.percent) * denominator / 100))
        return max(parts)


def plain(percent: Decimal) -> Decimal:
    """Return a percentage without zeros at the end: 60.00 is 60."""
    return Decimal(f"{percent.normalize():f}")


def _is_percent(percent: Decimal) -> bool:
    exact = percent.is_finite() and 0 < percent <= 100
    return exact and percent == percent.quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Rank:
    """Rank `rank` of `of` units or better, by count or by share on a base."""

    measure: Measure
    rank: int
    of: int
    base: Base | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.rank <= self.of or not 2 <= self.of <= MOST_UNITS:
            raise TargetError(said("bad_rank"))
        if self.measure == Measure.STAFF or self.base == Base.STAFF:
            raise TargetError(said("staff_rank"))
        if self.measure == Measure.DOWNLOADS and self.base is not None:
            raise TargetError(said("downloads_are_not_people"))

    @property
    def order(self) -> Order:
        """By what."""
        return Order.COUNT if self.base is None else Order.SHARE


Clause = Amount | Rank


@dataclass(frozen=True, slots=True)
class Target:
    """One target: one of its clauses must be reached by the end of a local day.

    Attributes:
        clauses: one or more, in the order in which they were said.
        deadline: the last day; None for an order without one, which is never missed.
    """

    clauses: tuple[Clause, ...]
    deadline: dt.date | None

    def __post_init__(self) -> None:
        if not 1 <= len(self.clauses) <= MOST_CLAUSES:
            raise TargetError(said("no_clause"))
        if len(set(self.clauses)) < len(self.clauses):
            raise TargetError(said("clause_twice"))
        if len({clause.measure == Measure.STAFF for clause in self.clauses}) > 1:
            raise TargetError(said("staff_or_people"))

    @property
    def subject(self) -> Subject:
        """Installations or officials."""
        about_staff = self.clauses[0].measure == Measure.STAFF
        return Subject.OFFICIALS if about_staff else Subject.INSTALLATIONS
