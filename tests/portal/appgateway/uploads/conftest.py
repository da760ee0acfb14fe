"""A phone that found itself in a bundle, and a door whose budgets are full."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from asgiref.sync import async_to_sync
from tests.portal.appgateway.uploads.layouts import LAYOUTS, Layout

from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway.phones import registry
from bluezone.portal.appgateway.pushes import services
from bluezone.portal.appgateway.pushes.find_guid import find_guid_for, find_guid_key
from bluezone.portal.appgateway.pushes.models import Bundle
from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.fresh import f0_entry_for_day

NOW = 1_597_472_640
TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
INFOF = json.dumps(
    {
        "base_id": "66" * 32,
        "time": 1_596_844_800,
        "daily_key": "77" * 32,
        "time_start": 1_596_844_800,
    }
)


@dataclass(frozen=True)
class Match:
    """A phone with a token, and what was pushed to it."""

    phone_id: int
    bundle_id: int
    round_id: int
    find_guid: str
    token: str = TOKEN

    def values(self, **others: str) -> dict[str, str]:
        """Return the parts that the phone sends beside its history."""
        return {
            "TokenFirebase": self.token,
            "InfoF": INFOF,
            "PhoneNumber": "0912345678",
            "FindGUID": self.find_guid,
            **others,
        }


@pytest.fixture(autouse=True)
def _full_budgets() -> Iterator[None]:
    limits.forget()
    yield
    limits.forget()


@pytest.fixture
def match(db: None) -> Match:
    phone_id = async_to_sync(registry.register)(TOKEN, "android", now=NOW)
    entry = f0_entry_for_day(DayKey(bytes(range(32))), NOW - NOW % 86_400 - 86_400)
    opened = services.open_round([entry], now=NOW)
    bundle = Bundle.objects.get(round=opened)
    guid = find_guid_for(bundle.pk, phone_id, key=find_guid_key())
    return Match(phone_id, bundle.pk, opened.pk, guid)


@pytest.fixture(params=LAYOUTS, ids=lambda layout: layout.name)
def layout(request: pytest.FixtureRequest) -> Layout:
    found: Layout = request.param
    return found
