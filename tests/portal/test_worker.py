"""One round of the portal's work: what the figures need is done in it, each thing when due."""

import datetime as dt

import pytest

from bluezone.portal import worker
from bluezone.portal.campaign.figures import worker as figures
from bluezone.portal.campaign.figures.models import (
    DailyRegistrations,
    Duty,
    Figure,
    Registration,
    Upload,
)
from bluezone.portal.campaign.figures.services import register_phone
from bluezone.portal.units.models import Edition, Level, Unit

pytestmark = pytest.mark.django_db
NOON = 1_597_467_600  # 15/8/2020 12:00 in Hà Nội
EVENING = NOON + 6 * 3600
NIGHT = NOON + 13 * 3600
TODAY = dt.date(2020, 8, 15)
EVERYTHING = ["roll_up", "registrations", "visits", "forget"]


@pytest.fixture
def nation() -> Unit:
    Edition.objects.create(
        id="vn2020", country="vn", name="2020", valid_from=dt.date(2020, 1, 1), valid_to=None
    )
    return Unit.objects.create(
        path="vn2020", edition_id="vn2020", level=Level.NATION, code="vn", name="Việt Nam"
    )


def published() -> list[tuple[dt.date, int]]:
    rows = Figure.objects.standing().filter(source="registrations").order_by("day")
    return list(rows.values_list("day", "value"))


def test_a_round_counts_phones_and_the_evening_publishes_them(nation: Unit) -> None:
    register_phone(None, day=TODAY)
    worker.run_due(now=NOON)
    assert not Registration.objects.exists()
    assert DailyRegistrations.objects.get().count == 1
    assert published() == []  # in the day only what was whole is published
    worker.run_due(now=EVENING)
    assert published() == [(TODAY, 1)]


def test_the_night_puts_the_evening_right_with_a_new_row(nation: Unit) -> None:
    register_phone(None, day=TODAY)
    figures.run_due(now=EVENING)
    register_phone(None, day=TODAY)
    figures.run_due(now=NIGHT)
    assert published() == [(TODAY, 2)]
    assert Figure.objects.count() == 2


def test_each_duty_is_done_once_in_its_slot(nation: Unit) -> None:
    assert figures.run_due(now=NOON) == EVERYTHING
    assert figures.run_due(now=NOON + 10) == []
    assert figures.run_due(now=NOON + figures.ROLL_UP_EVERY_S) == ["roll_up"]
    assert figures.run_due(now=EVENING) == EVERYTHING


def test_a_duty_that_somebody_is_at_is_left_alone_until_the_lease_runs_out(nation: Unit) -> None:
    Duty.objects.create(name="visits", lease_until=NOON + figures.LEASE_S)
    assert "visits" not in figures.run_due(now=NOON)
    assert "visits" in figures.run_due(now=NOON + figures.LEASE_S)


def test_a_clock_that_is_set_back_stops_nothing(nation: Unit) -> None:
    figures.run_due(now=NIGHT)
    Duty.objects.filter(name="visits").update(lease_until=NIGHT + figures.LEASE_S)
    assert figures.run_due(now=NOON) == EVERYTHING


def test_what_fails_is_tried_again_after_its_lease(
    nation: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(figures, "roll_up_registrations", fail)
        with pytest.raises(OSError, match="disk full"):
            figures.run_due(now=NOON)
    assert figures.run_due(now=NOON + figures.LEASE_S) == EVERYTHING


def test_a_file_that_nobody_confirmed_is_forgotten(nation: Unit) -> None:
    waiting = Upload.objects.create(
        unit_path="vn2020",
        file_name="a.csv",
        sha256="0",
        content=b"",
        source="report",
        keep_good=False,
        uploaded_by="lan",
        uploaded_at=NOON - 86_401,
    )
    worker.run_due(now=NOON)
    assert not Upload.objects.filter(pk=waiting.pk).exists()
