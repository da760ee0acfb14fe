"""The portal's cast: a health worker, an administrator, a stranger, and a clock of their own.

Page tests run in this process on a database in memory. What only a real server can show runs
against `portal`: a process of its own with real files and nothing replaced. The modules of
`ON_BOTH` run twice, on SQLite and on PostgreSQL; `beside` is for many transactions at once.
"""

# ruff: noqa: E402 - the settings are chosen before anything of Django's is imported

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any, Final

import django
import httpx2
import pytest
from tests.campaign_evening import screenshots, served_campaign  # noqa: F401 - fixtures
from tests.postgres import drop_database, new_database

ASKED: Final = os.environ.get("BLUEZONE_TEST_DATABASE", "")
"""Address of a PostgreSQL for the tests of this process; see tests/conftest.py."""

os.environ["DJANGO_SETTINGS_MODULE"] = "bluezone.portal.settings"
os.environ["BLUEZONE_PORTAL_DATABASE_URL"] = ASKED
django.setup()
del os.environ["BLUEZONE_PORTAL_DATABASE_URL"]  # whoever starts a process says which one

from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.campaign.dashboards import keeping
from bluezone.portal.cases.models import Case
from bluezone.portal.cases.services import CaseRequest, open_case
from bluezone.portal.database import database_from_url
from bluezone.protocol.errors import BluezoneError

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


ON_BOTH: Final = frozenset(
    {
        "accounts/test_invitations.py",
        "accounts/test_own_account.py",
        "accounts/test_permissions.py",
        "accounts/test_sign_in.py",
        "agencies/test_at_once.py",
        "agencies/test_importing.py",
        "agencies/test_progress.py",
        "agencies/test_vouchers.py",
        "appgateway/consent/test_accepting.py",
        "appgateway/consent/test_guessing.py",
        "appgateway/consent/test_withdrawing.py",
        "appgateway/bridge/test_publishing.py",
        "appgateway/bridge/test_rounds.py",
        "appgateway/people/test_counting.py",
        "appgateway/people/test_declarations.py",
        "appgateway/people/test_deletion.py",
        "appgateway/people/test_over_time.py",
        "appgateway/phones/test_at_once.py",
        "appgateway/phones/test_over_time.py",
        "appgateway/phones/test_registration.py",
        "appgateway/pushes/test_sending.py",
        "appgateway/pushes/test_warnings.py",
        "appgateway/uploads/test_contacts.py",
        "appgateway/uploads/test_help.py",
        "audit/test_audit.py",
        "cases/test_cases.py",
        "field/test_fold.py",
        "field/test_sync.py",
        "figures/test_denominators.py",
        "figures/test_disputes.py",
        "figures/test_importing.py",
        "figures/test_inheriting.py",
        "figures/test_recording.py",
        "figures/test_registering.py",
        "figures/test_rolling.py",
        "inspection/test_marks.py",
        "site/test_announcements.py",
        "site/test_scans.py",
        "targets/test_effective.py",
        "targets/test_verdicts.py",
        "test_real_server.py",
        "units/test_carrying.py",
        "units/test_loading.py",
        "units/test_paths.py",
        "units/test_tables.py",
        "units/test_villages.py",
        "verification/test_api.py",
        "verification/test_retention.py",
        "verification/test_sms.py",
    }
)
"""Modules whose tests run on both databases: what is stored, found, summed up, used up."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    name = metafunc.definition.path.relative_to(Path(__file__).parent).as_posix()
    if name in ON_BOTH and not ASKED:
        metafunc.parametrize("database", ["sqlite", "postgres"], indirect=True, scope="module")


@contextmanager
def on_database(address: str) -> Iterator[None]:
    """Let everything that asks Django for its database get this one."""
    before, settings = connections["default"], connections.settings["default"]
    described = database_from_url(address, home=Path())
    connections.settings["default"] = connections.configure_settings({"default": described})[
        "default"
    ]
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = before, settings


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str, django_db_blocker: Any) -> str:
    """Return a database with the portal's tables, from zero; to be copied, never to be used."""
    address = new_database(postgres)
    with on_database(address), django_db_blocker.unblock():
        call_command("migrate", verbosity=0, interactive=False)
    return address


@pytest.fixture(scope="module", autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of the database of this module's tests, empty for the usual one."""
    if getattr(request, "param", "") != "postgres":
        yield ""
        return
    request.getfixturevalue("django_db_setup")  # the usual one, before another takes its place
    server = request.getfixturevalue("postgres")
    address = new_database(server, template=request.getfixturevalue("migrated_postgres"))
    with on_database(address):
        yield address
    drop_database(server, address)


Beside = Callable[[Sequence[Callable[[], object]]], list[object]]


@pytest.fixture
def beside(postgres: str, migrated_postgres: str, django_db_blocker: Any) -> Iterator[Beside]:
    """Return what runs jobs at the same time, each in transactions of its own, on PostgreSQL.

    For each job it returns the result, or the code of the error of ours.
    """
    address = new_database(postgres, template=migrated_postgres)

    def run(jobs: Sequence[Callable[[], object]]) -> list[object]:
        start = Barrier(len(jobs))

        def one(job: Callable[[], object]) -> object:
            connections["default"].ensure_connection()
            start.wait(30)
            try:
                return job()
            except BluezoneError as error:
                return error.code
            finally:
                connections["default"].close()

        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(one, jobs))

    with on_database(address), django_db_blocker.unblock():
        yield run
    drop_database(postgres, address)


@pytest.fixture(autouse=True)
def hands() -> Iterator[Hands]:
    """Both clocks of the portal, in the test's hands."""
    moved = Hands()
    with clock.frozen(moved):
        yield moved


@pytest.fixture(autouse=True)
def _no_evenings_of_other_tests() -> None:
    """Row numbers start again in each test, so that memory of another would look right."""
    keeping.forget()


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
    """Where it answers, where its files lie, the password of its accounts `lan` and `binh`.

    `database` is the address of its PostgreSQL database, empty for SQLite in its files.
    """

    url: str
    home: Path
    database: str = ""
    password: str = PASSWORD

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows that the database itself has, not the portal."""
        if self.database:
            import psycopg  # noqa: PLC0415 - only where PostgreSQL is installed

            with psycopg.connect(self.database) as postgres:
                return postgres.execute(statement.encode()).fetchall()
        with closing(sqlite3.connect(self.home / "portal" / "portal.sqlite3")) as file:
            return file.execute(statement).fetchall()

    def key(self, kind: str) -> str:
        path = self.home / "portal" / "keys" / f"{kind}-api-key"
        return path.read_text(encoding="ascii").strip()

    def post(self, call: str, body: dict[str, object], kind: str) -> httpx2.Response:
        headers = {"X-API-Key": self.key(kind)}
        with httpx2.Client(trust_env=False, timeout=30) as client:
            return client.post(f"{self.url}/api/{call}", json=body, headers=headers)


@contextmanager
def running_portal(home: Path, database: str = "") -> Iterator[RunningPortal]:
    """Migrate, make two accounts, serve with Granian; stop at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(home),
        "BLUEZONE_PORTAL_DATABASE_URL": database,
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
        yield RunningPortal(url, home, database)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def portal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, database: str
) -> Iterator[RunningPortal]:
    """A portal that really runs, for the tests of one module."""
    own = ""
    if database or ASKED:
        own = new_database(request.getfixturevalue("postgres"))
    with running_portal(tmp_path_factory.mktemp("home"), own) as running:
        yield running
