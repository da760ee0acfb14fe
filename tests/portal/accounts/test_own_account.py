"""One's own account: roles, language, password, sessions and what is kept of them."""

import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from bluezone.portal import clock, environment, worker
from bluezone.portal.accounts.browsers import browser_of
from bluezone.portal.accounts.models import SignIn, User
from bluezone.portal.accounts.role_names import ROLE_NAMES
from bluezone.portal.audit.models import Entry
from bluezone.portal.errors import InvalidSettingError
from bluezone.portal.units.models import Edition

PASSWORD = "mot hai ba bon nam"
OTHER = "sau bay tam chin muoi"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("user_agent", "family", "mobile"),
    [
        (DESK + "Chrome/120.0.0.0 Safari/537.36", "Chrome", False),
        (DESK + "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0", "Edge", False),
        (DESK + "coc_coc_browser/120.0 Chrome/114.0 Safari/537.36", "Cốc Cốc", False),
        (ANDROID + "SamsungBrowser/23.0 Chrome/115.0 Mobile Safari", "Samsung Internet", True),
        (ANDROID + "Chrome/120.0.0.0 Mobile Safari/537.36", "Chrome", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox/120.0", "Firefox", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Mobile Safari/604", "Safari", True),
        ("", "", False),
        ("curl/8", "", False),
    ],
)
def test_a_browser_is_known_by_its_family(user_agent: str, family: str, mobile: bool) -> None:
    found = browser_of(user_agent)
    assert (found.family, found.mobile) == (family, mobile)


def test_the_account_says_what_one_may_do_where(cast: dict[str, User], hand: Any) -> None:
    page = hand.words(hand.browser_of(cast["auditor"]).get("/account/"))
    assert "Hải Dương Auditor" in page
    assert "Whole installation" not in page


def test_somebody_without_a_role_is_told_whom_to_ask(cast: dict[str, User], hand: Any) -> None:
    cast["auditor"].memberships.all().delete()
    client = hand.browser_of(cast["auditor"])
    assert "You have no role" in hand.words(client.get("/account/"))
    assert client.get("/")["Location"] == "/account/"


@pytest.mark.parametrize(
    ("role", "start"),
    [
        ("auditor", "/campaign/vn2020.30/"),
        ("campaign_officer", "/campaign/vn2020.30/"),
        ("unit_manager", "/campaign/vn2020.30/"),
        ("team_member", "/field/start/"),
        ("agency_head", "/agencies/"),
        ("health_worker", "/cases/"),
        ("administrator", "/account/"),
    ],
)
def test_staff_of_a_unit_start_where_their_work_is(
    role: str, start: str, cast: dict[str, User]
) -> None:
    name = cast[role].username
    response = Client().post("/sign-in/", {"username": name, "password": PASSWORD})
    assert response["Location"] == start
    assert Client().get(start)["Location"].startswith("/sign-in/")


def test_the_bar_leads_to_the_campaign_of_ones_own_unit(cast: dict[str, User], hand: Any) -> None:
    page = hand.browser_of(cast["unit_manager"]).get("/campaign/vn2020.30.290/targets/")
    html = BeautifulSoup(page.content, "html.parser")
    assert html.select('header a[href="/campaign/vn2020.30/"]')
    page = hand.browser_of(cast["agency_head"]).get("/account/")
    assert b"/campaign/" not in page.content


def test_whose_unit_has_ended_is_told_and_led_to_what_became_of_it(
    cast: dict[str, User], hand: Any, hands: Any
) -> None:
    Edition.objects.update(valid_to=dt.date(2025, 7, 1))
    client = hand.browser_of(cast["team_member"])
    assert "This unit ended" not in hand.words(client.get("/account/"))
    hands.now = 1_751_302_800  # 1 July 2025, 00:00 in Hanoi
    html = BeautifulSoup(
        hand.browser_of(cast["team_member"]).get("/account/").content, "html.parser"
    )
    assert "This unit ended on 01/07/2025" in html.get_text()
    assert html.find("a", href="/units/vn2020.30/#after")


def test_a_session_is_listed_with_its_browser_and_without_an_address(
    lan: User, hand: Any, hands: Any
) -> None:
    client = Client(headers={"User-Agent": ANDROID + "Chrome/120.0 Mobile Safari"})
    client.post("/sign-in/", {"username": "lan", "password": PASSWORD}, REMOTE_ADDR="192.0.2.77")
    row = SignIn.objects.get()
    assert (row.browser, row.mobile, row.first_seen) == ("Chrome", True, hands.now)
    stored = str(list(SignIn.objects.values())) + str(list(Entry.objects.values()))
    assert "192.0.2.77" not in stored
    assert "Android" not in stored
    hands.advance(31)
    client.get("/cases/")
    row.refresh_from_db()
    assert row.last_seen == hands.now


def test_one_session_can_be_ended_from_another(lan: User, hand: Any) -> None:
    here, there = hand.browser_of(lan), hand.browser_of(lan)
    mine = SignIn.objects.get(session_key=there.session.session_key)
    assert here.post(f"/account/sessions/{mine.pk}/end/").status_code == 302
    assert there.get("/cases/").status_code == 302
    assert here.get("/cases/").status_code == 200
    assert Entry.objects.filter(action="session.revoked").count() == 1


def test_all_other_sessions_can_be_ended(lan: User, hand: Any) -> None:
    here, *others = [hand.browser_of(lan) for _ in range(3)]
    assert "End all others" in hand.words(here.get("/account/"))
    assert here.post("/account/sessions/end-others/").status_code == 302
    assert [client.get("/cases/").status_code for client in others] == [302, 302]
    assert here.get("/cases/").status_code == 200
    assert "End all others" not in hand.words(here.get("/account/"))


def test_somebody_elses_session_does_not_exist(lan: User, minh: User, hand: Any) -> None:
    hand.browser_of(minh)
    theirs = SignIn.objects.get(user=minh)
    client = hand.browser_of(lan)
    assert client.post(f"/account/sessions/{theirs.pk}/end/").status_code == 404
    assert Session.objects.filter(session_key=theirs.session_key).exists()
    assert client.get(f"/account/sessions/{theirs.pk}/end/").status_code == 405


def test_signing_out_takes_the_session_off_the_list(lan: User, hand: Any) -> None:
    client = hand.browser_of(lan)
    client.post("/sign-out/")
    assert not SignIn.objects.exists()


def test_a_session_from_before_the_list_appears_in_it_with_the_next_page(
    lan: User, hand: Any, hands: Any
) -> None:
    client = hand.browser_of(lan)
    SignIn.objects.all().delete()
    hands.advance(31)
    client.get("/cases/")
    assert SignIn.objects.get().session_key == client.session.session_key


def test_sessions_that_are_over_leave_the_list_and_the_table(
    lan: User, hand: Any, hands: Any
) -> None:
    hand.browser_of(lan)
    hands.advance(20 * 3600 + 1)
    worker.run_due(now=clock.now(), desk_now=hands.now)
    assert not SignIn.objects.exists()


CHANGE = {"current": PASSWORD, "password": OTHER, "again": OTHER}


def test_a_new_password_ends_every_other_session(lan: User, hand: Any) -> None:
    here, there = hand.browser_of(lan), hand.browser_of(lan)
    response = here.post("/account/password/", CHANGE)
    assert response["Location"] == "/account/?changed=password"
    assert "The password was changed" in hand.words(here.get(response["Location"]))
    assert there.get("/cases/").status_code == 302
    assert "This one" in hand.words(here.get("/account/"))
    lan.refresh_from_db()
    assert lan.check_password(OTHER)
    assert Entry.objects.filter(action="password.changed", actor="lan").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"current": "wrong"}, "current"),
        ({"again": "another one entirely"}, "again"),
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "", "again": ""}, "password"),
    ],
    ids=["wrong", "different", "short", "empty"],
)
def test_a_password_that_cannot_be_taken_is_explained_at_its_field(
    lan: User, hand: Any, change: dict[str, str], field: str
) -> None:
    response = hand.browser_of(lan).post("/account/password/", CHANGE | change)
    assert response.status_code == 422
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one(f"#id_{field}_error")
    assert OTHER not in response.content.decode()
    lan.refresh_from_db()
    assert lan.check_password(PASSWORD)


def test_an_open_screen_does_not_help_to_guess_the_password(
    lan: User, hand: Any, hands: Any
) -> None:
    client = hand.browser_of(lan)
    for _ in range(10):
        client.post("/account/password/", CHANGE | {"current": "wrong"})
    response = client.post("/account/password/", CHANGE)
    assert "too_many_requests" in hand.words(response)
    lan.refresh_from_db()
    assert lan.check_password(PASSWORD)


def test_the_account_asks_the_database_a_fixed_number_of_times(
    cast: dict[str, User], hand: Any, django_assert_num_queries: Any
) -> None:
    client = hand.browser_of(cast["unit_manager"])
    for _ in range(3):
        hand.browser_of(cast["unit_manager"])
    # session, user, roles with units, factors, memberships, sessions
    with django_assert_num_queries(6):
        assert client.get("/account/").status_code == 200


def test_the_command_gives_a_role_in_a_unit(
    units: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BLUEZONE_PORTAL_PASSWORD", PASSWORD)
    call_command("createstaff", "hoa", "--role", "unit_manager", "--unit", "vn2020.30")
    assert "unit_manager in vn2020.30" in capsys.readouterr().out
    hoa = User.objects.get()
    assert (hoa.role, hoa.scopes) == ("", (("vn2020.30", "unit_manager"),))
    with pytest.raises(CommandError, match="unknown_unit"):
        call_command("createstaff", "ha", "--role", "unit_manager", "--unit", "vn2020.99")
    assert User.objects.count() == 1


@pytest.mark.parametrize("value", ["king", "auditor,king", "Auditor"])
def test_a_role_that_is_none_in_the_settings_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("BLUEZONE_PORTAL_SECOND_FACTOR_ROLES", value)
    with pytest.raises(InvalidSettingError, match="SECOND_FACTOR_ROLES") as caught:
        environment.choices("SECOND_FACTOR_ROLES", "", allowed=ROLE_NAMES)
    assert "king" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"), [("none", frozenset()), ("auditor, unit_manager", None)]
)
def test_the_roles_in_the_settings_are_words(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: frozenset[str] | None
) -> None:
    monkeypatch.setenv("BLUEZONE_PORTAL_SECOND_FACTOR_ROLES", value)
    found = environment.choices("SECOND_FACTOR_ROLES", "", allowed=ROLE_NAMES)
    assert found == (frozenset({"auditor", "unit_manager"}) if expected is None else expected)
