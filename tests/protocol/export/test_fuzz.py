"""Hostile bytes give a value or an error of ours, never anything else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.protocol.errors import ExportError
from bluezone.protocol.export import (
    Export,
    ExportSigner,
    read_any,
    read_export,
    read_federation_batch,
    read_payload,
    read_public_key,
    verify_export,
)
from bluezone.protocol.export.limits import Check

FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
EDITS = st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), max_size=6)
CUTS = st.tuples(st.integers(0, 2**20), st.integers(0, 8))


def spoil(data: bytes, edits: list[tuple[int, int]], cut: tuple[int, int]) -> bytes:
    """Return `data` with some bytes replaced and a few left out."""
    spoilt = bytearray(data)
    for at, value in edits:
        spoilt[at % len(spoilt)] = value
    at = cut[0] % len(spoilt)
    del spoilt[at : at + cut[1]]
    return bytes(spoilt)


def check_reading(read: Callable[[bytes], object], data: bytes, signer: ExportSigner) -> None:
    fault: ExportError | None = None
    try:
        value = read(data)
        if isinstance(value, Export):
            verify_export(value, [signer.key.public_key()])
    except ExportError as caught:
        fault = caught
    assert fault is None or (fault.check in set(Check) and fault.reason != "invalid")


@FUZZ
@given(st.binary(max_size=300))
def test_noise(signer: ExportSigner, data: bytes) -> None:
    for read in (read_export, read_payload, read_federation_batch, read_any, read_public_key):
        check_reading(read, data, signer)


@FUZZ
@given(st.sampled_from([b"EK Export v1    ", b"BZ Export v1    "]), st.binary(max_size=300))
def test_noise_after_a_header(signer: ExportSigner, header: bytes, body: bytes) -> None:
    check_reading(read_any, header + body, signer)


@FUZZ
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_noise_inside_a_zip(
    signer: ExportSigner, make_zip: Callable[..., bytes], payload: bytes, listed: bytes
) -> None:
    members = [("export.bin", b"EK Export v1    " + payload), ("export.sig", listed)]
    check_reading(read_export, make_zip(members), signer)


@FUZZ
@given(EDITS, CUTS)
def test_a_damaged_file_of_ours(
    signer: ExportSigner, en_file: bytes, edits: list[tuple[int, int]], cut: tuple[int, int]
) -> None:
    check_reading(read_any, spoil(en_file, edits, cut), signer)


@FUZZ
@given(EDITS, CUTS)
def test_a_damaged_payload_in_an_intact_zip(
    signer: ExportSigner,
    en_file: bytes,
    make_zip: Callable[..., bytes],
    edits: list[tuple[int, int]],
    cut: tuple[int, int],
) -> None:
    payload = spoil(read_export(en_file).payload, edits, cut)
    check_reading(read_any, make_zip([("export.bin", payload), ("export.sig", b"")]), signer)


@pytest.fixture(scope="module")
def real_files(shared: Path) -> list[bytes]:
    folder = shared / "data" / "exports"
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".zip", ".bin"})
    return [path.read_bytes() for path in files if path.stat().st_size < 100_000]


@FUZZ
@given(st.integers(0, 99), EDITS, CUTS)
def test_a_damaged_real_file(
    signer: ExportSigner,
    real_files: list[bytes],
    number: int,
    edits: list[tuple[int, int]],
    cut: tuple[int, int],
) -> None:
    data = real_files[number % len(real_files)]
    check_reading(read_any, spoil(data, edits, cut), signer)


@settings(max_examples=12, deadline=None)
@given(EDITS, CUTS)
def test_the_damaged_german_file(
    signer: ExportSigner, shared: Path, edits: list[tuple[int, int]], cut: tuple[int, int]
) -> None:
    data = (shared / "data" / "exports" / "de_cwa_dev" / "keys.bin").read_bytes()
    check_reading(read_any, spoil(data, edits, cut), signer)
