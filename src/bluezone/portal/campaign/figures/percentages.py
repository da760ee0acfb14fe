"""Percentages: every one names its base, and bases never mix.

The surprising part: downloads have no percentage at all, because they are not people
(spec/campaign.md, "What went wrong with the numbers").
"""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from bluezone.portal.campaign.figures.choices import Base, Series
from bluezone.portal.campaign.figures.denominators import KnownDenominator
from bluezone.portal.campaign.figures.errors import MixedBaseError, NotPeopleError


@dataclass(frozen=True, slots=True)
class Percentage:
    """A share with everything needed to understand it; compares only on the same base."""

    count: int
    series: Series
    denominator: KnownDenominator

    @property
    def base(self) -> Base:
        """Of whom."""
        return self.denominator.base

    @property
    def share(self) -> float:
        """The share of 1; more than 1 where the count is larger than the base."""
        return self.count / self.denominator.value

    @property
    def percent(self) -> float:
        """The share of 100."""
        return 100 * self.share

    def is_ahead_of(self, other: "Percentage") -> bool:
        """Return whether this share is larger, to the last unit.

        Raises:
            MixedBaseError: the two have different bases or count different things.
        """
        if self.base != other.base or self.series != other.series:
            raise MixedBaseError(
                _("Percentages of different bases cannot be compared: %(one)s, %(other)s.")
                % {"one": self.base.label, "other": other.base.label}
            )
        mine = Fraction(self.count, self.denominator.value)
        return mine > Fraction(other.count, other.denominator.value)


def percentage(count: int, series: str, denominator: KnownDenominator, *, base: str) -> Percentage:
    """Return a count as a percentage of `base`.

    Args:
        count: not negative.
        series: what was counted.
        denominator: of the same unit.
        base: the base that the reader will be told; must be that of `denominator`.

    Raises:
        MixedBaseError: the denominator has another base.
        NotPeopleError: downloads are asked for as a percentage.
    """
    if Base(base) != denominator.base:
        raise MixedBaseError(
            _("The denominator counts %(found)s, not %(wanted)s.")
            % {"found": denominator.base.label, "wanted": Base(base).label}
        )
    if Series(series) == Series.DOWNLOADS:
        raise NotPeopleError(
            _("Downloads are not people: one person may download several times. Use users.")
        )
    return Percentage(count, Series(series), denominator)
