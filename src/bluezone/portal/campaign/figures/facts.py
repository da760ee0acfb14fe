"""Loads the facts of 2019 to 2021 that the package carries: counts, rates and denominators.

Sources: each row of `tables/*.csv` names its own (press with its address, census, ministry). The
adults of the nation are the 83,333,333 that the order "about 60 % of adults (50 million people)"
implies; the census has fewer, so the base is marked as estimated and named as implied.
Loading twice adds nothing.
"""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction

from bluezone.look.format import VIETNAM
from bluezone.portal import locks
from bluezone.portal.audit.services import SYSTEM, record
from bluezone.portal.campaign.figures.choices import Base, Series, Source
from bluezone.portal.campaign.figures.errors import UnknownUnitError
from bluezone.portal.campaign.figures.models import Denominator, PublishedRate
from bluezone.portal.campaign.figures.recording import NewFigure, record_figures
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import join

EDITION: Final = "vn2020"
"""The facts speak of the units of 2020."""
_TABLES: Final = files("bluezone.portal.campaign.figures") / "tables"
_MOST_DISTANT: Final = dt.date(2021, 6, 19)

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were added: none when they were there already."""

    figures: int
    rates: int
    denominators: int


@transaction.atomic
def load_facts(*, now: int, until: dt.date | None = None, edition: str = EDITION) -> Loaded:
    """Add the facts that are not there yet, in one transaction.

    Args:
        now: Unix seconds at which they are recorded.
        until: leave out what was published about later days, so that a past evening can be
            played without knowing what came after. Denominators of later days are left out, too.
        edition: the edition whose units the codes name.

    Raises:
        UnknownUnitError: the units of the edition are not loaded.
    """
    locks.hold("published facts")
    last = until or _MOST_DISTANT
    _check_units(edition)
    denominators = _load_denominators(edition, last, now)
    published = [row for row in _read("published.csv") if _day(row) <= last]
    figures = list(_one_a_source(_figures(published, edition)))
    done = record_figures(figures, actor=SYSTEM, now=now, today=_MOST_DISTANT, trusted=True)
    rates = _load_rates(published, edition)
    loaded = Loaded(len(done.accepted), rates, denominators)
    if loaded != Loaded(0, 0, 0):
        detail = {"figures": loaded.figures, "rates": rates, "denominators": denominators}
        record(SYSTEM, "facts.loaded", f"edition {edition}", detail)
    return loaded


def _read(name: str) -> list[Row]:
    return list(csv.DictReader((_TABLES / name).read_text(encoding="utf-8").splitlines()))


def _day(row: Row) -> dt.date:
    return dt.date.fromisoformat(row["day"])


def _path(row: Row, edition: str) -> str:
    return join(edition, row["unit"]) if row["unit"] else edition


def _check_units(edition: str) -> None:
    if not Unit.objects.filter(path=edition).exists():
        raise UnknownUnitError(f"the units of {edition} are not loaded; run `bluezone units load`")


def _load_denominators(edition: str, last: dt.date, now: int) -> int:
    known = set(
        Denominator.objects.filter(unit_path__under=edition).values_list(
            "unit_path", "base", "value", "day", "source"
        )
    )
    fresh = []
    for row in _read("denominators.csv"):
        key = _path(row, edition), row["base"], int(row["value"]), _day(row), row["source"]
        if key not in known and _day(row) <= last:
            path, base, value, day, source = key
            made = {"recorded_by": SYSTEM, "recorded_at": now, "estimated": bool(row["estimated"])}
            fresh.append(
                Denominator(unit_path=path, base=base, value=value, day=day, source=source, **made)
            )
    Denominator.objects.bulk_create(fresh)
    return len(fresh)


def _figures(rows: Iterable[Row], edition: str) -> Iterator[NewFigure]:
    for row in rows:
        if row["value"]:
            yield _figure(row, edition)


def _figure(row: Row, edition: str) -> NewFigure:
    day, value = _day(row), int(row["value"])
    people, phones = row["percent_of_people"], row["percent_of_smartphones"]
    percent = Decimal(people or phones) if people or phones else None
    base = "" if percent is None else str(Base.PEOPLE if people else Base.SMARTPHONES)
    implied = None if percent is None else round(value * 100 / percent)
    return NewFigure(
        _path(row, edition),
        row["series"],
        day,
        value,
        Source.PRESS,
        source_name=_publisher(row),
        measured_at=_instant(day, row["time"]),
        base=base,
        denominator=implied,
        denominator_day=None if percent is None else day,
        denominator_source="" if percent is None else f"implied by the published {percent} %",
        published_percent=percent,
        evidence=row["source"],
        note=row["note"],
    )


def _publisher(row: Row) -> str:
    return urlsplit(row["source"]).hostname or ""


def _instant(day: dt.date, time: str) -> int | None:
    """Return the instant of a local time; 24:00 is the end of the day."""
    if not time:
        return None
    hours, minutes = (int(part) for part in time.split(":"))
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=VIETNAM)
    return int(midnight.timestamp()) + 3600 * hours + 60 * minutes


def _one_a_source(figures: Iterable[NewFigure]) -> Iterator[NewFigure]:
    """Yield the last figure of each unit, series, day and publisher."""
    found = {
        (figure.unit_path, figure.series, figure.day, figure.source_name): figure
        for figure in figures
    }
    return iter(found.values())


def _load_rates(rows: Iterable[Row], edition: str) -> int:
    known = set(
        PublishedRate.objects.filter(unit_path__under=edition).values_list(
            "unit_path", "series", "day", "base", "evidence"
        )
    )
    fresh = [
        rate
        for row in rows
        for rate in _rates(row, edition)
        if (rate.unit_path, rate.series, rate.day, rate.base, rate.evidence) not in known
    ]
    PublishedRate.objects.bulk_create(fresh)
    return len(fresh)


def _rates(row: Row, edition: str) -> Iterator[PublishedRate]:
    for base, column in (
        (Base.PEOPLE, "percent_of_people"),
        (Base.SMARTPHONES, "percent_of_smartphones"),
    ):
        if row[column]:
            yield PublishedRate(
                unit_path=_path(row, edition),
                series=str(Series(row["series"])),
                day=_day(row),
                base=str(base),
                percent=Decimal(row[column]),
                rank=int(row["rank"]) if row["rank"] else None,
                group_value=int(row["group_value"]) if row["group_value"] else None,
                evidence=row["source"],
                note=row["note"],
            )
