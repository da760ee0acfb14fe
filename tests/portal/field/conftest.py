"""A commune with two villages, two teams, their people, and a phone that talks to the server."""

import datetime as dt
import json
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import pytest
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.campaign.field import closing, roster
from bluezone.portal.campaign.field.enrolment import enrol
from bluezone.portal.campaign.field.models import Campaign, Household, Team
from bluezone.portal.campaign.field.roster import Door
from bluezone.portal.units.models import Edition, Unit

PASSWORD: Final = "mot hai ba bon nam"
COMMUNE: Final = "vn2020.30.290.10549"
DONG, TAY = f"{COMMUNE}.v01", f"{COMMUNE}.v02"
ELSEWHERE: Final = "vn2020.31"
_UNITS: Final = {
    "vn2020": ("nation", "Việt Nam"),
    "vn2020.30": ("province", "Hải Dương"),
    "vn2020.30.290": ("district", "Chí Linh"),
    COMMUNE: ("commune", "Sao Đỏ"),
    DONG: ("village", "Thôn Đông"),
    TAY: ("village", "Thôn Tây"),
    ELSEWHERE: ("province", "Hải Phòng"),
}


def make_units() -> dict[str, Unit]:
    edition = Edition.objects.create(
        id="vn2020", country="vn", name="2020", valid_from=dt.date(2020, 1, 1)
    )
    made: dict[str, Unit] = {}
    for path, (level, name) in _UNITS.items():
        made[path] = Unit.objects.create(
            path=path,
            edition=edition,
            parent=made.get(path.rpartition(".")[0]),
            level=level,
            code=path.rpartition(".")[2],
            name=name,
            full_name=name,
            search_name=name.casefold(),
            search_full=name.casefold(),
            initials="x",
        )
    return made


def member(name: str, role: str, unit: Unit) -> User:
    user = create_staff(name, PASSWORD, "", display_name=name.title())
    create_member(user, unit, role)
    return user


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    return make_units()


@pytest.fixture
def hoa(units: dict[str, Unit]) -> User:
    """Manages the commune."""
    return member("hoa", Role.CAMPAIGN_OFFICER, units[COMMUNE])


@pytest.fixture
def tam(units: dict[str, Unit]) -> User:
    """Walks with the team of the eastern village."""
    return member("tam", Role.TEAM_MEMBER, units[COMMUNE])


@pytest.fixture
def nga(units: dict[str, Unit]) -> User:
    """Walks with the team of the western village."""
    return member("nga", Role.TEAM_MEMBER, units[COMMUNE])


@pytest.fixture
def campaign(units: dict[str, Unit]) -> Campaign:
    ends_on = dt.date(2020, 8, 20)
    return closing.open_campaign(units[COMMUNE], ends_on=ends_on, actor="hoa", now=clock.now())


def make_team(unit: Unit, name: str, *members: User, doors: int = 6) -> Team:
    team = roster.create_team(unit, name, actor="hoa", now=clock.now())
    for user in members:
        roster.add_member(team, user.username, actor="hoa")
    alleys = [Door(f"Ngõ {place % 2 + 1}", str(place + 1), place) for place in range(doors)]
    roster.add_households(team, alleys, actor="hoa")
    return team


@pytest.fixture
def east(campaign: Campaign, units: dict[str, Unit], tam: User) -> Team:
    return make_team(units[DONG], "Tổ 1", tam)


@pytest.fixture
def west(campaign: Campaign, units: dict[str, Unit], nga: User) -> Team:
    return make_team(units[TAY], "Tổ 2", nga)


def doors(team: Team) -> list[Household]:
    return list(Household.objects.filter(team=team, removed_at__isnull=True).order_by("pk"))


@dataclass
class Phone:
    """What a phone says, without its screen."""

    device: str
    token: str
    counter: int = 0
    cursor: int = 0

    def visit(self, door: Household, outcome: str, time: int, **more: Any) -> dict[str, Any]:
        self.counter += 1
        plain = {"counter": self.counter, "household": door.pk, "at": time, "time": time}
        if outcome == "refused":
            plain["reason"] = "privacy"
        return {**plain, "outcome": outcome, **more}

    def sync(self, *visits: dict[str, Any], status: int = 200, now: int = 0) -> dict[str, Any]:
        body = {
            "device": self.device,
            "now": now or clock.now(),
            "cursor": self.cursor,
            "visits": list(visits),
        }
        return self.send(json.dumps(body), status=status)

    def send(self, body: str | bytes, *, status: int = 200) -> dict[str, Any]:
        answer = Client(enforce_csrf_checks=True).post(
            "/field/sync",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == status, answer.content
        said: dict[str, Any] = answer.json()
        self.cursor = said.get("cursor", self.cursor)
        return said


def phone_of(team: Team, user: User, seed: int = 1) -> Phone:
    made = enrol(team, user, rng=Random(seed), now=clock.now())
    return Phone(made.device.pk, made.token)


@pytest.fixture
def phone(east: Team, tam: User) -> Phone:
    return phone_of(east, tam)


def signed_in(user: User, language: str = "vi") -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    client.cookies["language"] = language
    return client


class Kit:
    """What tests of several modules call, because test folders are no packages."""

    doors = staticmethod(doors)
    phone_of = staticmethod(phone_of)
    make_team = staticmethod(make_team)
    signed_in = staticmethod(signed_in)
    member = staticmethod(member)


@pytest.fixture
def kit() -> Kit:
    return Kit()


@pytest.fixture
def manager(hoa: User) -> Client:
    """The manager's browser."""
    return signed_in(hoa)
