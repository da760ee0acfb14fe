import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.protocol.en.metadata import (
    Metadata,
    crypt_metadata,
    crypt_with_aemk,
    decode_metadata,
)
from bluezone.protocol.en.tek import Rpi, Tek, derive_aemk, expand_tek
from bluezone.protocol.errors import InvalidKeyError, InvalidMetadataError

BLOCKS = st.binary(min_size=16, max_size=16)
FIELDS = st.builds(
    Metadata,
    version_major=st.integers(0, 3),
    version_minor=st.integers(0, 3),
    confidence=st.integers(0, 3),
    tx_power_dbm=st.integers(-128, 127),
)


def test_all_144_encrypted_metadata_are_the_published_ones(shared: Path) -> None:
    vector = json.loads((shared / "vectors" / "gaen_v1_2_test_vectors.json").read_text())
    tek, plain = Tek(bytes.fromhex(vector["tek"])), bytes.fromhex(vector["metadata"])
    rpis = expand_tek(tek, vector["interval_number"])
    aems = [crypt_metadata(tek, rpi, plain).hex() for rpi in rpis]
    assert aems == [row["aem"] for row in vector["rows"]]
    assert decode_metadata(plain) == Metadata(1, 0, 0, 8)
    assert Metadata(1, 0, 0, 8).encode() == plain


@pytest.mark.parametrize(
    ("first", "confidence"), [(0x40, 0), (0x50, 0), (0x54, 1), (0x58, 2), (0x5C, 3), (0xFF, 3)]
)
def test_confidence_is_read_whatever_the_version_says(first: int, confidence: int) -> None:
    assert decode_metadata(bytes((first, 0, 0, 0))).confidence == confidence


@pytest.mark.parametrize(("confidence", "first"), [(0, 0x50), (1, 0x54), (2, 0x58), (3, 0x5C)])
def test_version_1_1_sends_the_documented_first_byte(confidence: int, first: int) -> None:
    assert Metadata(1, 1, confidence, -12).encode() == bytes((first, 0xF4, 0, 0))


@given(FIELDS)
def test_metadata_survives_encoding(metadata: Metadata) -> None:
    assert decode_metadata(metadata.encode()) == metadata


@given(st.binary(min_size=4, max_size=4))
def test_reserved_bits_and_bytes_are_ignored(plain: bytes) -> None:
    kept = bytes((plain[0] & 0xFC, plain[1], 0, 0))
    assert decode_metadata(plain).encode() == kept


@given(BLOCKS, BLOCKS, st.binary(min_size=4, max_size=4))
def test_encryption_is_its_own_inverse(tek: bytes, rpi: bytes, plain: bytes) -> None:
    secret = crypt_metadata(Tek(tek), Rpi(rpi), plain)
    assert crypt_metadata(Tek(tek), Rpi(rpi), secret) == plain
    assert crypt_with_aemk(derive_aemk(Tek(tek)), Rpi(rpi), plain) == secret


@given(st.binary(max_size=32).filter(lambda data: len(data) != 4))
def test_another_length_than_four_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidMetadataError):
        decode_metadata(data)
    with pytest.raises(InvalidMetadataError):
        crypt_metadata(Tek(bytes(16)), Rpi(bytes(16)), data)


@pytest.mark.parametrize(("tek", "rpi"), [(15, 16), (16, 15), (16, 12), (32, 16)])
def test_keys_and_identifiers_of_another_length_are_refused(tek: int, rpi: int) -> None:
    with pytest.raises(InvalidKeyError):
        crypt_metadata(Tek(bytes(tek)), Rpi(bytes(rpi)), bytes(4))


@pytest.mark.parametrize(
    "fields",
    [(4, 0, 0, 0), (0, 4, 0, 0), (0, 0, 4, 0), (-1, 0, 0, 0), (1, 1, 0, 128), (1, 1, 0, -129)],
)
def test_a_field_that_does_not_fit_is_refused(fields: tuple[int, int, int, int]) -> None:
    with pytest.raises(InvalidMetadataError):
        Metadata(*fields).encode()


@pytest.mark.parametrize(
    ("tx_power_dbm", "plausible"), [(-51, False), (-50, True), (20, True), (21, False)]
)
def test_power_is_plausible_within_the_receivers_bounds(tx_power_dbm: int, plausible: bool) -> None:
    assert Metadata(1, 1, 0, tx_power_dbm).is_plausible is plausible
