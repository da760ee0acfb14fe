"""The second step, its set-up, recovery codes, the days of grace, and what is stored."""

import json
from random import Random
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts import invitations, people, second_factor
from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.accounts.role_names import ROLE_NAMES, SECOND_FACTOR_ROLES
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.audit.models import Entry

PASSWORD = "mot hai ba bon nam"
DAY_S = 86_400


@pytest.fixture(autouse=True)
def _commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's transaction is never committed: what waits for the commit happens at once."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **_options: call())


def first_step(client: Client, user: User, following: str = "") -> Any:
    data = {"username": user.username, "password": PASSWORD, "next": following}
    client.cookies["language"] = "en"
    return client.post("/sign-in/", data)


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_a_password_alone_does_not_open_an_account_with_a_second_factor(
    lan: User, hand: Any
) -> None:
    hand.with_app(lan)
    client = Client()
    assert first_step(client, lan)["Location"] == "/account/second-factor/step/"
    for path in ("/account/", "/cases/", "/account/second-factor/"):
        assert client.get(path).status_code == 302
        assert client.get(path)["Location"].startswith("/sign-in/")


def test_the_code_of_the_app_opens_it_and_leads_where_one_wanted(lan: User, hand: Any) -> None:
    secret, client = hand.with_app(lan), Client()
    first_step(client, lan, "/cases/new/")
    response = client.post("/account/second-factor/step/", {"code": hand.code_of(secret)})
    assert response["Location"] == "/cases/new/"
    assert is_in(client)
    entry = Entry.objects.filter(action="session.started").latest("sequence")
    assert json.loads(entry.detail) == {"second_factor": "totp"}


def test_a_code_works_once(lan: User, hand: Any) -> None:
    secret, code = hand.with_app(lan), ""
    for number in range(2):
        client = Client()
        first_step(client, lan)
        code = code or hand.code_of(secret)
        client.post("/account/second-factor/step/", {"code": code})
        assert is_in(client) == (number == 0)


def test_a_used_code_is_refused_by_every_process(lan: User, hand: Any) -> None:
    from django.core.cache import cache  # noqa: PLC0415 - only here

    secret = hand.with_app(lan)
    code = hand.code_of(secret)
    for number in range(2):
        client = Client()
        first_step(client, lan)
        client.post("/account/second-factor/step/", {"code": code})
        assert is_in(client) == (number == 0)
        cache.clear()  # another process knows nothing of this cache


def test_a_recovery_code_works_once(lan: User, hand: Any) -> None:
    hand.with_app(lan)
    codes = Authenticator.objects.get(user=lan, type="recovery_codes").wrap().get_unused_codes()
    for number in range(2):
        client = Client()
        first_step(client, lan)
        client.post("/account/second-factor/step/", {"code": f"{codes[0][:4]}-{codes[0][4:]}"})
        assert is_in(client) == (number == 0)


def test_ten_wrong_codes_close_the_second_step_for_half_an_hour(
    lan: User, hand: Any, hands: Any
) -> None:
    secret, client = hand.with_app(lan), Client()
    first_step(client, lan)
    for _ in range(10):
        response = client.post("/account/second-factor/step/", {"code": "000 00x"})
        assert "incorrect_code" in hand.words(response)
    response = client.post("/account/second-factor/step/", {"code": hand.code_of(secret)})
    assert "too_many_requests" in hand.words(response)
    assert not is_in(client)
    hands.advance(30 * 60)
    again = Client()
    first_step(again, lan)
    again.post("/account/second-factor/step/", {"code": hand.code_of(secret)})
    assert is_in(again)


def test_the_second_step_opens_for_nobody_who_skipped_the_first(stranger: Client) -> None:
    response = stranger.get("/account/second-factor/step/")
    assert response["Location"] == "/account/sign-in/"
    assert stranger.get(response["Location"])["Location"] == "/sign-in/"


def test_a_right_password_forgives_no_wrong_codes(lan: User, hand: Any) -> None:
    hand.with_app(lan)
    for _ in range(10):
        client = Client()
        first_step(client, lan)
        client.post("/account/second-factor/step/", {"code": "x"})
    client = Client()
    first_step(client, lan)
    response = client.post("/account/second-factor/step/", {"code": "x"})
    assert "too_many_requests" in hand.words(response)


def set_up(client: Client, hand: Any) -> Any:
    page = BeautifulSoup(client.get("/account/second-factor/app/").content, "html.parser")
    found = page.select_one(".secret code")
    assert found is not None
    secret = found.text
    return secret, client.post("/account/second-factor/app/", {"code": hand.code_of(secret)})


def test_whoever_just_signed_in_sets_up_an_app_and_sees_the_recovery_codes_once(
    lan: User, hand: Any
) -> None:
    client = Client()
    first_step(client, lan)
    secret, response = set_up(client, hand)
    assert response["Location"] == "/account/second-factor/recovery/"
    page = BeautifulSoup(client.get(response["Location"]).content, "html.parser")
    codes = [item.text for item in page.select(".secret li")]
    assert len(codes) == 10
    again = hand.words(client.get(response["Location"]))
    assert not [code for code in codes if code in again]
    entries = Entry.objects.filter(action="second_factor.added").values_list("detail", flat=True)
    assert sorted(json.loads(entry)["kind"] for entry in entries) == ["recovery_codes", "totp"]
    other = Client()
    first_step(other, lan)
    other.post("/account/second-factor/step/", {"code": hand.code_of(secret, 1)})
    assert is_in(other)


def test_the_code_of_the_set_up_is_used_up_with_it(lan: User, hand: Any) -> None:
    client = Client()
    first_step(client, lan)
    page = BeautifulSoup(client.get("/account/second-factor/app/").content, "html.parser")
    secret = page.select_one(".secret code").text  # type: ignore[union-attr]
    code = hand.code_of(secret)
    assert client.post("/account/second-factor/app/", {"code": code}).status_code == 302
    other = Client()
    first_step(other, lan)
    other.post("/account/second-factor/step/", {"code": code})
    assert not is_in(other)


def test_a_wrong_first_code_sets_nothing_up(lan: User, hand: Any) -> None:
    client = Client()
    first_step(client, lan)
    client.get("/account/second-factor/app/")
    response = client.post("/account/second-factor/app/", {"code": "12345x"})
    assert "incorrect_code" in hand.words(response)
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/account/second-factor/app/",
        "/account/second-factor/passkeys/new/",
        "/account/second-factor/recovery/new/",
    ],
)
def test_an_open_screen_is_not_enough_to_change_factors(lan: User, hand: Any, path: str) -> None:
    client = hand.browser_of(lan)  # signed in some time ago
    response = client.get(path)
    assert response["Location"] == f"/account/confirm/?next={path.replace('/', '%2F')}"
    wrong = client.post(response["Location"], {"password": "wrong", "next": path})
    assert "incorrect_password" in hand.words(wrong)
    right = client.post(response["Location"], {"password": PASSWORD, "next": path})
    assert right["Location"] == path
    assert client.get(path).status_code == 200


def test_removing_the_only_factor_removes_the_recovery_codes(lan: User, hand: Any) -> None:
    client = Client()
    first_step(client, lan)
    set_up(client, hand)
    assert client.get("/account/second-factor/app/remove/").status_code == 200
    client.post("/account/second-factor/app/remove/")
    assert not Authenticator.objects.exists()
    assert first_step(Client(), lan)["Location"] == "/cases/"


def test_new_recovery_codes_replace_the_old_ones(lan: User, hand: Any) -> None:
    client = Client()
    first_step(client, lan)
    set_up(client, hand)
    old = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    assert client.get("/account/second-factor/recovery/new/").status_code == 200
    client.post("/account/second-factor/recovery/new/")
    new = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    assert not set(old) & set(new)
    assert Entry.objects.filter(action="second_factor.renewed").exists()


def test_secrets_are_sealed_in_the_database(lan: User, hand: Any) -> None:
    secret = hand.with_app(lan)
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    recovery = Authenticator.objects.get(type="recovery_codes")
    assert not [code for code in recovery.wrap().generate_codes() if code in stored]


def test_a_secret_that_cannot_be_opened_fits_no_code(lan: User, hand: Any) -> None:
    assert get_adapter().decrypt("AAAA") != get_adapter().decrypt("AAAA")
    assert len(get_adapter().decrypt("")) == 32
    assert get_adapter().decrypt(get_adapter().encrypt("x")) == "x"


def test_the_names_in_the_settings_are_the_roles() -> None:
    assert list(ROLE_NAMES) == list(Role.values)
    assert set(SECOND_FACTOR_ROLES) < set(ROLE_NAMES)


@pytest.mark.parametrize("role", Role.values)
def test_roles_that_can_change_what_others_see_need_a_second_factor(
    cast: dict[str, User], role: str
) -> None:
    assert second_factor.required_of(cast[role]) == (role in SECOND_FACTOR_ROLES)
    national = create_staff(f"national {role}", PASSWORD, role)
    assert second_factor.required_of(national) == (role in SECOND_FACTOR_ROLES)


def test_after_the_days_of_grace_only_the_set_up_opens(binh: User, hand: Any, hands: Any) -> None:
    client = Client()
    first_step(client, binh)
    page = hand.words(client.get("/account/"))
    assert "Cài lớp bảo vệ thứ hai" in page
    assert "22/08/2020 13:24" in page
    assert client.get("/api-keys/").status_code == 200
    hands.advance(7 * DAY_S - 60)
    client = Client()
    first_step(client, binh)
    assert client.get("/api-keys/").status_code == 200
    hands.advance(60)
    for path in ("/api-keys/", "/account/", "/audit/", "/", "/account/staff/"):
        assert client.get(path)["Location"] == "/account/second-factor/", path
    assert client.post("/account/password/")["Location"] == "/account/second-factor/"
    assert client.get("/account/second-factor/").status_code == 200
    _secret, response = set_up(client, hand)
    assert response.status_code == 302
    assert client.get("/api-keys/").status_code == 200


def test_signing_out_and_the_language_work_without_the_factor(binh: User, hands: Any) -> None:
    client = Client()
    first_step(client, binh)
    hands.advance(7 * DAY_S)
    client = Client()
    first_step(client, binh)
    response = client.post("/language/", {"language": "vi", "next": "/account/second-factor/"})
    assert response.cookies["language"].value == "vi"
    assert client.post("/sign-out/")["Location"] == "/sign-in/"


def test_the_grace_runs_from_the_first_sign_in_and_does_not_start_anew(
    binh: User, hands: Any
) -> None:
    first = hands.now
    for _ in range(3):
        first_step(Client(), binh)
        hands.advance(3 * DAY_S)
    binh.refresh_from_db()
    assert binh.first_sign_in_at == first
    client = Client()
    first_step(client, binh)
    assert client.get("/api-keys/")["Location"] == "/account/second-factor/"


def test_the_demand_returns_when_the_factor_goes(binh: User, hand: Any, hands: Any) -> None:
    client = Client()
    first_step(client, binh)
    set_up(client, hand)
    hands.advance(8 * DAY_S)
    secret = Authenticator.objects.get(type="totp").wrap()
    assert secret is not None
    Authenticator.objects.all().delete()
    client = Client()
    first_step(client, binh)
    assert client.get("/api-keys/")["Location"] == "/account/second-factor/"


def test_an_installation_may_choose_the_roles_and_the_days(
    lan: User, binh: User, settings: Any
) -> None:
    settings.BLUEZONE_SECOND_FACTOR_ROLES = frozenset({"health_worker"})
    settings.BLUEZONE_SECOND_FACTOR_GRACE_S = 0
    client = Client()
    first_step(client, lan)
    assert client.get("/cases/")["Location"] == "/account/second-factor/"
    client = Client()
    first_step(client, binh)
    assert client.get("/api-keys/").status_code == 200


def test_no_page_asks_the_database_about_the_factor(
    binh: User, hand: Any, django_assert_num_queries: Any
) -> None:
    client = hand.browser_of(binh)
    with django_assert_num_queries(2):  # session, user
        assert client.get("/account/password/").status_code == 200


def test_a_passkey_that_is_none_is_refused(lan: User, hand: Any) -> None:
    client = Client()
    first_step(client, lan)
    assert client.get("/account/second-factor/passkeys/new/").status_code == 200
    for value in ("", "x", "{}", '{"id": 1}', "[]", "null", '{"type":"public-key","id":"AA"}'):
        response = client.post(
            "/account/second-factor/passkeys/new/", {"name": "x", "credential": value}
        )
        assert response.status_code == 200, value
    assert not Authenticator.objects.exists()


def test_somebody_elses_passkey_does_not_exist(lan: User, minh: User, hand: Any) -> None:
    mine = Authenticator.objects.create(user=minh, type="webauthn", data={"name": "x"})
    client = Client()
    first_step(client, lan)
    for word in ("name", "remove"):
        path = f"/account/second-factor/passkeys/{mine.pk}/{word}/"
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


def test_the_days_of_grace_run_from_the_role_that_needs_a_factor(
    member: Any, units: Any, hand: Any, hands: Any
) -> None:
    """Whoever walked from door to door for a year and becomes a manager gets them, too."""
    user = member("an", "team_member")
    Client().post("/sign-in/", {"username": "an", "password": PASSWORD})
    hands.advance(365 * 86_400)
    create_member(User.objects.get(pk=user.pk), units["vn2020.30"], "unit_manager")
    client = Client()
    client.post("/sign-in/", {"username": "an", "password": PASSWORD})
    assert client.get("/account/").status_code == 200
    hands.advance(8 * 86_400)
    later = Client()
    later.post("/sign-in/", {"username": "an", "password": PASSWORD})
    assert later.get("/account/")["Location"] == "/account/second-factor/"


def test_a_first_step_made_with_the_old_password_leads_nowhere_after_a_new_one(
    member: Any, binh: User, hand: Any
) -> None:
    """A link for a password takes factors away: not for whoever waits at the second step."""
    user = member("an", "unit_manager")
    secret = hand.with_app(user)
    thief = Client()
    thief.post("/sign-in/", {"username": "an", "password": PASSWORD})
    row = invitations.renew(binh, user, now=clock.desk_now(), rng=Random(1)).row
    invitations.choose_password(row, "sau bay tam chin muoi", now=clock.desk_now())
    step = "/account/second-factor/step/"
    assert thief.get(step)["Location"] == "/account/sign-in/"
    assert thief.post(step, {"code": hand.code_of(secret)})["Location"] == "/account/sign-in/"
    assert thief.get("/account/")["Location"].startswith("/sign-in/")


def test_an_account_closed_between_the_steps_stays_closed(
    member: Any, binh: User, hand: Any
) -> None:
    user = member("an", "unit_manager")
    secret = hand.with_app(user)
    client = Client()
    client.post("/sign-in/", {"username": "an", "password": PASSWORD})
    people.close_account(binh, user)
    client.post("/account/second-factor/step/", {"code": hand.code_of(secret)})
    assert client.get("/account/")["Location"].startswith("/sign-in/")
