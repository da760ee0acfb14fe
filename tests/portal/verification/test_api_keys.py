"""API keys: made, shown once, revoked, found again."""

import shutil
from pathlib import Path
from random import Random

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from bluezone.portal.audit.models import Entry
from bluezone.portal.verification.api_keys import (
    authenticate,
    create_api_key,
    ensure_default_keys,
    new_key,
)
from bluezone.portal.verification.errors import UnauthorizedError
from bluezone.portal.verification.models import ApiKey

NOW = 1_597_472_640


def test_the_first_migration_leaves_a_device_and_an_admin_key_that_work(
    device_key: str, admin_key: str, keys_folder: Path
) -> None:
    assert authenticate(device_key, "device").name == "default device"
    assert authenticate(admin_key, "admin").name == "default admin"
    for name in ("device-api-key", "admin-api-key"):
        assert (keys_folder / name).stat().st_mode & 0o077 == 0


def test_a_second_migration_makes_no_more_keys(keys_folder: Path, rng: Random) -> None:
    assert ensure_default_keys(keys_folder, now=NOW, rng=rng) == []


def test_a_new_database_takes_the_keys_of_the_files(
    keys_folder: Path, device_key: str, rng: Random
) -> None:
    ApiKey.objects.all().delete()
    assert len(ensure_default_keys(keys_folder, now=NOW, rng=rng)) == 2
    assert authenticate(device_key, "device").pk


def test_keys_that_are_managed_by_hand_are_left_alone(
    tmp_path: Path, rng: Random, db: None
) -> None:
    assert ensure_default_keys(tmp_path, now=NOW, rng=rng) == []
    assert list(tmp_path.iterdir()) == []


def test_a_revoked_default_key_stays_revoked(
    keys_folder: Path, device_key: str, rng: Random
) -> None:
    ApiKey.objects.update(revoked_at=NOW)
    ensure_default_keys(keys_folder, now=NOW, rng=rng)
    with pytest.raises(UnauthorizedError):
        authenticate(device_key, "device")


def test_an_unreadable_key_file_does_not_let_anybody_in(
    keys_folder: Path, tmp_path: Path, rng: Random, db: None
) -> None:
    shutil.copy(keys_folder / "device-api-key", tmp_path / "device-api-key")
    (tmp_path / "device-api-key").chmod(0o600)
    (tmp_path / "device-api-key").write_bytes(b"\xff\xfe")
    ensure_default_keys(tmp_path, now=NOW, rng=rng)
    with pytest.raises(UnauthorizedError):
        authenticate("\ufffd\ufffd", "device")


def test_a_key_is_64_random_bytes_with_realm_and_signature(db: None, rng: Random) -> None:
    secret, realm, signature = new_key(rng).split(".")
    assert (len(secret), realm, len(signature)) == (86, "vn", 86)


def test_a_key_that_was_changed_is_refused_without_asking_the_database(
    device_key: str, django_assert_num_queries: object
) -> None:
    changed = ("B" if device_key[0] == "A" else "A") + device_key[1:]
    with django_assert_num_queries(0), pytest.raises(UnauthorizedError):  # type: ignore[operator]
        authenticate(changed, "device")


def test_the_database_holds_no_key(db: None, rng: Random) -> None:
    row, value = create_api_key("Lab", "admin", actor="binh", now=NOW, rng=rng)
    assert value not in str(ApiKey.objects.filter(pk=row.pk).values())
    assert value not in str(list(Entry.objects.values()))


def test_an_administrator_makes_a_key_sees_it_once_and_revokes_it(office: Client) -> None:
    response = office.post("/api-keys/", {"name": "Lab Hải Dương", "kind": "admin"})
    html = BeautifulSoup(response.content, "html.parser")
    shown = html.select_one(".secret code")
    assert shown is not None
    key = authenticate(shown.text, "admin")
    assert shown.text not in office.get("/api-keys/").content.decode()
    assert office.post(f"/api-keys/{key.pk}/revoke/").status_code == 302
    with pytest.raises(UnauthorizedError):
        authenticate(shown.text, "admin")
    office.post(f"/api-keys/{key.pk}/revoke/")
    assert Entry.objects.filter(action="api_key.revoked", actor="binh").count() == 1


@pytest.mark.parametrize(
    "data", [{"name": "", "kind": "admin"}, {"name": "x", "kind": "root"}, {"name": "x"}]
)
def test_a_key_without_name_or_kind_is_refused(office: Client, data: dict[str, str]) -> None:
    before = ApiKey.objects.count()
    assert office.post("/api-keys/", data).status_code == 422
    assert ApiKey.objects.count() == before


def test_revoking_what_does_not_exist_is_a_404(office: Client) -> None:
    assert office.post("/api-keys/99999/revoke/").status_code == 404


def test_a_health_worker_can_make_no_key(desk: Client) -> None:
    assert desk.post("/api-keys/", {"name": "x", "kind": "admin"}).status_code == 403
