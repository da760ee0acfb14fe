"""Registrations of phones: a unit, a day, a platform, and nothing else."""

import datetime as dt
from typing import Any

import pytest

from bluezone.portal.campaign.figures.errors import UnknownUnitError
from bluezone.portal.campaign.figures.models import DailyRegistrations, Registration
from bluezone.portal.campaign.figures.services import (
    current,
    publish_registrations,
    register_phone,
    roll_up_registrations,
)

TODAY = dt.date(2020, 8, 15)
WARD = "vn2020.30.288.10507"
NOW = 1_597_472_640


def test_a_registration_holds_a_unit_a_day_and_a_platform_only() -> None:
    columns = {field.name for field in Registration._meta.concrete_fields}
    assert columns == {"id", "unit_path", "day", "platform"}


def test_registrations_become_daily_counts_and_the_rows_go(country: Any) -> None:
    for platform in ("android", "android", "ios"):
        register_phone(WARD, day=TODAY, platform=platform)
    register_phone(None, day=TODAY)
    assert roll_up_registrations() == 4
    assert not Registration.objects.exists()
    register_phone(WARD, day=TODAY, platform="android")
    assert roll_up_registrations() == 1
    counts = DailyRegistrations.objects.values_list("unit_path", "platform", "count")
    assert set(counts) == {
        (WARD, "android", 3),
        (WARD, "ios", 1),
        ("vn2020", "other", 1),
    }
    assert roll_up_registrations() == 0


def test_published_registrations_are_users_so_far_and_nobody_is_lost(country: Any) -> None:
    register_phone(WARD, day=dt.date(2020, 8, 14))
    register_phone(WARD, day=TODAY)
    register_phone(None, day=TODAY)
    roll_up_registrations()
    publish_registrations(TODAY, now=NOW, today=TODAY)
    found = current([WARD, "vn2020.30", "vn2020"], "users", TODAY)
    assert {path: row.value for path, row in found.items()} == {
        WARD: 2,
        "vn2020.30": 2,
        "vn2020": 3,
    }
    assert publish_registrations(TODAY, now=NOW, today=TODAY).unchanged == 2


def test_a_phone_cannot_register_in_a_unit_that_is_none(country: Any) -> None:
    with pytest.raises(UnknownUnitError):
        register_phone("vn2020.99", day=TODAY)
    with pytest.raises(ValueError, match="windows"):
        register_phone(WARD, day=TODAY, platform="windows")
