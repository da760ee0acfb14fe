"""The agencies' cast: a province with two agencies, its officer, a head, and a phone."""

import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicNumbers,
    generate_private_key,
)
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.campaign.agencies import pools
from bluezone.portal.campaign.agencies.models import Agency
from bluezone.portal.campaign.agencies.pools import print_slips
from bluezone.portal.campaign.agencies.services import (
    AgencyRequest,
    appoint_head,
    create_agency,
)
from bluezone.portal.units.models import Edition, Level, Unit
from bluezone.protocol import voucher

NOW = 1_597_472_640
"""15/08/2020 13:24 in Hanoi."""
DAY = dt.date(2020, 8, 15)
PASSWORD = "mot hai ba bon nam"


@cache
def _keys(number: int) -> RSAPrivateKey:
    del number
    return generate_private_key(65537, 2048)


@pytest.fixture(autouse=True)
def _few_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a key takes a while: tests take them from a stock, a new one for each pool."""
    numbers = iter(range(50))
    monkeypatch.setattr(pools, "_unlabelled_key", lambda: _keys(next(numbers)))


def _make_unit(path: str, level: Level, name: str) -> Unit:
    parent = path.rpartition(".")[0] or None
    names = {"name": name, "full_name": name, "search_name": name, "search_full": name}
    return Unit.objects.create(
        path=path,
        edition_id=path.partition(".")[0],
        parent_id=parent,
        level=level,
        code=path.rpartition(".")[2],
        initials="x",
        **names,
    )


@pytest.fixture
def nation(db: None) -> Unit:
    Edition.objects.create(id="vn2020", country="vn", name="2020", valid_from=dt.date(2004, 1, 1))
    return _make_unit("vn2020", Level.NATION, "Việt Nam")


@pytest.fixture
def province(nation: Unit) -> Unit:
    return _make_unit("vn2020.30", Level.PROVINCE, "Tỉnh Hải Dương")


@pytest.fixture
def district(province: Unit) -> Unit:
    return _make_unit("vn2020.30.288", Level.DISTRICT, "Thành phố Hải Dương")


@pytest.fixture
def neighbour(nation: Unit) -> Unit:
    return _make_unit("vn2020.22", Level.PROVINCE, "Tỉnh Quảng Ninh")


def _make_agency(unit: Unit, name: str = "Sở Y tế", *, size: tuple[int, int] = (52, 40)) -> Agency:
    request = AgencyRequest(name, "department", "vouchers", *size)
    return create_agency(request, unit, "system", now=NOW, from_day=dt.date(2020, 8, 1))


@pytest.fixture
def agency(province: Unit) -> Agency:
    return _make_agency(province)


def _member(name: str, unit: Unit, role: str) -> User:
    user = create_staff(name, PASSWORD, "", display_name=name.title())
    create_member(user, unit, role)
    return user


@pytest.fixture
def officer(province: Unit) -> User:
    return _member("oanh", province, Role.CAMPAIGN_OFFICER)


@pytest.fixture
def head(agency: Agency) -> User:
    user = _member("hung", agency.unit, Role.AGENCY_HEAD)
    appoint_head(agency, "hung", "system")
    return user


def _browser(user: User, language: str = "vi") -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    client.cookies["language"] = language
    return client


@dataclass
class Phone:
    """What an app does: blinds, keeps, redeems; over HTTP and without any cookie."""

    rng: Random
    wallet: list[dict[str, str]] = field(default_factory=list)

    def post(self, call: str, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
        answer = Client().post(f"/voucher/{call}", body, content_type="application/json")
        return answer.status_code, answer.json()

    def ask(self, code: str) -> dict[str, str]:
        key = Client().get(f"/voucher/keys/{code[:4]}").json()
        public = RSAPublicNumbers(key["exponent"], int(key["modulus"], 16)).public_key()
        prepared = voucher.prepare(self.rng.randbytes(32), self.rng.randbytes(32))
        factor = self.rng.randrange(2, int(key["modulus"], 16))
        blinded = voucher.blind(public, prepared, salt=self.rng.randbytes(48), factor=factor)
        self.opener = (key["kid"], public, prepared, blinded.inverse)
        return {"code": code, "blinded": base64.b64encode(blinded.message).decode()}

    def take(self, code: str) -> int:
        status, fields = self.post("sign", self.ask(code))
        if status == 200:
            kid, public, prepared, inverse = self.opener
            signed = base64.b64decode(fields["signature"])
            opened = voucher.finalize(public, prepared, signed, inverse=inverse)
            pair = [base64.b64encode(part).decode() for part in (prepared, opened)]
            self.wallet.append({"kid": kid, "token": pair[0], "signature": pair[1]})
        return status

    def redeem(self, number: int = -1) -> tuple[int, dict[str, Any]]:
        return self.post("redeem", self.wallet[number])


@pytest.fixture
def phone(db: None) -> Phone:
    return Phone(Random(5))


Slips = Callable[..., tuple[str, ...]]


@pytest.fixture
def slips(agency: Agency, keys_folder: Any) -> Slips:
    """Print slips of the agency and return their codes."""

    def made(count: int, purpose: str = "staff") -> tuple[str, ...]:
        return print_slips(agency, purpose, count, "hung", rng=Random(count)).codes

    return made


@pytest.fixture
def make_unit(db: None) -> Callable[..., Unit]:
    return _make_unit


@pytest.fixture
def make_agency(db: None) -> Callable[..., Agency]:
    return _make_agency


@pytest.fixture
def member(db: None) -> Callable[..., User]:
    return _member


@pytest.fixture
def browser(db: None) -> Callable[..., Client]:
    return _browser
