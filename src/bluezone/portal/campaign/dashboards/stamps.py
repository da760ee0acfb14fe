"""What an evening was made from, as one short text: the same stamp, the same page.

Append-only tables are told by their newest rows, tables that change in place by small sums, and
the program by its files; a stamp costs a few thousandths of a second. The surprising decision:
a window of numbers, not the highest one, because on PostgreSQL a row may appear below a number
that was seen before. Doors of a nation or a province count as of the last five minutes: with
ten thousand teams at work no two looks at them would otherwise be the same.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from django.db.models import Count, Max, Model, Q, Sum
from django.db.models.functions import Length

from bluezone.portal.campaign.agencies.models import Agency, AgencySize, Pool, Report
from bluezone.portal.campaign.agencies.reporting_days import last_closed
from bluezone.portal.campaign.field.models import Campaign, DayCount, Team
from bluezone.portal.campaign.figures.models import Denominator, Figure
from bluezone.portal.campaign.figures.services import Series, current
from bluezone.portal.campaign.targets.models import TargetVersion
from bluezone.portal.units.models import Level, Unit

_LATE: Final = 2000
"""So many numbers below the highest one are counted; no transaction lives through more."""
_APPENDED: Final[tuple[type[Model], ...]] = (
    Figure,
    Denominator,
    TargetVersion,
    AgencySize,
    Report,
    DayCount,
)
DOORS_EVERY_S: Final = 300
_CALM: Final = frozenset({Level.NATION, Level.PROVINCE})


def stamp(unit: Unit, day: dt.date, language: str, *, now: int) -> str:
    """Return what the dashboard of `unit` on the evening of `day` is made from, as a digest.

    Args:
        unit: of whom.
        day: the evening.
        language: of the page.
        now: Unix seconds.
    """
    parts = [
        (unit.path, str(day), language, str(last_closed(now)), _program()),
        *(_appended(model) for model in _APPENDED),
        _units(unit),
        _agencies(unit),
        _doors(unit, now),
        tuple(sorted(current([unit], Series.USERS, day).items())),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _appended(model: type[Model]) -> tuple[object, ...]:
    rows = model._default_manager.order_by()  # noqa: SLF001 - public API
    highest = rows.aggregate(highest=Max("pk"))["highest"] or 0
    return highest, rows.filter(pk__gt=highest - _LATE).count()


def _units(unit: Unit) -> tuple[object, ...]:
    rows = Unit.objects.filter(Q(path=unit.path) | Q(parent=unit.path)).order_by("path")
    return tuple(rows.values_list("path", "full_name", "closed_on"))


def _agencies(unit: Unit) -> tuple[object, ...]:
    below = Agency.objects.filter(unit__path__under=unit.path).order_by()
    sums = below.values("way").annotate(many=Count("pk"), names=Sum(Length("name")))
    own = Agency.objects.filter(unit=unit.path).order_by("pk")
    vouchers = Pool.objects.order_by().aggregate(Sum("redeemed"), Count("pk"))
    return (
        tuple(sorted(tuple(row.values()) for row in sums)),
        tuple(own.values_list("pk", "name", "kind", "way")),
        tuple(vouchers.values()),
    )


def _doors(unit: Unit, now: int) -> tuple[object, ...]:
    if unit.level in _CALM:
        return (now // DOORS_EVERY_S,)
    teams = Team.objects.filter(unit__path__under=unit.path).order_by()
    closed = Campaign.objects.filter(closed_at__isnull=False).count()
    own = tuple(teams.filter(unit=unit.path).values_list("pk", "name"))
    return (*teams.aggregate(Count("pk"), Sum("revision")).values(), closed, own)


@cache
def _program() -> str:
    """Return a digest of the files that a page is made by."""
    portal = Path(__file__).parents[2]
    made = hashlib.sha256()
    for file in sorted(_files(portal)):
        made.update(file.read_bytes())
    return made.hexdigest()


def _files(portal: Path) -> Iterable[Path]:
    for ending in ("*.py", "*.html"):
        yield from (portal / "campaign").rglob(ending)
    yield from (portal / "locale").rglob("*.mo")
