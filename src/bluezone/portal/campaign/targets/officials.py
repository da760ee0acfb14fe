"""Officials with the app, of the agencies of many units at once: sums, nobody by themselves.

The rules are those of `agencies.progress`; here they are arrays over all agencies below the
units, read once for all evenings asked for. The surprising part: agencies are kept in the order
of their units' paths, so that "a unit and everything below it" is two slices.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

import numpy as np
from django.db.models import OuterRef, Q, Subquery, Sum
from numpy.typing import NDArray

from bluezone.portal.campaign.agencies.models import (
    Agency,
    AgencySize,
    DailyCount,
    Purpose,
    Report,
    Way,
)
from bluezone.portal.campaign.agencies.progress import THRESHOLD, Progress
from bluezone.portal.campaign.figures.places import common_top

Ints = NDArray[np.int64]
_NOTHING: Final = -1
"""No figure, or no size."""


class Officials:
    """The agencies of some units and below, as of evenings up to `day`.

    Args:
        paths: the units.
        day: the last evening; nothing later is read.
        before_days: how many days before it the first evening is that will be asked for.
    """

    def __init__(self, paths: Sequence[str], day: dt.date, before_days: int = 0) -> None:
        self._first = day - dt.timedelta(days=before_days)
        top = common_top(paths) if paths else ""
        self._inside = Q(unit_path__under=top) if top else Q()
        self._agencies = Agency.objects.filter(Q(unit__path__under=top) if top else Q())
        rows = list(self._agencies.order_by("unit_id", "pk").values_list("pk", "unit_id", "way"))
        self._paths = [row[1] for row in rows]
        self._place = {row[0]: place for place, row in enumerate(rows)}
        self._vouchers = np.array([row[2] == Way.VOUCHERS for row in rows], dtype=bool)
        self._sizes = self._read_sizes(day) if rows else []
        self._reports = self._read_reports(day) if rows else []
        self._counts = self._read_counts(day) if rows and self._vouchers.any() else []
        self._evenings: dict[dt.date, tuple[Ints, Ints, Ints]] = {}

    def progress(self, path: str, day: dt.date) -> Progress:
        """Return the sums of a unit and below on an evening, fit to be shown.

        Where exactly one agency's figure is hidden, it is left out, as in `agencies.progress`.
        """
        phones, installed, relatives = (
            np.concatenate([one[part] for part in self._slices(path)]) for one in self._evening(day)
        )
        there, known = phones != _NOTHING, (phones != _NOTHING) & (installed != _NOTHING)
        hidden = known & (installed < phones) & (installed < THRESHOLD)
        counted = there & ~hidden if hidden.sum() == 1 else there
        return Progress(
            installed=int(installed[known & counted].sum()),
            smartphones=int(phones[counted].sum()),
            relatives=int(np.maximum(relatives, 0)[known & counted].sum()),
            reporting=int(known.sum()),
            agencies=int(there.sum()),
            hidden=int(hidden.sum()),
            withheld=int((there & ~counted).sum()),
        )

    def _slices(self, path: str) -> tuple[slice, slice]:
        """Return where a unit's own agencies lie, and where those of the units below it."""
        paths = self._paths
        below = bisect_left(paths, f"{path}."), bisect_left(paths, f"{path}/")
        return slice(bisect_left(paths, path), bisect_right(paths, path)), slice(*below)

    def _evening(self, day: dt.date) -> tuple[Ints, Ints, Ints]:
        """Return smartphones, installed and relatives of each agency on an evening."""
        if day not in self._evenings:
            phones, reported, related, redeemed, joined = (
                np.full(len(self._paths), _NOTHING, dtype=np.int64) for _ in range(5)
            )
            for agency, since, size in self._sizes:
                if since <= day:
                    phones[agency] = size
            for agency, of, staff, relatives in self._reports:
                if of <= day:
                    reported[agency], related[agency] = staff, relatives
            for agency, of, purpose, count in self._counts:
                if of <= day:
                    target = redeemed if purpose == Purpose.STAFF else joined
                    target[agency] = max(int(target[agency]), 0) + count
            self._evenings[day] = (
                phones,
                np.where(self._vouchers, redeemed, reported),
                np.where(self._vouchers, joined, related),
            )
        return self._evenings[day]

    def _read_sizes(self, day: dt.date) -> list[tuple[int, dt.date, int]]:
        rows = AgencySize.objects.filter(self._inside, from_day__lte=day)
        found = rows.order_by("from_day", "pk").values_list("agency_id", "from_day", "smartphones")
        return [(self._place[pk], since, size) for pk, since, size in found if pk in self._place]

    def _read_reports(self, day: dt.date) -> list[tuple[int, dt.date, int, int]]:
        """Return the reports of the evenings, and the newest one of each agency before them."""
        newest = (
            Report.objects.filter(
                unit_path=OuterRef("unit_id"), agency=OuterRef("pk"), day__lte=self._first
            )
            .order_by("-day", "-pk")
            .values("pk")[:1]
        )
        last = self._agencies.order_by().annotate(last=Subquery(newest)).values("last")
        before = Report.objects.filter(pk__in=last)
        since = Report.objects.filter(self._inside, day__gt=self._first, day__lte=day)
        columns = "agency_id", "day", "staff_installed", "relatives_installed"
        found = [*before.order_by("pk").values_list(*columns)]
        if self._first < day:
            found += since.order_by("day", "pk").values_list(*columns)
        return [(self._place[pk], *rest) for pk, *rest in found if pk in self._place]

    def _read_counts(self, day: dt.date) -> list[tuple[int, dt.date, str, int]]:
        """Return redeemed vouchers: the sum up to the first evening, then those of each day."""
        rows = DailyCount.objects.filter(self._inside, day__lte=day).order_by()
        sums = (
            rows.filter(day__lte=self._first)
            .values_list("pool__agency", "pool__purpose")
            .annotate(redeemed=Sum("count"))
        )
        later = rows.filter(day__gt=self._first).values_list(
            "pool__agency", "day", "pool__purpose", "count"
        )
        found = [(pk, self._first, purpose, count) for pk, purpose, count in sums]
        found += later if self._first < day else []
        return [(self._place[pk], *rest) for pk, *rest in found if pk in self._place]
