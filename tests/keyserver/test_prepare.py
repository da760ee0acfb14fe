import stat
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_public_key,
)
from sqlalchemy import inspect

from bluezone.keyserver.errors import SettingsError
from bluezone.keyserver.prepare import prepare
from bluezone.keyserver.secret_file import create_secret_file
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.signing_key import open_signer
from bluezone.keyserver.store.db import open_store

ENTROPY = Random(1).randbytes


def test_a_first_start_makes_tables_and_keys_that_only_the_owner_reads(
    settings: KeyServerSettings,
) -> None:
    prepare(settings, entropy=ENTROPY)
    for path in (settings.signing_key_path, settings.sealing_key_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    public = load_pem_public_key(settings.public_key_path.read_bytes())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert isinstance(public.curve, ec.SECP256R1)
    store = open_store(settings.resolved_database_url)
    assert "published_keys" in inspect(store.reads).get_table_names()
    store.close()


def test_running_it_again_changes_nothing(settings: KeyServerSettings) -> None:
    prepare(settings, entropy=ENTROPY)
    before = [settings.signing_key_path.read_bytes(), settings.sealing_key_path.read_bytes()]
    prepare(settings, entropy=ENTROPY)
    after = [settings.signing_key_path.read_bytes(), settings.sealing_key_path.read_bytes()]
    assert before == after


def test_the_signer_hides_its_key_and_carries_the_configured_names(
    settings: KeyServerSettings,
) -> None:
    prepare(settings, entropy=ENTROPY)
    signer = open_signer(settings)
    assert (signer.key_id, signer.key_version) == ("452", "v1")
    assert "PRIVATE" not in repr(signer)


def other_curve() -> bytes:
    key = ec.generate_private_key(ec.SECP384R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("content", [b"", b"nonsense", other_curve()])
def test_an_unusable_signing_key_stops_the_start(
    content: bytes, settings: KeyServerSettings
) -> None:
    settings.home.mkdir()
    settings.signing_key_path.write_bytes(content)
    with pytest.raises(SettingsError):
        prepare(settings, entropy=ENTROPY)


def test_a_secret_is_never_overwritten(tmp_path: Path) -> None:
    assert create_secret_file(tmp_path / "new" / "key", b"one")
    assert not create_secret_file(tmp_path / "new" / "key", b"two")
    assert (tmp_path / "new" / "key").read_bytes() == b"one"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["key"]
