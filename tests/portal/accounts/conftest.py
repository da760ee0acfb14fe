"""A small country, and one member of staff for each role in Hải Dương."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from bs4 import BeautifulSoup
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.units.models import Edition, Unit
from bluezone.portal.units.naming import fold, initials

PASSWORD = "mot hai ba bon nam"
NATION, HAI_DUONG, HAI_PHONG = "vn2020", "vn2020.30", "vn2020.31"
CHI_LINH, SAO_DO, DONG_TAM = "vn2020.30.290", "vn2020.30.290.10549", "vn2020.31.303.11290"
_NAMES = {
    NATION: ("nation", "Việt Nam"),
    HAI_DUONG: ("province", "Hải Dương"),
    CHI_LINH: ("district", "Chí Linh"),
    SAO_DO: ("commune", "Sao Đỏ"),
    HAI_PHONG: ("province", "Hải Phòng"),
    "vn2020.31.303": ("district", "Lê Chân"),
    DONG_TAM: ("commune", "Đồng Tâm"),
    # Looks like a part of the first, and is none.
    "vn2020.300": ("province", "Ba Trăm"),
}


def make_units() -> dict[str, Unit]:
    edition = Edition.objects.create(
        id="vn2020", country="vn", name="2020", valid_from=dt.date(2020, 1, 1)
    )
    made: dict[str, Unit] = {}
    for path, (level, name) in _NAMES.items():
        made[path] = Unit.objects.create(
            path=path,
            edition=edition,
            parent=made.get(path.rpartition(".")[0]),
            level=level,
            code=path.rpartition(".")[2],
            name=name,
            full_name=name,
            search_name=fold(name),
            search_full=fold(name),
            initials=initials(fold(name)),
        )
    return made


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    return make_units()


Member = Callable[..., User]


@pytest.fixture
def member(units: dict[str, Unit]) -> Member:
    """Make a member of staff with a role in a unit."""

    def make(name: str, role: str, path: str = HAI_DUONG) -> User:
        user = create_staff(name, PASSWORD, "", display_name=name.title())
        create_member(user, units[path], role)
        return user

    return make


@pytest.fixture
def cast(member: Member) -> dict[str, User]:
    """One person for each role in Hải Dương."""
    return {role: member(role.replace("_", "-"), role) for role in Role.values}


def code_of(secret: str, step: int = 0) -> str:
    """Return what an authenticator app shows now, or `step` half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def with_app(user: User) -> str:
    """Give `user` an authenticator app and recovery codes; return the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def browser_of(user: User, **headers: str) -> Client:
    """Return a browser in which `user` is signed in."""
    client = Client(headers=headers or None)
    client.force_login(user)
    session = client.session
    session["started_at"] = session["seen_at"] = clock.desk_now()
    session.save()
    client.cookies["language"] = "en"
    return client


def words(response: Any) -> str:
    """Return the text of a page as people read it."""
    html = BeautifulSoup(response.content, "html.parser")
    return " ".join(html.get_text(" ").split())


class Hand:
    """What the tests of this folder share, as one fixture: test modules import one another not."""

    code_of = staticmethod(code_of)
    with_app = staticmethod(with_app)
    browser_of = staticmethod(browser_of)
    words = staticmethod(words)


@pytest.fixture
def hand() -> type[Hand]:
    return Hand
