import base64
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from bluezone.keyserver.errors import InvalidRevisionTokenError, SettingsError
from bluezone.keyserver.publish.accepted import AcceptedKey, accept_tek
from bluezone.keyserver.publish.revision_token import TokenSealer, create_sealing_key
from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.scheme import Scheme

ENTROPY = Random(3).randbytes


def accepted(number: int) -> AcceptedKey:
    return accept_tek(DiagnosisKey(number.to_bytes(16, "big"), 2_660_000 + number, 144, 1), 0)


@pytest.fixture
def sealer(tmp_path: Path) -> TokenSealer:
    create_sealing_key(tmp_path / "sealing.key", ENTROPY)
    return TokenSealer.open(tmp_path / "sealing.key")


def test_a_token_lists_every_key_with_its_interval(sealer: TokenSealer) -> None:
    keys = [accepted(number) for number in range(14)]
    token = sealer.seal(keys, {}, scheme=Scheme.EN, entropy=ENTROPY)
    listed = sealer.unseal(token, scheme=Scheme.EN)
    assert listed == {key.key_id: (key.start, key.period) for key in keys}


def test_a_token_is_opaque_and_never_the_same(sealer: TokenSealer) -> None:
    tokens = [sealer.seal([accepted(1)], {}, scheme=Scheme.EN, entropy=ENTROPY) for _ in range(2)]
    assert tokens[0] != tokens[1]
    assert accepted(1).key_id not in base64.b64decode(tokens[0])


def test_a_new_token_keeps_what_the_old_one_listed(sealer: TokenSealer) -> None:
    old = sealer.seal([accepted(1)], {}, scheme=Scheme.EN, entropy=ENTROPY)
    listed = sealer.unseal(old, scheme=Scheme.EN)
    new = sealer.seal([accepted(2)], listed, scheme=Scheme.EN, entropy=ENTROPY)
    assert set(sealer.unseal(new, scheme=Scheme.EN)) == {accepted(1).key_id, accepted(2).key_id}


def test_a_token_never_grows_without_end(sealer: TokenSealer) -> None:
    listed = {number.to_bytes(16, "big"): (number, 144) for number in range(500)}
    token = sealer.seal([accepted(999)], listed, scheme=Scheme.EN, entropy=ENTROPY)
    found = sealer.unseal(token, scheme=Scheme.EN)
    assert len(found) == 90
    assert accepted(999).key_id in found


def test_a_token_of_one_scheme_does_not_open_in_the_other(sealer: TokenSealer) -> None:
    token = sealer.seal([accepted(1)], {}, scheme=Scheme.EN, entropy=ENTROPY)
    with pytest.raises(InvalidRevisionTokenError):
        sealer.unseal(token, scheme=Scheme.BLUEZONE)


def test_a_token_of_another_server_does_not_open(sealer: TokenSealer, tmp_path: Path) -> None:
    create_sealing_key(tmp_path / "other.key", ENTROPY)
    token = TokenSealer.open(tmp_path / "other.key").seal(
        [accepted(1)], {}, scheme=Scheme.EN, entropy=ENTROPY
    )
    with pytest.raises(InvalidRevisionTokenError):
        sealer.unseal(token, scheme=Scheme.EN)


def test_a_changed_byte_anywhere_is_noticed(sealer: TokenSealer) -> None:
    raw = base64.b64decode(sealer.seal([accepted(1)], {}, scheme=Scheme.EN, entropy=ENTROPY))
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(InvalidRevisionTokenError):
            sealer.unseal(base64.b64encode(changed).decode(), scheme=Scheme.EN)


@given(st.text(max_size=80))
def test_any_text_is_refused_with_our_error(text: str) -> None:
    with pytest.raises(InvalidRevisionTokenError):
        TokenSealer(AESGCM(bytes(32))).unseal(text, scheme=Scheme.EN)


def test_the_sealing_key_is_the_owners_alone_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "sealing.key"
    create_sealing_key(path, ENTROPY)
    before = path.read_bytes()
    create_sealing_key(path, ENTROPY)
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert repr(before)[2:-1] not in repr(TokenSealer.open(path))


def test_a_missing_or_broken_sealing_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="bluezone migrate"):
        TokenSealer.open(tmp_path / "none.key")
    (tmp_path / "short.key").write_bytes(b"x")
    with pytest.raises(SettingsError, match="1 bytes"):
        TokenSealer.open(tmp_path / "short.key")
