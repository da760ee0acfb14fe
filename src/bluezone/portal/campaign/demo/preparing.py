"""Fills an empty portal with the campaign of Hải Dương of August 2020.

Facts: units, census, published counts, the orders. Generated from a seed and marked so: figures
of communes, sizes of communes, agencies, villages, doors, visits. The portal's clock is set to
an evening; what is known later is in the tables, but no dashboard of that evening looks at it.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from django.db import transaction

from bluezone.portal.accounts.models import User
from bluezone.portal.audit.services import SYSTEM, record
from bluezone.portal.campaign.demo import counts, people
from bluezone.portal.campaign.demo.logins import Account, give_places, make_accounts
from bluezone.portal.campaign.demo.notices import make_notices
from bluezone.portal.campaign.demo.oddities import ODD, stand_out
from bluezone.portal.campaign.demo.vouchers import (
    DISTRICT_OFFICES,
    PROVINCE_OFFICES,
    make_voucher_agencies,
)
from bluezone.portal.campaign.figures.facts import load_facts
from bluezone.portal.campaign.figures.models import Denominator, Figure
from bluezone.portal.campaign.figures.services import (
    Base,
    NewFigure,
    Series,
    Source,
    denominators,
    record_figures,
)
from bluezone.portal.campaign.targets.services import parse, set_target
from bluezone.portal.units.apportion import apportion
from bluezone.portal.units.loading import load
from bluezone.portal.units.models import Level, Unit
from bluezone.portal.units.sources import packaged

EDITION: Final = "vn2020"
PROVINCE: Final = "vn2020.30"
FIRST: Final = dt.date(2020, 8, 5)
LAST: Final = dt.date(2020, 8, 20)
EVENING: Final = dt.date(2020, 8, 15)
SEED: Final = 20_200_815
NATION_ORDER: Final = "60 % of adults, 50 million, by 20/8/2020"
PROVINCE_ORDER: Final = (
    "60 % of smartphone users by 20/8/2020 or rank 10 of 63 by number of installations"
)
OFFICIALS_ORDER: Final = "100 % of officials with a smartphone by 20/8/2020"
ORDER_SOURCE: Final = "City news portal, 15/08/2020 13:24"
GENERATED: Final = "generated for the demo"
STANDS_OUT: Final = f"{GENERATED}, so that the inspector has something to look at"
TEAM_COMMUNES: Final = 4

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the demo holds."""

    districts: int
    communes: int
    figures: int
    agencies: int
    doors: int
    accounts: tuple[Account, ...]
    password: str

    def __repr__(self) -> str:
        """Say nothing of the password."""
        return f"Prepared({self.communes} communes, {self.figures} figures)"


def is_prepared() -> bool:
    """Return whether the demo's accounts are there: they are made last."""
    return User.objects.filter(username="tinh").exists()


def prepare(*, evening: dt.date, tell: Tell, rng: Random | None = None) -> Prepared:
    """Fill the tables, all or nothing.

    Args:
        evening: up to when teams have visited doors.
        tell: is told what comes next.
        rng: chance; the same seed makes the same campaign.
    """
    rng = rng or Random(SEED)  # noqa: S311 - an invented campaign, no secret
    with transaction.atomic():
        tell("units")
        load(packaged([EDITION]))
        tell("facts")
        _load_facts_as_they_came()
        province = Unit.objects.get(path=PROVINCE)
        districts = list(Unit.objects.children(province).exclude(level=Level.REMAINDER))
        communes = list(Unit.objects.below(province).filter(level=Level.COMMUNE).order_by("path"))
        sizes = _sizes(districts, communes, rng)
        tell("figures")
        made = _figures(communes, sizes, rng)
        _targets(province)
        make_notices(province, EVENING)
        tell("agencies")
        days = _days()
        agencies = people.make_agencies(province, districts, days, rng)
        office = make_voucher_agencies(province, districts[0], FIRST)
        agencies += len(PROVINCE_OFFICES) + len(DISTRICT_OFFICES)
        tell("teams")
        people.open_fieldwork(province, FIRST, LAST)
        chosen = communes[:: max(1, len(communes) // TEAM_COMMUNES)][:TEAM_COMMUNES]
        doors = people.make_teams(chosen, dt.date(2020, 8, 10), evening, rng)
        tell("accounts")
        accounts, password = make_accounts(EDITION, PROVINCE, districts[0].path, chosen[0].path)
        give_places(office, chosen[0])
    return Prepared(len(districts), len(communes), made, agencies, doors, accounts, password)


def _days() -> list[dt.date]:
    """Return the days that the demo plays."""
    return [FIRST + dt.timedelta(days=at) for at in range((LAST - FIRST).days + 1)]


def _load_facts_as_they_came() -> None:
    """Record each day's published facts in its own evening; what was known before, first."""
    load_facts(now=people.instant(FIRST, 7), until=FIRST)
    for day in _days():
        load_facts(now=people.instant(day, 20), until=day)


def _sizes(districts: Sequence[Unit], communes: Sequence[Unit], rng: Random) -> list[int]:
    """Record people and smartphones of districts and communes; return the people of communes."""
    whole = denominators([PROVINCE], Base.SMARTPHONES, FIRST)[PROVINCE]
    known = denominators(districts, Base.PEOPLE, FIRST)
    living = [known[one.path].value for one in districts]
    phones = apportion(whole.value, living)
    rows, sizes = [], {}
    for district, size, phone in zip(districts, living, phones, strict=True):
        inside = [one for one in communes if one.parent_id == district.path]
        parts = counts.sizes(size, len(inside), rng)
        rows.append(_size(district.path, Base.SMARTPHONES, phone, whole.day))
        shares = apportion(phone, parts)
        for one, part, share in zip(inside, parts, shares, strict=True):
            sizes[one.path] = part
            rows.append(_size(one.path, Base.PEOPLE, part, dt.date(2019, 4, 1)))
            rows.append(_size(one.path, Base.SMARTPHONES, share, whole.day))
    Denominator.objects.bulk_create(rows)
    record(SYSTEM, "denominators.generated", f"unit {PROVINCE}", {"count": len(rows)})
    return [sizes[one.path] for one in communes]


def _size(path: str, base: Base, value: int, day: dt.date) -> Denominator:
    source = f"{GENERATED}: shared out from the unit above"
    made = {"recorded_by": SYSTEM, "recorded_at": people.instant(FIRST, 7), "estimated": True}
    return Denominator(unit_path=path, base=base, value=value, day=day, source=source, **made)


def _figures(communes: Sequence[Unit], sizes: Sequence[int], rng: Random) -> int:
    """Record the communes' counts of every day; they sum up to the published ones."""
    rows = Figure.objects.accepted().filter(unit_path=PROVINCE, series=Series.USERS)
    facts = {row.day: row.value for row in rows if FIRST <= row.day <= LAST}
    made = 0
    phones = denominators(communes, Base.SMARTPHONES, LAST)
    by_day = stand_out(
        counts.spread(counts.totals(facts), sizes, rng),
        [phones[unit.path].value for unit in communes],
    )
    for day, values in by_day.items():
        figures = [
            NewFigure(
                unit.path,
                Series.USERS,
                day,
                value,
                Source.REPORT,
                source_name=GENERATED,
                evidence=GENERATED,
                note=STANDS_OUT if at in ODD else GENERATED,
            )
            for at, (unit, value) in enumerate(zip(communes, values, strict=True))
        ]
        now = people.instant(day, 18)
        made += len(
            record_figures(figures, actor=SYSTEM, now=now, today=day, trusted=True).accepted
        )
    return made


def _targets(province: Unit) -> None:
    """Set the orders as the article of 15 August words them; earlier evenings have none."""
    nation = Unit.objects.get(path=EDITION)
    now = people.instant(EVENING, 7)
    for unit, order in (
        (nation, NATION_ORDER),
        (province, PROVINCE_ORDER),
        (province, OFFICIALS_ORDER),
    ):
        set_target(unit, parse(order, "en", 2020), actor=SYSTEM, now=now, source=ORDER_SOURCE)
