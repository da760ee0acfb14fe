"""Two small editions of a made-up country, with a merger between them."""

import datetime as dt
from types import SimpleNamespace
from typing import Final

import pytest

from bluezone.portal.units.loading import load
from bluezone.portal.units.models import Unit
from bluezone.portal.units.sources import EditionFacts, EditionSource, LinkSource, Sources

OLD: Final = EditionFacts(
    "zz2020", "zz", "Zed 2020", "Zed", dt.date(2020, 1, 1), dt.date(2025, 7, 1), "made up"
)
NEW: Final = EditionFacts("zz2025", "zz", "Zed 2025", "Zed", dt.date(2025, 7, 1), None, "made up")

OLD_UNITS: Final = """level,code,parent,kind,name,lat,lon
province,1,,Tỉnh,Hải Dương,20.9,106.3
province,2,,Thành phố,Hải Phòng,,
district,11,1,Thành phố,Hải Dương,,
district,12,1,Huyện,Thanh Hà,,
district,21,2,Quận,Đồ Sơn,,
commune,111,11,Phường,Tân Việt,,
commune,112,11,Phường,Phường 1,,
commune,121,12,Xã,Tân Việt,,
commune,122,12,Xã,Lê Lợi,,
commune,211,21,Phường,Ngọc Xuyên,,
"""
NEW_UNITS: Final = """level,code,parent,kind,name
province,2,,Thành phố,Hải Phòng
commune,111,2,Phường,Hải Dương
commune,121,2,Xã,Thanh Hà
commune,211,2,Phường,Đồ Sơn
"""
LINKS: Final = """level,old,new,kind,share,basis
province,1,2,whole,,merged
province,2,2,whole,,same
commune,111,111,part,0.3,map
commune,111,121,part,0.2,map
commune,111,211,default,,map
commune,112,111,whole,,merged
commune,121,121,default,,merged
commune,121,211,part,,unknown share
commune,211,211,whole,,same
"""


def tables(name: str, text: str) -> tuple[tuple[str, bytes], ...]:
    return ((name, text.encode()),)


def sources(
    old: str = OLD_UNITS, new: str | None = NEW_UNITS, links: str | None = LINKS
) -> Sources:
    editions = [EditionSource(OLD, tables("zz2020.csv", old))]
    found = []
    if new is not None:
        editions.append(EditionSource(NEW, tables("zz2025.csv", new)))
    if links is not None:
        table = tables("successors_zz2020_zz2025.csv", links)
        found.append(LinkSource("zz2020", "zz2025", table))
    return Sources(tuple(editions), tuple(found))


@pytest.fixture
def zed(db: None) -> None:
    """Both editions and the links between them."""
    load(sources())


@pytest.fixture(scope="session")
def zed_units() -> str:
    """The table of the older edition."""
    return OLD_UNITS


@pytest.fixture
def zed_tables() -> SimpleNamespace:
    """The tables, and what makes sources of them, for tests that change some."""
    return SimpleNamespace(OLD_UNITS=OLD_UNITS, NEW_UNITS=NEW_UNITS, LINKS=LINKS, sources=sources)


@pytest.fixture
def commune(zed: None) -> Unit:
    return Unit.objects.get(path="zz2020.1.12.121")
