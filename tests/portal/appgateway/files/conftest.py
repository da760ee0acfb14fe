"""A public address, stores, and a country with an announcement."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from bluezone.portal.appgateway.files.sources import Sources
from bluezone.portal.site.announcements import Text, publish, write
from bluezone.portal.site.models import Announcement
from bluezone.portal.units.models import Edition, Unit

NOW = 1_597_472_640
PUBLIC = "https://bluezone.example.vn"
ANDROID = "https://play.example.org/store/apps/details?id=vn.bluezone"
IOS = "https://apps.example.org/app/bluezone"


@pytest.fixture(autouse=True)
def _address(settings: Any) -> None:
    settings.BLUEZONE_PUBLIC_URL = PUBLIC
    settings.BLUEZONE_STORE_ANDROID_URL = ANDROID
    settings.BLUEZONE_STORE_IOS_URL = IOS


@pytest.fixture
def examples(shared: Path) -> dict[str, Any]:
    """Requests of the published app by their name."""
    text = (shared / "spec" / "bluezone-api-examples.json").read_text(encoding="utf-8")
    return {each["id"]: each for each in json.loads(text)["endpoints"]}


@pytest.fixture
def own_file(tmp_path: Path) -> Any:
    """Return what writes an operator's file and names it in sources."""

    def write_file(text: str, *, android: str = ANDROID, ios: str = IOS) -> Sources:
        path = tmp_path / "app-files.toml"
        path.write_text(text, encoding="utf-8")
        return Sources(str(path), PUBLIC, store_android=android, store_ios=ios)

    return write_file


@pytest.fixture
def nation(db: None) -> Unit:
    edition = Edition.objects.create(
        id="vn2020", country="vn", name="2020", valid_from=dt.date(2019, 1, 1)
    )
    return Unit.objects.create(
        path="vn2020",
        edition=edition,
        level="nation",
        code="vn2020",
        name="Việt Nam",
        full_name="Việt Nam",
        search_name="viet nam",
        search_full="viet nam",
        initials="vn",
    )


def announce(unit: Unit, title: str, body: str, *, language: str = "vi") -> Announcement:
    text = Text(language, title, body, "Bộ Y tế")
    made = write(unit, text, actor="lan", now=NOW)
    publish(made, actor="lan", now=NOW)
    return made
