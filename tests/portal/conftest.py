"""The portal's cast: a health worker, an administrator, a stranger, and a clock of their own.

Page tests run in this process on a database in memory. What only a real server can show runs
against `portal`: a process of its own with real files and nothing replaced.
"""

# ruff: noqa: E402 - the settings are chosen before anything of Django's is imported

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import django
import httpx2
import pytest

os.environ["DJANGO_SETTINGS_MODULE"] = "bluezone.portal.settings"
django.setup()

from django.conf import settings as django_settings
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


_PREPARE: Final = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from bluezone.portal.accounts.services import create_staff
create_staff("lan", {PASSWORD!r}, display_name="BS Lan")
create_staff("binh", {PASSWORD!r}, "administrator", display_name="Bình")
"""


@dataclass(frozen=True)
class RunningPortal:
    """Where it answers, where its files lie, the password of its accounts `lan` and `binh`."""

    url: str
    home: Path
    password: str = PASSWORD

    def key(self, kind: str) -> str:
        path = self.home / "portal" / "keys" / f"{kind}-api-key"
        return path.read_text(encoding="ascii").strip()

    def post(self, call: str, body: dict[str, object], kind: str) -> httpx2.Response:
        headers = {"X-API-Key": self.key(kind)}
        with httpx2.Client(trust_env=False, timeout=30) as client:
            return client.post(f"{self.url}/api/{call}", json=body, headers=headers)


@contextmanager
def running_portal(home: Path) -> Iterator[RunningPortal]:
    """Migrate, make two accounts, serve with Granian; stop at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(home),
        "BLUEZONE_PORTAL_PUBLIC_URL": url,
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
    }
    subprocess.run([sys.executable, "-c", _PREPARE], env=environment, check=True)
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port)]
    command += ["--no-ws", "--log-level", "warning", "bluezone.portal.asgi:application"]
    process = subprocess.Popen(command, env=environment)
    try:
        transport = httpx2.HTTPTransport(retries=8)  # waits for the port, longer each time
        with httpx2.Client(transport=transport, trust_env=False, timeout=30) as client:
            client.get(f"{url}/health").raise_for_status()
        yield RunningPortal(url, home)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """A portal that really runs, for the tests of one module."""
    with running_portal(tmp_path_factory.mktemp("home")) as running:
        yield running
