"""A small country, and one member of staff for each role in Hải Dương."""

import datetime as dt
from collections.abc import Callable

import pytest

from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.units.models import Edition, Unit

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
            search_name=name.casefold(),
            search_full=name.casefold(),
            initials="x",
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
