"""Settings from the environment."""

from pathlib import Path

import pytest

from bluezone.portal import environment
from bluezone.portal.database import database_from_url
from bluezone.portal.errors import InvalidSettingError


def test_the_home_of_the_portal_lies_below_the_home_of_bluezone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BLUEZONE_HOME", str(tmp_path))
    assert environment.home() == tmp_path / "portal"
    monkeypatch.delenv("BLUEZONE_HOME")
    assert environment.home() == Path.home() / ".bluezone" / "portal"


@pytest.mark.parametrize("value", ["", "-1", "1.5", "nine", "0", "61", "١٥"])
def test_a_wrong_number_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("BLUEZONE_PORTAL_SHORT_CODE_MINUTES", value or "x")
    with pytest.raises(InvalidSettingError, match="SHORT_CODE_MINUTES") as caught:
        environment.number("SHORT_CODE_MINUTES", 15, low=1, high=60)
    assert caught.value.code == "invalid_setting"
    assert f" {value or 'x'} " not in f" {caught.value} "


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("No", False), ("", True)])
def test_a_flag_is_a_word(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("BLUEZONE_PORTAL_X", value)
    assert environment.flag("X", default=True) is expected


def test_another_word_is_no_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUEZONE_PORTAL_X", "maybe")
    with pytest.raises(InvalidSettingError):
        environment.flag("X", default=True)


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    database = database_from_url("", home=tmp_path)
    assert database["NAME"] == tmp_path / "portal.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in database["OPTIONS"]["init_command"]
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_postgresql_is_named_by_its_address(tmp_path: Path) -> None:
    url = "postgresql://lan:m%40t@db.example:5433/portal"
    database = database_from_url(url, home=tmp_path)
    assert (database["NAME"], database["USER"], database["PASSWORD"]) == ("portal", "lan", "m@t")
    assert (database["HOST"], database["PORT"]) == ("db.example", "5433")


def test_an_address_may_name_a_socket_and_options_of_libpq(tmp_path: Path) -> None:
    url = "postgresql://lan@/portal?host=/run/postgresql&sslmode=verify-full"
    database = database_from_url(url, home=tmp_path)
    assert database["HOST"] == "/run/postgresql"
    assert database["OPTIONS"] == {"connect_timeout": 10, "sslmode": "verify-full"}


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a:secret@b/c",
        "postgresql://a:secret@b",
        "postgresql://a:secret@b:port/c",
        "postgresql://a:secret@b/c?options=-c%20x",
        "postgresql://a:secret@b/c?sslmode",
        "secret",
    ],
)
def test_another_address_is_refused_without_being_shown(url: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidSettingError) as caught:
        database_from_url(url, home=tmp_path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://portal.example", "portal.example"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "[::1]"),
    ],
)
def test_the_host_of_the_public_address_is_answered(url: str, host: str) -> None:
    assert environment.host_of(url) == host


@pytest.mark.parametrize("url", ["", "portal.example", "ftp://portal.example", "https://"])
def test_a_public_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettingError, match="PUBLIC_URL"):
        environment.host_of(url)
