import json
from pathlib import Path

import pytest

from bluezone.keyserver.environment import load_settings
from bluezone.keyserver.errors import SettingsError
from bluezone.keyserver.settings import (
    Authority,
    ExportSettings,
    KeyServerSettings,
    PublishLimits,
)

PREFIX = "BLUEZONE_KEYSERVER_"


def test_the_defaults_are_those_of_the_specification() -> None:
    limits, export = PublishLimits(), ExportSettings()
    assert (limits.body_bytes, limits.max_keys, limits.max_same_start) == (64_000, 30, 3)
    assert (limits.max_age_s, limits.window_s) == (360 * 3600, 3600)
    assert (limits.onset_accepted_days, limits.onset_default_days) == (28, 4)
    assert limits.onset_span_days == 14
    assert (export.min_keys, export.min_keys_spread, export.max_keys) == (1000, 100, 500_000)
    assert (export.settle_s, export.retention_s) == (7200, 336 * 3600)
    assert (export.hourly_s, export.daily_s) == (3600, 86400)


def test_an_empty_environment_gives_one_machine_in_the_home_folder(tmp_path: Path) -> None:
    settings = load_settings({"BLUEZONE_HOME": str(tmp_path)})
    assert settings == KeyServerSettings(home=tmp_path / "keyserver")
    authority = settings.authorities[0]
    assert authority.keys == "http://127.0.0.1:8000/.well-known/jwks.json"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)


def test_every_setting_can_be_given(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "BLUEZONE_HOME": str(tmp_path),
            PREFIX + "DATABASE_URL": "postgresql+psycopg://db/bluezone",
            PREFIX + "EXPORT_URL": "s3://bucket/export",
            PREFIX + "PORT": "9090",
            PREFIX + "REGION": "LA",
            PREFIX + "HEALTH_AUTHORITY_ID": "la.bluezone",
            PREFIX + "CERTIFICATE_ISSUER": "la.portal",
            PREFIX + "CERTIFICATE_AUDIENCE": "la.keyserver",
            PREFIX + "AUTHORITY_KEYS": "/etc/desk.pem",
            PREFIX + "MAX_KEYS": "20",
            PREFIX + "EXPORT_MIN_KEYS": "50",
            PREFIX + "EXPORT_NAME": "{start}-{end}-{number}.zip",
        }
    )
    assert settings.resolved_database_url == "postgresql+psycopg://db/bluezone"
    assert settings.authorities == (
        Authority("la.bluezone", "la.portal", "la.keyserver", "/etc/desk.pem", "LA"),
    )
    assert (settings.port, settings.limits.max_keys, settings.export.min_keys) == (9090, 20, 50)


def test_several_authorities_come_from_a_file(tmp_path: Path) -> None:
    rows = [{"health_authority_id": "a", "region": "VN"}, {"health_authority_id": "b"}]
    (tmp_path / "authorities.json").write_text(json.dumps(rows))
    environ = {PREFIX + "AUTHORITIES_FILE": str(tmp_path / "authorities.json")}
    assert [one.health_authority_id for one in load_settings(environ).authorities] == ["a", "b"]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '[{"x": 1}]', "[1]", '[{"region": 1}]', "[{}, {}]"]
)
def test_a_broken_list_of_authorities_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "authorities.json").write_text(content)
    with pytest.raises(SettingsError):
        load_settings({PREFIX + "AUTHORITIES_FILE": str(tmp_path / "authorities.json")})
    with pytest.raises(SettingsError):
        load_settings({PREFIX + "AUTHORITIES_FILE": str(tmp_path / "none.json")})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_KYES", "20"),
        ("PORT", "eighty"),
        ("MAX_KEYS", "-1"),
        ("MAX_KEYS", "1_0"),
        ("EXPORT_RETENTION_S", str(240 * 3600 - 1)),
        ("EXPORT_HOURLY_S", "7000"),
        ("EXPORT_HOURLY_S", "0"),
        ("EXPORT_DAILY_S", "172800"),
        ("EXPORT_MAX_KEYS", "0"),
        ("EXPORT_NAME", "same.zip"),
        ("EXPORT_NAME", "{start}-{number}.txt"),
        ("EXPORT_NAME", "../{start}-{number}.zip"),
        ("EXPORT_NAME", "{secret}.zip"),
        ("EXPORT_NAME", "é{start}{number}.zip"),
        ("REGION", "../x"),
        ("REGION", "ELEVENCHARS"),
    ],
)
def test_a_wrong_setting_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({PREFIX + name: value})
    assert refused.value.code == "invalid_settings"


def test_a_retention_of_240_hours_is_allowed() -> None:
    assert ExportSettings(retention_s=240 * 3600).retention_s == 864_000


def test_a_database_password_is_not_in_the_repr(tmp_path: Path) -> None:
    settings = KeyServerSettings(home=tmp_path, database_url="postgresql://u:SECRET@db/x")
    assert "SECRET" not in repr(settings)
