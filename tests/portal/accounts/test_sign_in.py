"""Signing in, being slowed down, and sessions that end."""

import io
import unicodedata
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import identify_hasher, make_password
from django.core import signing
from django.core.management import CommandError, call_command
from django.test import Client

from bluezone.portal.accounts import tallies
from bluezone.portal.accounts.errors import InvalidAccountError, TooManyTriesError
from bluezone.portal.accounts.models import Role, Tally, User
from bluezone.portal.accounts.permissions import ALLOWED, Permission, may
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.accounts.tallies import Limit
from bluezone.portal.audit.models import Entry

PASSWORD = "mot hai ba bon nam"


def try_to_sign_in(client: Client, username: str, password: str, **extra: str) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password, **extra})


def test_a_health_worker_starts_at_the_cases(stranger: Client, lan: User) -> None:
    response = try_to_sign_in(stranger, "lan", PASSWORD)
    assert response["Location"] == "/cases/"
    assert stranger.get("/cases/").status_code == 200
    assert Entry.objects.filter(action="session.started", actor="lan").exists()


def test_an_administrator_starts_at_the_api_keys(stranger: Client, binh: User) -> None:
    assert try_to_sign_in(stranger, "binh", PASSWORD)["Location"] == "/api-keys/"


def test_whoever_wanted_a_page_gets_it_after_signing_in(stranger: Client, lan: User) -> None:
    response = try_to_sign_in(stranger, "lan", PASSWORD, next="/cases/new/")
    assert response["Location"] == "/cases/new/"


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example/x"])
def test_nobody_is_led_away_after_signing_in(stranger: Client, lan: User, following: str) -> None:
    assert try_to_sign_in(stranger, "lan", PASSWORD, next=following)["Location"] == "/cases/"


@pytest.mark.parametrize(("name", "password"), [("lan", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_name_looks_like_a_wrong_password(
    stranger: Client, lan: User, name: str, password: str
) -> None:
    response = try_to_sign_in(stranger, name, password)
    assert response.status_code == 422
    assert "invalid_credentials" in response.content.decode()
    assert password not in response.content.decode()


def test_an_account_that_was_closed_lets_nobody_in(stranger: Client, lan: User) -> None:
    User.objects.update(is_active=False)
    assert try_to_sign_in(stranger, "lan", PASSWORD).status_code == 422


def test_ten_wrong_tries_close_the_name_for_half_an_hour(
    stranger: Client, lan: User, minh: User, hands: Any
) -> None:
    for _ in range(10):
        assert try_to_sign_in(stranger, "LAN", "wrong").status_code == 422
    response = try_to_sign_in(stranger, "lan", PASSWORD)
    assert response.status_code == 429
    assert "too_many_requests" in response.content.decode()
    assert try_to_sign_in(stranger, "minh", PASSWORD).status_code == 302
    hands.advance(30 * 60)
    assert try_to_sign_in(Client(), "lan", PASSWORD).status_code == 302


def test_nobody_is_locked_out_by_strangers_where_they_signed_in_before(
    lan: User, hands: Any
) -> None:
    """Ten tries each half hour would otherwise keep a minister out for ever."""
    own = Client()
    assert try_to_sign_in(own, "lan", PASSWORD).status_code == 302
    own.post("/sign-out/")
    for _ in range(10):
        try_to_sign_in(Client(), "lan", "wrong")
    assert try_to_sign_in(Client(), "lan", PASSWORD).status_code == 429
    assert try_to_sign_in(own, "lan", PASSWORD).status_code == 302
    own.post("/sign-out/")
    for _ in range(4):
        for place in range(10):
            try_to_sign_in(Client(), f"nobody {place}", "wrong")
    assert try_to_sign_in(Client(), "minh", PASSWORD).status_code == 429
    assert try_to_sign_in(own, "lan", PASSWORD).status_code == 302


def test_a_browser_that_knows_a_name_has_ten_tries_of_its_own(lan: User, minh: User) -> None:
    own = Client()
    assert try_to_sign_in(own, "lan", PASSWORD).status_code == 302
    own.post("/sign-out/")
    for _ in range(10):
        assert try_to_sign_in(own, "lan", "wrong").status_code == 422
    assert try_to_sign_in(own, "lan", PASSWORD).status_code == 429
    # Its owner is not shut out elsewhere, and the note is no key to other names.
    assert try_to_sign_in(Client(), "lan", PASSWORD).status_code == 302
    for _ in range(10):
        try_to_sign_in(Client(), "minh", "wrong")
    assert try_to_sign_in(own, "minh", PASSWORD).status_code == 429


def test_the_note_of_a_known_browser_says_nobodys_name_and_cannot_be_made(lan: User) -> None:
    own, name = Client(), django_settings.BLUEZONE_KNOWN_COOKIE
    try_to_sign_in(own, "lan", PASSWORD)
    note = own.cookies[name]
    assert note["httponly"]
    assert note["samesite"] == "Lax"
    assert "lan" not in str(signing.loads(note.value, salt="known browser"))
    for forged in ("", "x", note.value[:-1] + "A", signing.dumps({"number": "1", "marks": []})):
        thief = Client()
        thief.cookies[name] = forged
        for _ in range(10):
            try_to_sign_in(Client(), "lan", "wrong")
        assert try_to_sign_in(thief, "lan", PASSWORD).status_code == 429


def test_a_name_is_taken_in_either_form_of_unicode(db: None) -> None:
    """Some keyboards send ư and its accent apart."""
    create_staff("trưởng", PASSWORD)
    typed = unicodedata.normalize("NFD", "trưởng")
    assert try_to_sign_in(Client(), typed, PASSWORD).status_code == 302


def test_signing_in_forgives_earlier_mistakes(stranger: Client, lan: User) -> None:
    for _ in range(9):
        try_to_sign_in(stranger, "lan", "wrong")
    assert try_to_sign_in(stranger, "lan", PASSWORD).status_code == 302
    for _ in range(9):
        assert try_to_sign_in(Client(), "lan", "wrong").status_code == 422


def test_fifty_wrong_tries_close_the_address(stranger: Client, lan: User) -> None:
    for number in range(50):
        try_to_sign_in(stranger, f"name{number}", "wrong")
    assert try_to_sign_in(stranger, "lan", PASSWORD).status_code == 429


def test_the_header_of_a_proxy_counts_only_when_there_is_one(
    stranger: Client, lan: User, settings: Any
) -> None:
    def from_address(address: str, name: str) -> int:
        data = {"username": name, "password": "wrong"}
        headers = {"X-Forwarded-For": f"198.51.100.1, {address}"}
        status: int = stranger.post("/sign-in/", data, headers=headers).status_code
        return status

    settings.BLUEZONE_TRUSTED_PROXIES = 1
    for number in range(50):
        from_address("203.0.113.7", f"name{number}")
    assert from_address("203.0.113.7", "x") == 429
    assert from_address("203.0.113.8", "x") == 422


def test_tallies_keep_neither_name_nor_address(stranger: Client, lan: User) -> None:
    try_to_sign_in(stranger, "lan", "wrong")
    keys = list(Tally.objects.values_list("key_hmac", flat=True))
    assert len(keys) == 2
    assert all(len(key) == 64 and "lan" not in key for key in keys)


def test_a_session_ends_after_twenty_minutes_without_a_hand(desk: Client, hands: Any) -> None:
    hands.advance(20 * 60 - 1)
    assert desk.get("/cases/").status_code == 200
    hands.advance(20 * 60)
    assert desk.get("/cases/").status_code == 302


def test_a_session_ends_after_twenty_hours_however_busy(desk: Client, hands: Any) -> None:
    for _ in range(79):
        hands.advance(15 * 60)
        assert desk.get("/cases/").status_code == 200
    hands.advance(15 * 60)
    assert desk.get("/cases/").status_code == 302


def test_signing_out_ends_the_session(desk: Client) -> None:
    assert desk.get("/sign-out/").status_code == 405
    assert desk.post("/sign-out/")["Location"] == "/sign-in/"
    assert desk.get("/cases/").status_code == 302


def test_passwords_are_hashed_with_argon2(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert identify_hasher(make_password(PASSWORD)).algorithm == "argon2"
    from bluezone.portal import settings as ours  # noqa: PLC0415 - the file itself

    assert ours.PASSWORD_HASHERS == settings.PASSWORD_HASHERS


def test_cookies_are_not_for_scripts() -> None:
    assert django_settings.SESSION_COOKIE_HTTPONLY
    assert django_settings.CSRF_COOKIE_HTTPONLY
    assert django_settings.SESSION_COOKIE_SAMESITE == "Lax"


@pytest.mark.parametrize(
    ("username", "password", "role"),
    [
        ("lan", "short", "health_worker"),
        ("lan", "qwertyuiop123", "health_worker"),
        ("nguyenthilan", "nguyenthilan1", "health_worker"),
        ("lan", PASSWORD, "king"),
        ("", PASSWORD, "health_worker"),
        ("x" * 65, PASSWORD, "health_worker"),
    ],
    ids=["short", "common", "like the name", "role", "no name", "long name"],
)
def test_a_weak_or_wrong_account_is_refused(
    db: None, username: str, password: str, role: str
) -> None:
    with pytest.raises(InvalidAccountError) as caught:
        create_staff(username, password, role)
    assert caught.value.code == "invalid_account"
    assert not User.objects.exists()


def test_a_name_is_taken_once(lan: User) -> None:
    with pytest.raises(InvalidAccountError):
        create_staff("lan", PASSWORD)
    assert User.objects.count() == 1


def test_the_command_makes_an_account_without_a_password_argument(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUEZONE_PORTAL_PASSWORD", PASSWORD)
    out = io.StringIO()
    call_command("createstaff", "hoa", "--role", "administrator", "--language", "en", stdout=out)
    assert "hoa" in out.getvalue()
    assert PASSWORD not in out.getvalue()
    assert User.objects.get().role == Role.ADMINISTRATOR
    monkeypatch.setenv("BLUEZONE_PORTAL_PASSWORD", "short")
    with pytest.raises(CommandError, match="invalid_account"):
        call_command("createstaff", "ha")


def test_every_role_has_permissions_and_none_shares_cases_with_keys() -> None:
    assert set(ALLOWED) == set(Role.values)
    assert not ALLOWED[Role.HEALTH_WORKER] & ALLOWED[Role.ADMINISTRATOR]
    assert set(Permission) == frozenset().union(*ALLOWED.values())


def test_an_inactive_account_may_nothing(lan: User) -> None:
    lan.is_active = False
    assert not any(may(lan, permission) for permission in Permission)


def test_a_clock_that_was_set_back_locks_nobody_out(db: None) -> None:
    limit = Limit("test", count=1, window_s=60)
    tallies.take(limit, "x", now=1_000_000)
    with pytest.raises(TooManyTriesError):
        tallies.take(limit, "x", now=1_000_001)
    tallies.take(limit, "x", now=999_000)


def test_a_growing_wait_never_exceeds_the_window(db: None) -> None:
    limit, now = Limit("test", count=2, window_s=60, growing=True), 1_000_000
    for _ in range(40):
        tallies.fail(limit, "x", now=now)
    with pytest.raises(TooManyTriesError) as caught:
        tallies.check(limit, "x", now=now)
    assert caught.value.retry_after_s == 60
