"""24 communes that report for twenty days, some of them not what was counted."""

import datetime as dt
from collections.abc import Iterable

import numpy as np
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.campaign.figures.models import Denominator
from bluezone.portal.campaign.figures.services import NewFigure, record_figures
from bluezone.portal.campaign.stats.cheats import inject
from bluezone.portal.campaign.stats.generated import Campaign, CampaignShape, grow
from bluezone.portal.campaign.stats.suspicion import Kind
from bluezone.portal.units.models import Level, Unit

NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
DAYS = 20
PASSWORD = "mot hai ba bon nam"
PROVINCE = "vn2020.30"
DISTRICT = f"{PROVINCE}.290"
OTHER = f"{PROVINCE}.291"
COMMUNES = tuple(f"{DISTRICT if at < 12 else OTHER}.{10500 + at}" for at in range(24))
CHEATS = {
    Kind.JUMP: 1,
    Kind.ROUND: 3,
    Kind.COPY: 5,
    Kind.ABOVE_PHONES: 7,
    Kind.GIFT: 9,
}
"""Kind to the row of the commune that cheats in that way."""
_LEVELS = (Level.NATION, Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)


def make_unit(path: str, name: str) -> Unit:
    depth = path.count(".")
    return Unit.objects.create(
        path=path,
        edition_id="vn2020",
        parent_id=path.rpartition(".")[0] or None,
        level=_LEVELS[depth],
        code=path.rpartition(".")[2] if depth else "vn",
        name=name,
        full_name=name,
        search_name=name.lower(),
        search_full=name.lower(),
        initials="x",
    )


def first_day(days: int = DAYS) -> dt.date:
    return TODAY - dt.timedelta(days=days - 1)


def honest() -> Campaign:
    """Return a campaign of 24 communes without a cheat, with one gift."""
    shape = CampaignShape(units=len(COMMUNES), groups=2, days=DAYS, gift_days=1, missing=0.0)
    return grow(shape, np.random.default_rng(27))


def cheated(kinds: Iterable[Kind] = tuple(Kind)) -> Campaign:
    """Return the same campaign with one commune cheating in each of `kinds`."""
    made, rng = honest(), np.random.default_rng(1)
    for kind in kinds:
        made = inject(made, kind, np.array([CHEATS[kind]]), rng)
    return made


def say(
    path: str, day: dt.date, value: int, *, series: str = "users", source: str = "report"
) -> None:
    """Report one figure."""
    figure = NewFigure(path, series, day, value, source, evidence=f"sheet of {day}")
    record_figures([figure], actor="clerk", now=NOW, today=dt.date(2021, 1, 1), trusted=True)


def gift_day(made: Campaign) -> dt.date:
    """Return the day of the campaign's gift in the tables."""
    return first_day() + dt.timedelta(days=int(np.flatnonzero(made.gifts)[0]))


def report(made: Campaign) -> None:
    """Put a campaign into the tables, its last day on the evening of 15/8/2020."""
    rows = []
    for at in range(made.reported.shape[1]):
        day = first_day(made.reported.shape[1]) + dt.timedelta(days=at)
        for row, path in enumerate(COMMUNES):
            for series, table in (("users", made.reported), ("active_phones", made.active)):
                value = table[row, at]
                if np.isfinite(value):
                    rows.append(NewFigure(path, series, day, int(value), "report"))
    record_figures(rows, actor="clerk", now=NOW, today=dt.date(2021, 1, 1), trusted=True)
    Denominator.objects.bulk_create(
        Denominator(
            unit_path=path,
            base="smartphones",
            value=int(size),
            day=dt.date(2020, 1, 1),
            source="a list",
            recorded_by="clerk",
            recorded_at=NOW,
        )
        for path, size in zip(COMMUNES, made.phones, strict=True)
    )


def person(name: str, unit: Unit, role: Role = Role.AUDITOR, language: str = "en") -> User:
    """Return a member of staff with a role in a unit."""
    user = create_staff(name, PASSWORD, "", display_name=name, language=language)
    create_member(user, unit, role)
    return user


def browser(user: User) -> Client:
    """Return a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    client.cookies["language"] = user.language
    return client
