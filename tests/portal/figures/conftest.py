"""A small country for the figures: a nation, provinces, two districts, five communes."""

import csv
import datetime as dt
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from bluezone.portal.campaign.figures.services import NewFigure, Recorded, record_figures
from bluezone.portal.units.models import Edition, Level, Unit
from bluezone.portal.units.naming import fold

NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
HD = "vn2020.30"
CITY = f"{HD}.288"
CHI_LINH = f"{HD}.290"
COMMUNES = (f"{CITY}.10507", f"{CITY}.10510", f"{CITY}.10513")
PHA_LAI, SAO_DO = f"{CHI_LINH}.10546", f"{CHI_LINH}.10549"

_NAMES = {
    "vn2020": "Việt Nam",
    "vn2020.01": "Thành phố Hà Nội",
    "vn2020.22": "Tỉnh Quảng Ninh",
    "vn2020.27": "Tỉnh Bắc Ninh",
    HD: "Tỉnh Hải Dương",
    "vn2020.48": "Thành phố Đà Nẵng",
    "vn2020.79": "Thành phố Hồ Chí Minh",
    CITY: "Thành phố Hải Dương",
    CHI_LINH: "Thành phố Chí Linh",
    COMMUNES[0]: "Phường Cẩm Thượng",
    COMMUNES[1]: "Phường Bình Hàn",
    COMMUNES[2]: "Phường Ngọc Châu",
    PHA_LAI: "Phường Phả Lại",
    SAO_DO: "Phường Sao Đỏ",
}
_LEVELS = (Level.NATION, Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
_KINDS = ("Thành phố", "Tỉnh", "Phường")


def make_unit(path: str, full_name: str, edition: str = "vn2020") -> Unit:
    depth = path.count(".")
    kind = next((kind for kind in _KINDS if full_name.startswith(kind)), "")
    name = full_name.removeprefix(kind).strip()
    return Unit.objects.create(
        path=path,
        edition_id=edition,
        parent_id=path.rpartition(".")[0] or None,
        level=_LEVELS[depth],
        code=path.rpartition(".")[2] if depth else "vn",
        name=name,
        full_name=full_name,
        kind=kind,
        search_name=fold(name),
        search_full=fold(full_name),
        initials="x",
    )


@pytest.fixture
def country(db: None) -> dict[str, Unit]:
    """The units of the small country by path."""
    Edition.objects.create(
        id="vn2020",
        country="vn",
        name="2020",
        valid_from=dt.date(2020, 1, 1),
        valid_to=dt.date(2025, 1, 1),
    )
    return {path: make_unit(path, name) for path, name in _NAMES.items()}


Report = Callable[..., Recorded]


@pytest.fixture
def report(country: dict[str, Unit]) -> Report:
    """Record one figure: `report(path, value, day=…, series=…, source=…, name=…, actor=…)`."""

    def say(path: str, value: int, **said: Any) -> Recorded:
        day, series = said.get("day", TODAY), said.get("series", "users")
        figure = NewFigure(
            path, series, day, value, said.get("source", "report"), said.get("name", "")
        )
        actor, now = said.get("actor", "clerk"), said.get("now", NOW)
        return record_figures([figure], actor=actor, now=now, today=said.get("today", TODAY))

    return say


@pytest.fixture
def nation(db: None) -> None:
    """All units that the package's facts speak of: 63 provinces and 12 districts."""
    Edition.objects.create(
        id="vn2020",
        country="vn",
        name="2020",
        valid_from=dt.date(2020, 1, 1),
        valid_to=dt.date(2025, 1, 1),
    )
    table = files("bluezone.portal.campaign.figures") / "tables" / "denominators.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        codes = {row["unit"] for row in csv.DictReader(stream)}
    for code in sorted(codes):
        make_unit(f"vn2020.{code}" if code else "vn2020", f"Tỉnh {code or 'Việt Nam'}")
