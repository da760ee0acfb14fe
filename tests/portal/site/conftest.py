"""A small country with a manager, and the folder for sheets in the test's own home."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.middleware import SEEN, STARTED
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.site.models import Poster
from bluezone.portal.site.posters import PosterRequest, create_poster
from bluezone.portal.units.models import Edition, Unit

NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
NAMES = {
    "vn2020": ("nation", "Việt Nam"),
    "vn2020.30": ("province", "Tỉnh Hải Dương"),
    "vn2020.30.288": ("district", "Thành phố Hải Dương"),
    "vn2020.30.288.10507": ("commune", "Phường Cẩm Thượng"),
    "vn2020.31": ("province", "Thành phố Hải Phòng"),
}


def make_country() -> dict[str, Unit]:
    edition = Edition.objects.create(
        id="vn2020", country="vn", name="2020", valid_from=dt.date(2019, 1, 1)
    )
    made: dict[str, Unit] = {}
    for path, (level, name) in NAMES.items():
        folded = name.casefold()
        made[path] = Unit.objects.create(
            path=path,
            edition=edition,
            parent=made.get(path.rpartition(".")[0]),
            level=level,
            code=path.rpartition(".")[2],
            name=name,
            full_name=name,
            search_name=folded,
            search_full=folded,
            initials="x",
        )
    return made


@pytest.fixture
def country(db: None) -> dict[str, Unit]:
    return make_country()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """Sheets are kept in a folder of the test."""
    settings.BLUEZONE_PORTAL_HOME = tmp_path
    return tmp_path


@pytest.fixture
def hoa(country: dict[str, Unit]) -> User:
    """The campaign officer of Hải Dương."""
    user = create_staff("hoa", "mot hai ba bon nam", "", display_name="Hoa")
    create_member(user, country["vn2020.30"], Role.CAMPAIGN_OFFICER)
    return user


@pytest.fixture
def office(hoa: User, settings: Any) -> Client:
    """Hoa's browser; her second factor is not this test's subject."""
    settings.BLUEZONE_SECOND_FACTOR_ROLES = frozenset()
    client = Client()
    client.force_login(hoa)
    session = client.session
    session[STARTED] = session[SEEN] = clock.desk_now()
    session.save()
    client.cookies["language"] = "en"
    return client


MakePoster = Callable[..., Poster]


@pytest.fixture
def make_poster(country: dict[str, Unit]) -> MakePoster:
    def make(path: str = "vn2020.30", **said: Any) -> Poster:
        expires_on = said.get("expires_on", TODAY + dt.timedelta(days=30))
        language = said.get("language", "vi")
        wanted = PosterRequest(said.get("kind", "wall"), language, "chợ", expires_on)
        rng = Random(said.get("seed", 7))
        return create_poster(country[path], wanted, actor="hoa", now=NOW, rng=rng)

    return make
