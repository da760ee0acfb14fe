"""A province of 24 communes and an auditor; `cast` has who and what."""

import datetime as dt

import pytest
from django.test import Client
from tests.portal.inspection.cast import (
    COMMUNES,
    DISTRICT,
    OTHER,
    PROVINCE,
    browser,
    make_unit,
    person,
)

from bluezone.portal.campaign.inspection import keeping
from bluezone.portal.units.models import Edition, Unit


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    keeping.forget()


@pytest.fixture
def country(db: None) -> dict[str, Unit]:
    """Nation, two provinces, the districts and communes of the first."""
    days = {"valid_from": dt.date(2020, 1, 1), "valid_to": dt.date(2025, 1, 1)}
    Edition.objects.create(id="vn2020", country="vn", name="2020", **days)
    names = {
        "vn2020": "Việt Nam",
        PROVINCE: "Tỉnh Hải Dương",
        "vn2020.31": "Tỉnh Khác",
        DISTRICT: "Huyện Một",
        OTHER: "Huyện Hai",
        **{path: f"Xã {path[-2:]}" for path in COMMUNES},
    }
    return {path: make_unit(path, name) for path, name in names.items()}


@pytest.fixture
def auditor(country: dict[str, Unit]) -> Client:
    """An auditor of the province at the desk, in English."""
    return browser(person("thanh", country[PROVINCE]))
