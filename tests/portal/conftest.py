"""The portal's cast: a health worker, an administrator, a stranger, and a clock of their own."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import django
import pytest
from bs4 import BeautifulSoup

os.environ["DJANGO_SETTINGS_MODULE"] = "bluezone.portal.settings"
django.setup()

from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.cases.models import Case
from bluezone.portal.cases.services import CaseRequest, open_case

NOW = 1_597_472_640
"""15/08/2020 13:24 in Hanoi, 06:24 UTC."""

PASSWORD = "mot hai ba bon nam"


@dataclass
class Hands:
    """A clock that stands still until a test moves it."""

    now: int = NOW

    def __call__(self) -> float:
        return float(self.now)

    def advance(self, seconds: int) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def hands() -> Iterator[Hands]:
    """Both clocks of the portal, in the test's hands."""
    moved = Hands()
    with clock.frozen(moved):
        yield moved


@pytest.fixture(autouse=True)
def _quick_passwords(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture
def rng() -> Random:
    return Random(7)


@pytest.fixture
def keys_folder(db: None) -> Path:
    return Path(django_settings.BLUEZONE_KEYS_FOLDER)


@pytest.fixture
def device_key(keys_folder: Path) -> str:
    return (keys_folder / "device-api-key").read_text().strip()


@pytest.fixture
def admin_key(keys_folder: Path) -> str:
    return (keys_folder / "admin-api-key").read_text().strip()


@pytest.fixture
def lan(db: None) -> User:
    """The health worker."""
    return create_staff("lan", PASSWORD, display_name="BS Lan")


@pytest.fixture
def minh(db: None) -> User:
    """Another health worker."""
    return create_staff("minh", PASSWORD, display_name="BS Minh")


@pytest.fixture
def binh(db: None) -> User:
    """The administrator."""
    return create_staff("binh", PASSWORD, Role.ADMINISTRATOR, display_name="Bình")


@pytest.fixture
def stranger(db: None) -> Client:
    """Somebody who is not signed in."""
    return Client()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    client.cookies["language"] = user.language
    return client


@pytest.fixture
def desk(lan: User) -> Client:
    """The health worker's browser."""
    return signed_in(lan)


@pytest.fixture
def office(binh: User) -> Client:
    """The administrator's browser."""
    return signed_in(binh)


@pytest.fixture
def case(lan: User) -> Case:
    request = CaseRequest("confirmed", clock.aware(NOW - 5 * 86_400).date(), None)
    return open_case(request, lan, now=NOW)


def page(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")
