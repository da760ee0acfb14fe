"""Evenings kept ready: used while they are right, made anew as soon as anything is new."""

import datetime as dt
from collections.abc import Callable
from typing import NoReturn

import pytest
from django.test import Client

from bluezone.portal import worker
from bluezone.portal.campaign.agencies.services import (
    AgencyRequest,
    ReportRequest,
    add_report,
    create_agency,
)
from bluezone.portal.campaign.dashboards import keeping
from bluezone.portal.campaign.dashboards.models import KeptEvening
from bluezone.portal.campaign.dashboards.stamps import DOORS_EVERY_S, stamp
from bluezone.portal.campaign.field.models import Campaign, Team
from bluezone.portal.campaign.figures.models import Figure
from bluezone.portal.campaign.figures.services import correct, record_denominator
from bluezone.portal.campaign.targets.services import parse, set_target
from bluezone.portal.units.models import Unit

Report = Callable[[dt.date, dict[str, int]], None]
NATION, NOW, TODAY = "/campaign/vn2020/", 1_597_472_640, dt.date(2020, 8, 15)


def made_again(*_args: object) -> NoReturn:
    raise AssertionError("the evening was there already")


def test_a_new_process_shows_the_evening_that_the_worker_kept(
    minister_page: Client, evening: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.run_due(now=NOW)
    assert set(KeptEvening.objects.values_list("unit_path", "language")) == {
        ("vn2020", "vi"),
        ("vn2020", "en"),
    }
    live = minister_page.get(f"{NATION}?day=2020-08-14").content
    monkeypatch.setattr(keeping, "_made", made_again)
    keeping.forget()
    shown = minister_page.get(NATION).content.decode()
    assert "Where is the share of users highest?" in shown
    assert minister_page.get(NATION).content.decode().count("<h2") == live.decode().count("<h2")


def test_a_kept_evening_says_what_a_fresh_one_says(
    minister_page: Client, evening: dict[str, Unit]
) -> None:
    fresh = keeping.page(evening["vn2020"], TODAY, now=NOW)
    keeping.forget()
    keeping.keep_due(now=NOW)
    assert keeping.page(evening["vn2020"], TODAY, now=NOW) == fresh


def test_a_figure_that_comes_later_is_on_the_page_at_once(
    minister_page: Client, evening: dict[str, Unit], report: Report
) -> None:
    worker.run_due(now=NOW)
    assert "77,123" not in minister_page.get(NATION).content.decode()
    report(TODAY, {"vn2020.30": 77_123})
    assert "77,123" in minister_page.get(NATION).content.decode()


def test_the_worker_keeps_an_evening_again_only_after_a_minute_and_only_if_it_changed(
    evening: dict[str, Unit], report: Report
) -> None:
    assert keeping.keep_due(now=NOW) == 2
    report(TODAY, {"vn2020.30": 77_123})
    assert keeping.keep_due(now=NOW + 1) == 0
    assert keeping.keep_due(now=NOW + keeping.EVERY_S) == 2
    assert keeping.keep_due(now=NOW + 2 * keeping.EVERY_S) == 0
    assert keeping.keep_due(now=NOW + 86_400 * (keeping.DAYS + 1)) == 2
    assert KeptEvening.objects.count() == 2


def test_a_country_without_figures_is_not_kept(country: dict[str, Unit]) -> None:
    assert keeping.keep_due(now=NOW) == 0


def _figure(units: dict[str, Unit]) -> None:
    row = Figure.objects.filter(unit_path="vn2020.30", series="users").latest("day")
    correct(row, row.value + 1, reason="typing", actor="clerk", now=NOW)


def _denominator(units: dict[str, Unit]) -> None:
    record_denominator(
        units["vn2020.30"], "adults", 9, day=TODAY, source="x", actor="clerk", now=NOW
    )


def _target(units: dict[str, Unit]) -> None:
    target = parse("30 % of people by 30/8/2020", "en", 2020)
    set_target(units["vn2020.01"], target, actor="chair", now=NOW)


def _agency(units: dict[str, Unit]) -> None:
    request = AgencyRequest("Sở Y tế", "department", "report", 40, 40)
    agency = create_agency(request, units["vn2020.30"], "clerk", now=NOW)
    before = stamp(units["vn2020"], TODAY, "vi", now=NOW)
    add_report(agency, ReportRequest(TODAY, 30, 0), "head", now=NOW)
    assert stamp(units["vn2020"], TODAY, "vi", now=NOW) != before


def _name(units: dict[str, Unit]) -> None:
    Unit.objects.filter(path="vn2020.30").update(full_name="Tỉnh Hải Đông")


@pytest.mark.parametrize("change", [_figure, _denominator, _target, _agency, _name])
def test_whatever_is_new_makes_a_new_stamp(
    evening: dict[str, Unit], change: Callable[[dict[str, Unit]], None]
) -> None:
    before = stamp(evening["vn2020"], TODAY, "vi", now=NOW)
    assert stamp(evening["vn2020"], TODAY, "vi", now=NOW) == before
    change(evening)
    assert stamp(evening["vn2020"], TODAY, "vi", now=NOW) != before


def test_doors_count_at_once_in_a_commune_and_within_five_minutes_in_the_nation(
    evening: dict[str, Unit],
) -> None:
    commune, nation = evening["vn2020.30.290.10546"], evening["vn2020"]
    campaign = Campaign.objects.create(
        unit=nation, opened_at=NOW, opened_by="x", ends_on=dt.date(2020, 8, 30)
    )
    team = Team.objects.create(campaign=campaign, unit=commune, name="Tổ 1", created_at=NOW)
    before = [stamp(unit, TODAY, "vi", now=NOW) for unit in (commune, nation)]
    Team.objects.filter(pk=team.pk).update(revision=5)
    assert stamp(commune, TODAY, "vi", now=NOW) != before[0]
    assert stamp(nation, TODAY, "vi", now=NOW) == before[1]
    assert stamp(nation, TODAY, "vi", now=NOW + DOORS_EVERY_S) != before[1]
