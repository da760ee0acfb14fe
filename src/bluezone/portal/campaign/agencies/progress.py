"""How far agencies are, on a day: each by itself, and all of a unit together.

Base: staff with a smartphone (spec/campaign.md, "100 %"). A number of people below ten is not
shown (STYLE "Pages"), because in an agency of three a count is a list of names; the surprising
consequence is that a sum may not be shown either, where exactly one part of it is hidden and
the rest is known: subtraction would bring it back.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import QuerySet, Sum

from bluezone.portal.campaign.agencies.models import (
    Agency,
    AgencySize,
    DailyCount,
    Purpose,
    Report,
    Way,
)
from bluezone.portal.units.models import Unit

THRESHOLD: Final = 10
"""A count of people below this is not shown, unless it is all of them."""


class View(StrEnum):
    """How the figure of an agency is shown."""

    NOTHING = "nothing"
    """No figure yet."""
    ALL = "all"
    """Everybody with a smartphone."""
    EXACT = "exact"
    """34 of 40."""
    FEW = "few"
    """Fewer than ten of 40, or: not yet all of 3."""


@dataclass(frozen=True, slots=True)
class AgencyFigure:
    """One agency on one day.

    Attributes:
        staff, smartphones: its size on that day.
        installed: staff who counted themselves or were reported; None if there is no figure.
        relatives: relatives, counted apart; None if there is no figure.
    """

    agency: Agency
    staff: int
    smartphones: int
    installed: int | None
    relatives: int | None

    @property
    def view(self) -> View:
        """How the figure may be shown."""
        if self.installed is None:
            return View.NOTHING
        if self.installed >= self.smartphones:
            return View.ALL
        return View.FEW if self.installed < THRESHOLD else View.EXACT

    @property
    def share(self) -> float | None:
        """The share of staff with a smartphone, 0 to 1, where it may be shown."""
        if self.installed is None or self.view is View.FEW or not self.smartphones:
            return None
        return self.installed / self.smartphones


@dataclass(frozen=True, slots=True)
class Progress:
    """All agencies of a unit and below, on a day.

    Attributes:
        installed: staff with the app, of the agencies that report.
        smartphones: staff with a smartphone, of all agencies: the base.
        relatives: relatives with the app, counted apart.
        reporting: agencies that have a figure.
        agencies: all agencies.
        hidden: agencies whose own figure may not be shown.
        withheld: of those, left out of the numbers above (see `shown`).
    """

    installed: int
    smartphones: int
    relatives: int
    reporting: int
    agencies: int
    hidden: int = 0
    withheld: int = 0

    @property
    def share(self) -> float | None:
        """Installed of smartphones, 0 to 1; None without a base."""
        return self.installed / self.smartphones if self.smartphones else None


def progress(unit: Unit | str, day: dt.date, *, shown: bool = False) -> Progress:
    """Return how far the agencies of a unit and below are at the end of `day`.

    Args:
        unit: the unit or its path.
        day: figures up to and including this day; it should be closed (`reporting_days`).
        shown: for a page: where exactly one agency's figure is hidden, it is left out of
            the sums, so that nobody gets it by subtraction.
    """
    return summary(figures_of(agencies_below(unit), day), shown=shown)


def agencies_below(unit: Unit | str) -> QuerySet[Agency]:
    """Return the agencies of a unit and of everything below it, by unit and name."""
    path = unit if isinstance(unit, str) else unit.path
    return Agency.objects.filter(unit__path__under=path).select_related("unit")


def summary(figures: Sequence[AgencyFigure], *, shown: bool = False) -> Progress:
    """Return the sum of figures; for `shown` see `progress`."""
    hidden = [figure for figure in figures if figure.view is View.FEW]
    withheld = hidden if shown and len(hidden) == 1 else []
    counted = [figure for figure in figures if figure not in withheld]
    return Progress(
        installed=sum(figure.installed or 0 for figure in counted),
        smartphones=sum(figure.smartphones for figure in counted),
        relatives=sum(figure.relatives or 0 for figure in counted),
        reporting=sum(figure.installed is not None for figure in figures),
        agencies=len(figures),
        hidden=len(hidden),
        withheld=len(withheld),
    )


def figures_of(agencies: Iterable[Agency], day: dt.date) -> list[AgencyFigure]:
    """Return the figures of agencies at the end of `day`, in their order; four queries.

    An agency that had no size yet on that day is not in the answer.
    """
    rows = list(agencies)
    keys = [agency.pk for agency in rows]
    sizes, reports = _sizes(keys, day), _reports(keys, day)
    counts = _counts(keys, day)
    return [
        _figure(agency, sizes[agency.pk], reports.get(agency.pk), counts)
        for agency in rows
        if agency.pk in sizes
    ]


def _figure(
    agency: Agency,
    size: AgencySize,
    report: Report | None,
    counts: Mapping[tuple[int, str], int],
) -> AgencyFigure:
    if agency.way == Way.VOUCHERS:
        installed = counts.get((agency.pk, Purpose.STAFF))
        relatives = counts.get((agency.pk, Purpose.RELATIVES))
    else:
        installed = report.staff_installed if report else None
        relatives = report.relatives_installed if report else None
    return AgencyFigure(agency, size.staff, size.smartphones, installed, relatives)


def _sizes(keys: Sequence[int], day: dt.date) -> dict[int, AgencySize]:
    rows = AgencySize.objects.filter(agency__in=keys, from_day__lte=day)
    return {row.agency_id: row for row in rows.order_by("from_day", "pk")}


def _reports(keys: Sequence[int], day: dt.date) -> dict[int, Report]:
    rows = Report.objects.filter(agency__in=keys, day__lte=day)
    return {row.agency_id: row for row in rows.order_by("day", "pk")}


def _counts(keys: Sequence[int], day: dt.date) -> dict[tuple[int, str], int]:
    rows = (
        DailyCount.objects.filter(pool__agency__in=keys, day__lte=day)
        .values_list("pool__agency", "pool__purpose")
        .annotate(redeemed=Sum("count"))
    )
    return {(agency, purpose): redeemed for agency, purpose, redeemed in rows}
