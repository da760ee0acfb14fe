"""Việt Nam with its 63 provinces, Hải Dương with its 12 districts, one of them with communes."""

import csv
import datetime as dt
from collections.abc import Callable
from importlib.resources import files

import pytest
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.campaign.figures.facts import load_facts
from bluezone.portal.campaign.figures.services import NewFigure, record_figures
from bluezone.portal.campaign.targets.services import parse, set_target
from bluezone.portal.units.models import Edition, Level, Unit

NOW = 1_597_472_640
MORNING = NOW - 6 * 3600
TODAY = dt.date(2020, 8, 15)
HAI_DUONG = "vn2020.30"
PASSWORD = "mot hai ba bon nam"
_LEVELS = (Level.NATION, Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
COMMUNES = tuple(f"vn2020.30.290.{code}" for code in ("10546", "10549", "10552"))


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


@pytest.fixture
def country(db: None) -> dict[str, Unit]:
    """Units by path: nation, provinces, the districts of Hải Dương, three communes."""
    days = {"valid_from": dt.date(2020, 1, 1), "valid_to": dt.date(2025, 1, 1)}
    Edition.objects.create(id="vn2020", country="vn", name="2020", **days)
    table = files("bluezone.portal.campaign.figures") / "tables" / "denominators.csv"
    with table.open(encoding="utf-8") as stream:
        codes = {row["unit"] for row in csv.DictReader(stream)}
    made = {}
    for code in sorted(codes):
        path = f"vn2020.{code}" if code else "vn2020"
        made[path] = make_unit(path, f"Đơn vị {code}" if code else "Việt Nam")
    for path in COMMUNES:
        made[path] = make_unit(path, f"Xã {path[-5:]}")
    return made


Report = Callable[[dt.date, dict[str, int]], None]


@pytest.fixture
def report(country: dict[str, Unit]) -> Report:
    """Record figures of units on a day: `report(day, {path: value})`."""

    def say(day: dt.date, values: dict[str, int]) -> None:
        figures = [NewFigure(path, "users", day, value, "report") for path, value in values.items()]
        record_figures(figures, actor="clerk", now=NOW, today=dt.date(2021, 1, 1), trusted=True)

    return say


@pytest.fixture
def evening(country: dict[str, Unit]) -> dict[str, Unit]:
    """The country with what was published up to 15/8/2020 and the order of the province."""
    load_facts(now=NOW, until=TODAY)
    sentence = "60 % of smartphone users by 20/8/2020 or rank 10 of 63 by number of installations"
    target = parse(sentence, "en", 2020)
    set_target(country[HAI_DUONG], target, actor="chair", now=MORNING)
    return country


@pytest.fixture
def officer(country: dict[str, Unit]) -> User:
    """A campaign officer of Hải Dương."""
    user = create_staff("hoa", PASSWORD, "", display_name="Hoa", language="en")
    create_member(user, country[HAI_DUONG], Role.CAMPAIGN_OFFICER)
    return user


@pytest.fixture
def minister(country: dict[str, Unit]) -> User:
    """A campaign officer of the nation."""
    user = create_staff("vinh", PASSWORD, "", display_name="Vinh", language="en")
    create_member(user, country["vn2020"], Role.CAMPAIGN_OFFICER)
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


@pytest.fixture
def officer_page(officer: User) -> Client:
    return browser(officer)


@pytest.fixture
def minister_page(minister: User) -> Client:
    return browser(minister)


@pytest.fixture
def login() -> Callable[[User], Client]:
    """Sign somebody in: `login(user)` returns their browser."""
    return browser
