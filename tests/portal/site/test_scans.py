"""A poster's address: where it leads, what counts, what is stored."""

import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError
from django.test import Client

from bluezone.portal.site import scans
from bluezone.portal.site.models import Poster, PosterScan, UnitScan

TODAY = dt.date(2020, 8, 15)
PHONE = "Mozilla/5.0 (Linux; Android 10; SM-A205F) AppleWebKit/537.36 Chrome/84.0 Mobile Safari"


def counted(poster: Poster) -> int:
    return sum(PosterScan.objects.filter(poster=poster).values_list("count", flat=True))


def test_a_scan_counts_once_and_leads_to_the_install_page_with_its_unit(
    stranger: Client, make_poster: Any
) -> None:
    poster = make_poster()
    response = stranger.get(f"/q/{poster.code}", headers={"user-agent": PHONE})
    assert response.status_code == 302
    assert response["Location"] == "/install/?unit=vn2020.30"
    assert "no-store" in response["Cache-Control"]
    assert counted(poster) == 1
    assert "Tỉnh Hải Dương" in stranger.get(response["Location"]).content.decode()
    assert counted(poster) == 1


def test_people_may_type_the_code_in_small_letters(stranger: Client, make_poster: Any) -> None:
    poster = make_poster()
    assert stranger.get(f"/q/{poster.code.lower()}").status_code == 302
    assert counted(poster) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
        {"user-agent": "facebookexternalhit/1.1"},
        {"user-agent": "TelegramBot (like TwitterBot)"},
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
    ],
    ids=str,
)
def test_looking_ahead_and_robots_do_not_count(
    stranger: Client, make_poster: Any, headers: dict[str, str]
) -> None:
    poster = make_poster()
    assert stranger.get(f"/q/{poster.code}", headers=headers).status_code == 302
    assert counted(poster) == 0


def test_a_head_request_does_not_count(stranger: Client, make_poster: Any) -> None:
    poster = make_poster()
    assert stranger.head(f"/q/{poster.code}").status_code == 302
    assert counted(poster) == 0


def test_scans_are_counted_by_local_day(stranger: Client, make_poster: Any, hands: Any) -> None:
    poster = make_poster()
    stranger.get(f"/q/{poster.code}")
    stranger.get(f"/q/{poster.code}")
    hands.advance(11 * 3600)  # 00:24 of the next day in Hanoi
    stranger.get(f"/q/{poster.code}")
    rows = PosterScan.objects.order_by("day").values_list("day", "count")
    assert list(rows) == [(TODAY, 2), (TODAY + dt.timedelta(days=1), 1)]


def test_nothing_but_a_number_of_a_poster_and_a_day_is_stored(
    stranger: Client, make_poster: Any
) -> None:
    poster = make_poster()
    stranger.get(f"/q/{poster.code}", headers={"user-agent": PHONE}, REMOTE_ADDR="203.0.113.9")
    names = {field.attname for field in PosterScan._meta.concrete_fields}
    assert names == {"poster_id", "day", "count"}
    assert not stranger.cookies


def test_two_first_scans_at_once_are_both_counted(
    make_poster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    poster = make_poster()

    def other_was_first(**fields: Any) -> None:
        PosterScan(poster=poster, day=TODAY, count=1).save(force_insert=True)
        raise IntegrityError

    with monkeypatch.context() as patched:
        patched.setattr(PosterScan.objects, "create", other_was_first)
        patched.setattr(scans.transaction, "atomic", _Nothing)
        scans.count_scan(poster, TODAY)
    assert counted(poster) == 2


class _Nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_said: object) -> None:
        return None


def test_an_expired_poster_says_so_and_offers_the_newest(
    stranger: Client, make_poster: Any
) -> None:
    old = make_poster(expires_on=TODAY - dt.timedelta(days=1), seed=1)
    make_poster(seed=2)
    newest = make_poster(seed=3)
    other = make_poster(kind="leaflet", seed=4)
    response = stranger.get(f"/q/{old.code}")
    text = response.content.decode()
    assert response.status_code == 200
    assert "14/08/2020" in text
    assert f"/posters/{newest.code}.pdf" in text
    assert other.code not in text
    assert "/install/?unit=vn2020.30" in text
    assert counted(old) == 1


def test_an_expired_poster_without_successor_leads_to_the_library(
    stranger: Client, make_poster: Any
) -> None:
    old = make_poster(expires_on=TODAY - dt.timedelta(days=1))
    assert "/materials/?unit=vn2020.30" in stranger.get(f"/q/{old.code}").content.decode()
    assert stranger.get(f"/posters/{old.code}.pdf").status_code == 404


def test_on_its_last_day_a_poster_still_leads_on(stranger: Client, make_poster: Any) -> None:
    poster = make_poster(expires_on=TODAY)
    assert stranger.get(f"/q/{poster.code}").status_code == 302


def test_an_unknown_code_is_explained(stranger: Client, db: None) -> None:
    response = stranger.get("/q/ZZZZZZ")
    assert response.status_code == 404
    assert "/copycats/" in response.content.decode()


def test_a_units_own_code_is_counted_like_a_posters(
    stranger: Client, country: Any, hands: Any
) -> None:
    for _ in range(2):
        response = stranger.get(
            "/u/vn2020.30", headers={"user-agent": PHONE}, REMOTE_ADDR="203.0.113.9"
        )
        assert response.status_code == 200
        assert response["Cache-Control"] == "no-store"
    stranger.get("/u/vn2020.30", headers={"user-agent": "Googlebot/2.1"})
    stranger.get("/u/vn2020.30", headers={"sec-purpose": "prefetch"})
    stranger.head("/u/vn2020.30")
    stranger.get("/u/vn2020.99")
    hands.advance(11 * 3600)
    stranger.get("/u/vn2020.30")
    rows = UnitScan.objects.order_by("day").values_list("unit_path", "day", "count")
    tomorrow = TODAY + dt.timedelta(days=1)
    assert list(rows) == [("vn2020.30", TODAY, 2), ("vn2020.30", tomorrow, 1)]
    assert {field.attname for field in UnitScan._meta.concrete_fields} == {
        "unit_path",
        "day",
        "count",
    }
    assert not stranger.cookies


def test_a_posters_scan_is_not_counted_to_its_unit_as_well(
    stranger: Client, make_poster: Any
) -> None:
    poster = make_poster()
    stranger.get(f"/q/{poster.code}", follow=True)
    assert counted(poster) == 1
    assert not UnitScan.objects.exists()


def test_a_manager_sees_the_response_to_the_units_code(office: Client, stranger: Client) -> None:
    stranger.get("/u/vn2020.30", headers={"user-agent": PHONE})
    page = BeautifulSoup(office.get("/site/vn2020.30/").content, "html.parser")
    row = page.select_one("table[aria-labelledby=own-code] tbody tr")
    assert [cell.text for cell in row.select("th, td")] == ["15/08/2020", "1"]
