"""Secrets: made once, private, refused when they are open to others."""

import stat
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bluezone.portal import keyring, secret_files
from bluezone.portal.errors import MissingSecretError, UnsafeSecretError


def test_the_first_time_makes_every_secret_and_the_second_none(tmp_path: Path) -> None:
    made = secret_files.make_missing(tmp_path / "keys", Random(1))
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    assert sorted(made) == sorted(before)
    assert secret_files.make_missing(tmp_path / "keys", Random(2)) == []
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before


def test_every_secret_is_for_its_owner_only(tmp_path: Path) -> None:
    secret_files.make_missing(tmp_path / "keys", Random(1))
    for path in [tmp_path / "keys", *(tmp_path / "keys").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret_files.make_missing(tmp_path, Random(1))
    (tmp_path / secret_files.CODE).chmod(0o640)
    with pytest.raises(UnsafeSecretError, match="chmod 600"):
        secret_files.secret(tmp_path, secret_files.CODE)


def test_a_missing_secret_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingSecretError, match="bluezone migrate"):
        secret_files.secret(tmp_path, secret_files.CODE)


@pytest.mark.parametrize("content", [b"", b"not base64!", b"AAAA"])
def test_a_damaged_secret_is_refused_without_being_shown(tmp_path: Path, content: bytes) -> None:
    secret_files.write_private(tmp_path / secret_files.CODE, content)
    with pytest.raises(UnsafeSecretError) as caught:
        secret_files.secret(tmp_path, secret_files.CODE)
    assert not content or content.decode() not in str(caught.value)


def test_a_signing_key_must_be_on_p256(tmp_path: Path) -> None:
    secret_files.write_private(tmp_path / "x.pem", b"-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(UnsafeSecretError):
        secret_files.signing_key(tmp_path, "x.pem")


def test_a_signing_key_hides_itself_and_keeps_its_id(tmp_path: Path) -> None:
    secret_files.make_missing(tmp_path, Random(1))
    first = secret_files.signing_key(tmp_path, secret_files.TOKEN_SIGNING)
    secret_files.forget()
    again = secret_files.signing_key(tmp_path, secret_files.TOKEN_SIGNING)
    assert first.kid == again.kid
    assert len(first.kid) == 16
    assert "object at" not in repr(first)


def test_the_same_value_has_another_hmac_for_another_purpose(keys_folder: Path) -> None:
    values = {
        keyring.fingerprint(name, "12345678")
        for name in (secret_files.CODE, secret_files.PHONE, secret_files.API_KEY)
    }
    assert len(values) == 3


def test_sealed_bytes_open_for_their_purpose_only(keys_folder: Path, rng: Random) -> None:
    sealed = keyring.seal(b"0912345678", purpose="a", rng=rng)
    assert keyring.unseal(sealed, purpose="a") == b"0912345678"
    assert keyring.unseal(sealed, purpose="b") is None
    assert b"0912345678" not in sealed


@hypothesis_settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.binary(max_size=80))
def test_bytes_that_we_did_not_seal_are_nothing(keys_folder: Path, content: bytes) -> None:
    assert keyring.unseal(content, purpose="a") is None
