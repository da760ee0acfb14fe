"""Days on which something was given for installing, as officers and inspectors enter them.

In August 2020 carriers gave 5 to 10 GB of data for installing (spec/campaign.md). Without its
day, installing, being counted and deleting cannot be told from an honest rush that ends.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bluezone.portal.audit.services import record
from bluezone.portal.campaign.inspection.errors import InspectionError
from bluezone.portal.campaign.inspection.models import GiftDay
from bluezone.portal.units.paths import is_under, lineage


@dataclass(frozen=True, slots=True)
class Gift:
    """A day of a gift; it was given in the unit and everywhere below it."""

    unit_path: str
    day: dt.date

    def reaches(self, path: str) -> bool:
        """Return whether it was given in the unit `path`."""
        return is_under(path, self.unit_path)


def standing(unit_path: str) -> QuerySet[GiftDay]:
    """Return the rows of a unit, of those above it and below it that nobody withdrew."""
    rows = GiftDay.objects.filter(Q(unit_path__in=lineage(unit_path)) | _below(unit_path))
    gone = rows.filter(withdraws__isnull=False).values("withdraws")
    return rows.filter(withdraws__isnull=True).exclude(pk__in=gone).order_by("-day", "unit_path")


def _below(unit_path: str) -> Q:
    return Q(unit_path__under=unit_path)


def gifts_around(unit_path: str, first: dt.date, last: dt.date) -> list[Gift]:
    """Return the gifts of a unit, above it and below it from `first` to `last`, in order."""
    rows = standing(unit_path).filter(day__gte=first, day__lte=last)
    return sorted(
        (Gift(*row) for row in set(rows.values_list("unit_path", "day"))),
        key=lambda one: (one.day, one.unit_path),
    )


@transaction.atomic
def add_gift(
    unit_path: str, day: dt.date, *, what: str, source: str, actor: str, now: int
) -> GiftDay:
    """Enter a gift.

    Args:
        unit_path: where it was given, there and below.
        day: on which, local.
        what: in words, such as "5 GB of data, Viettel".
        source: where that is known from.
        actor: user name.
        now: Unix seconds.
    """
    row = GiftDay.objects.create(
        unit_path=unit_path,
        day=day,
        what=what,
        source=source,
        recorded_by=actor,
        recorded_at=now,
    )
    detail = {"day": day.isoformat(), "what": what}
    record(actor, "gift.entered", f"unit {unit_path}", detail)
    return row


@transaction.atomic
def withdraw_gift(row: GiftDay, *, actor: str, now: int) -> None:
    """Say that a gift was entered by mistake; the row stays and no longer counts.

    Raises:
        InspectionError: it was withdrawn before.
    """
    if GiftDay.objects.filter(unit_path=row.unit_path, withdraws=row.pk).exists():
        raise InspectionError(_("This day was taken back already."))
    GiftDay.objects.create(
        unit_path=row.unit_path,
        day=row.day,
        what=row.what,
        source=row.source,
        recorded_by=actor,
        recorded_at=now,
        withdraws=row.pk,
    )
    detail = {"day": row.day.isoformat(), "gift": row.pk}
    record(actor, "gift.withdrawn", f"unit {row.unit_path}", detail)
