"""Every archive of the shared data folder is read, and verified where its key is known."""

import base64
import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bluezone.protocol.errors import ExportSignatureError
from bluezone.protocol.export import (
    Export,
    FederationBatch,
    SignatureInfo,
    read_any,
    read_export,
    read_federation_batch,
    read_payload,
    read_public_key,
    verify_export,
)
from bluezone.protocol.scheme import Scheme


@pytest.fixture(scope="module")
def exports(shared: Path) -> Path:
    return shared / "data" / "exports"


@pytest.fixture(scope="module")
def server_key(exports: Path) -> EllipticCurvePublicKey:
    return read_public_key((exports / "google_server_example" / "public.pem").read_bytes())


def test_the_server_example_verifies_and_holds_the_two_keys_of_its_list(
    exports: Path, server_key: EllipticCurvePublicKey
) -> None:
    folder = exports / "google_server_example"
    export = read_export((folder / "testExport-2-records-1-of-1.zip").read_bytes())
    listed = json.loads((folder / "keys.json").read_text())["temporaryExposureKeys"]
    assert {(k.key, k.start, k.period, k.transmission_risk) for k in export.keys} == {
        (
            base64.b64decode(k["key"]),
            k["rollingStartNumber"],
            k["rollingPeriod"],
            k["transmissionRisk"],
        )
        for k in listed
    }
    assert verify_export(export, [server_key]).info == SignatureInfo("some_id", "1")


def test_the_sample_of_140_keys_verifies_and_lacks_periods(exports: Path) -> None:
    with (exports / "public_keys.csv").open() as table:
        row = next(csv.DictReader(table))
    key = load_der_public_key(base64.b64decode(row["spki_base64"]))
    assert isinstance(key, EllipticCurvePublicKey)
    export = read_export((exports / row["verifies"]).read_bytes())
    assert verify_export(export, [key]).info == SignatureInfo("310", "v1")
    assert (len(export.keys), export.region) == (140, "US")
    assert {key.period for key in export.keys} == {144}


def test_the_german_file_of_24131_keys_is_read_and_its_signature_is_foreign(
    exports: Path, server_key: EllipticCurvePublicKey
) -> None:
    export = read_export((exports / "de_cwa_dev" / "keys.bin").read_bytes())
    assert (len(export.keys), export.region, export.scheme) == (24_131, "DE", Scheme.EN)
    assert export.signature_infos == (SignatureInfo("262", "v1"),)
    assert export.end_s - export.start_s == 86_400
    with pytest.raises(ExportSignatureError) as caught:
        verify_export(export, [server_key])
    assert (caught.value.check, caught.value.reason) == ("signature", "signature_mismatch")


@pytest.mark.parametrize(
    ("name", "keys", "window"),
    [
        ("cpp_testdata_export.bin", 200, (1_588_425_586, 1_588_857_586)),
        ("res_raw_export.bin", 110, (1_588_885_200, 1_588_890_000)),
    ],
)
def test_bare_payloads_are_read_without_signature(
    exports: Path, name: str, keys: int, window: tuple[int, int]
) -> None:
    export = read_payload((exports / "google_internals" / name).read_bytes())
    assert (len(export.keys), export.start_s, export.end_s) == (keys, *window)
    assert export.signatures == ()
    assert Counter(key.transmission_risk for key in export.keys)[2] >= 100
    with pytest.raises(ExportSignatureError) as caught:
        verify_export(export, [])
    assert caught.value.reason == "unsigned"


@pytest.mark.parametrize(
    ("name", "start", "period", "faults"),
    [
        ("SmallInt", 5, 5, ("key_length", "key_risk")),
        ("MaxValInt", 2**31 - 1, 2**31 - 1, ("key_length", "key_period", "key_risk")),
        (
            "MaxValUint",
            2**32 - 1,
            2**32 - 1,
            ("key_length", "key_start", "key_period", "key_risk"),
        ),
    ],
)
def test_federation_batches_are_explained_with_their_extreme_integers(
    exports: Path, name: str, start: int, period: int, faults: tuple[str, ...]
) -> None:
    data = (exports / "efgs" / f"diagnosisKeyBatch{name}.bin").read_bytes()
    (key,) = read_federation_batch(data).keys
    assert (key.key.start, key.key.period, key.key.transmission_risk) == (start, period, -22)
    assert (key.origin, key.visited_countries) == ("DE", ("UK", "NL", "FR"))
    assert key.faults == faults


def test_every_archive_of_the_folder_is_recognised(exports: Path) -> None:
    files = [path for path in exports.rglob("*") if path.suffix in {".zip", ".bin"}]
    kinds = Counter(type(read_any(path.read_bytes())) for path in files)
    assert kinds == {Export: 5, FederationBatch: 3}
