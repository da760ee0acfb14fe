import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bluezone.cli.export import command
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.errors import InvalidExportError
from bluezone.protocol.export import ExportContent, ExportSigner, write_export
from bluezone.protocol.scheme import Scheme

START_S = 1_597_420_800
STEPS = [
    "zip",
    "header",
    "protobuf",
    "window",
    "keys",
    "signature_info",
    "public_key",
    "signature",
]
SIGNER = ExportSigner(derive_private_key(452, SECP256R1()), "452", "v1")


def run(*args: object) -> Result:
    return CliRunner().invoke(command, [str(arg) for arg in args])


def lines(result: Result) -> list[dict]:
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return [json.loads(line) for line in result.stdout.splitlines()]


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def pem(folder: Path, key: EllipticCurvePrivateKey, name: str) -> Path:
    form = PublicFormat.SubjectPublicKeyInfo
    return write(folder / name, key.public_key().public_bytes(Encoding.PEM, form))


@pytest.fixture
def en_file(tmp_path: Path) -> Path:
    content = ExportContent(
        scheme=Scheme.EN,
        start_s=START_S,
        end_s=START_S + 3600,
        region="VN\x1b[31m",
        keys=(
            DiagnosisKey(b"\xab" * 16, 2_661_120, 144, 1, -2, 4),
            DiagnosisKey(b"\xcd" * 16, 2_661_200, 7, 77),
        ),
        revised_keys=(DiagnosisKey(b"\x01" * 16, 2_661_000, 144, 5),),
    )
    return write(tmp_path / "en.zip", write_export(content, [SIGNER]))


@pytest.fixture
def bluezone_file(tmp_path: Path) -> Path:
    day_key = DayKeyEntry(b"\xab" * 32, 1_597_363_200, 96, 1, 3)
    content = ExportContent(
        scheme=Scheme.BLUEZONE, start_s=START_S, end_s=START_S, region="VN", day_keys=(day_key,)
    )
    return write(tmp_path / "bluezone.zip", write_export(content, [SIGNER]))


def test_show_prints_the_export_and_then_its_keys_as_json_lines(en_file: Path) -> None:
    summary, *keys = lines(run("show", en_file, "--json"))
    assert summary == {
        "kind": "export",
        "format": "zip",
        "bytes": en_file.stat().st_size,
        "scheme": "en",
        "header": "EK Export v1",
        "start": START_S,
        "end": START_S + 3600,
        "start_utc": "2020-08-14T16:00:00Z",
        "end_utc": "2020-08-14T17:00:00Z",
        "start_local": "2020-08-14T23:00:00+07:00",
        "end_local": "2020-08-15T00:00:00+07:00",
        "region": "VN\N{REPLACEMENT CHARACTER}[31m",
        "batch_num": 1,
        "batch_size": 1,
        "signature_infos": [
            {"key_id": "452", "key_version": "v1", "algorithm": "1.2.840.10045.4.3.2"}
        ],
        "signatures": 1,
        "keys": 2,
        "revised_keys": 1,
        "report_types": {"confirmed_test": 1, "revoked": 1, "type 77": 1},
    }
    assert keys[0] == {
        "kind": "key",
        "key": "ab" * 16,
        "start": 2_661_120,
        "period": 144,
        "valid_from_utc": "2020-08-06T00:00:00Z",
        "report_type": "confirmed_test",
        "days_since_onset": -2,
        "transmission_risk": 4,
        "revised": False,
    }
    assert [key["revised"] for key in keys] == [False, False, True]


def test_show_prints_day_keys_in_upper_case(bluezone_file: Path) -> None:
    summary, key = lines(run("show", bluezone_file, "--json"))
    assert (summary["scheme"], summary["header"]) == ("bluezone", "BZ Export v1")
    assert key == {
        "kind": "key",
        "key": "AB" * 32,
        "time_start": 1_597_363_200,
        "slots": 96,
        "valid_from_utc": "2020-08-14T00:00:00Z",
        "report_type": "confirmed_test",
        "days_since_onset": 3,
        "revised": False,
    }


@pytest.mark.parametrize(("limit", "keys"), [(0, 0), (1, 1), (99, 3)])
def test_show_lists_at_most_as_many_keys_as_asked_for(en_file: Path, limit: int, keys: int) -> None:
    assert len(lines(run("show", en_file, "--json", "--limit", limit))) == 1 + keys
    assert run("show", en_file, "--limit", limit).stdout.count("2020-08-") == 4 + keys


def test_show_explains_a_file_to_people(en_file: Path) -> None:
    text = run("show", en_file).stdout
    for part in (
        "2020-08-14T16:00:00Z to 2020-08-14T17:00:00Z (UTC)",
        "2020-08-14T23:00:00+07:00 to 2020-08-15T00:00:00+07:00 (Asia/Ho_Chi_Minh)",
        "452 v1, algorithm 1.2.840.10045.4.3.2",
        "2 new, 1 revised",
        "confirmed_test 1, revoked 1, type 77 1",
        "ab" * 16,
    ):
        assert part in text
    assert "\x1b" not in text


def test_show_explains_every_file_of_other_countries(shared: Path) -> None:
    folder = shared / "data" / "exports"
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".zip", ".bin"}:
            summary, *keys = lines(run("show", path, "--json", "--limit", 200))
            assert len(keys) == min(200, summary["keys"])
            assert run("show", path).exit_code == 0


def test_show_prints_all_24131_german_keys(shared: Path) -> None:
    path = shared / "data" / "exports" / "de_cwa_dev" / "keys.bin"
    summary, *keys = lines(run("show", path, "--json"))
    assert (summary["region"], summary["keys"], len(keys)) == ("DE", 24_131, 24_131)


def test_show_marks_what_a_federation_batch_should_not_hold(shared: Path) -> None:
    path = shared / "data" / "exports" / "efgs" / "diagnosisKeyBatchMaxValUint.bin"
    summary, key = lines(run("show", path, "--json"))
    assert (summary["format"], summary["keys_out_of_limits"]) == ("federation batch", 1)
    assert key["visited_countries"] == ["UK", "NL", "FR"]
    assert key["faults"] == ["key_length", "key_start", "key_period", "key_risk"]
    assert key["valid_from_utc"] is None


def test_show_of_a_broken_file_is_an_error_of_ours(tmp_path: Path) -> None:
    result = run("show", write(tmp_path / "x.zip", b"hello"))
    assert isinstance(result.exception, InvalidExportError)
    assert result.stdout == ""


def test_verify_names_the_key_that_signed(en_file: Path, tmp_path: Path) -> None:
    other = pem(tmp_path, derive_private_key(7, SECP256R1()), "other.pem")
    ours = pem(tmp_path, SIGNER.key, "ours.pem")
    result = run("verify", en_file, "--key", other, "--key", ours)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "Verified: signed as 452 v1, by ours.pem"
    rows = lines(run("verify", en_file, "--key", other, "--key", ours, "--json"))
    assert [row["check"] for row in rows[:-1]] == STEPS
    assert {row["result"] for row in rows[:-1]} == {"passed"}
    assert rows[-1] == {
        "kind": "verdict",
        "verified": True,
        "key_id": "452",
        "key_version": "v1",
        "key": "ours.pem",
    }


@pytest.mark.parametrize(
    ("spoil", "check", "reason"),
    [
        (lambda data: b"", "zip", "not_a_zip"),
        (lambda data: data[:-9], "zip", "corrupt_zip"),
        (lambda data: data.replace(b"export.sig", b"export.xxx"), "zip", "unexpected_member"),
    ],
)
def test_verify_says_which_step_failed_and_which_were_not_reached(
    en_file: Path, tmp_path: Path, spoil, check: str, reason: str
) -> None:
    en_file.write_bytes(spoil(en_file.read_bytes()))
    ours = pem(tmp_path, SIGNER.key, "ours.pem")
    result = run("verify", en_file, "--key", ours, "--json")
    rows = lines(result)
    at = STEPS.index(check)
    assert result.exit_code == 1
    assert [row["result"] for row in rows[:-1]] == (
        ["passed"] * at + ["failed"] + ["not reached"] * (len(STEPS) - at - 1)
    )
    assert (rows[at]["reason"], rows[-1]["reason"]) == (reason, reason)
    assert rows[-1]["verified"] is False
    assert "[invalid_export]" in result.stderr
    assert f"{at + 1} {check}" in run("verify", en_file, "--key", ours).stdout


@pytest.mark.parametrize(
    ("curve", "check", "reason"),
    [
        (SECP256R1(), "signature", "signature_mismatch"),
        (SECP384R1(), "public_key", "wrong_curve"),
    ],
    ids=["another key", "P-384"],
)
def test_verify_refuses_other_keys(
    en_file: Path, tmp_path: Path, curve, check: str, reason: str
) -> None:
    result = run("verify", en_file, "--key", pem(tmp_path, derive_private_key(7, curve), "k"))
    assert result.exit_code == 1
    (failed,) = [line for line in result.stdout.splitlines() if "failed" in line]
    assert failed.startswith(f"{STEPS.index(check) + 1} {check}")
    assert f"({reason})" in failed


def test_verify_refuses_a_key_file_that_is_no_pem(en_file: Path, tmp_path: Path) -> None:
    result = run("verify", en_file, "--key", write(tmp_path / "k.pem", b"MFkwEw"), "--json")
    assert result.exit_code == 1
    assert lines(result)[-1]["check"] == "public_key"
    assert "BEGIN PUBLIC KEY" in result.stderr


def test_verify_checks_real_files_with_their_public_key(shared: Path) -> None:
    folder = shared / "data" / "exports"
    key = folder / "google_server_example" / "public.pem"
    example = folder / "google_server_example" / "testExport-2-records-1-of-1.zip"
    assert run("verify", example, "--key", key).exit_code == 0
    german = run("verify", folder / "de_cwa_dev" / "keys.bin", "--key", key, "--json")
    assert german.exit_code == 1
    assert lines(german)[-1]["reason"] == "signature_mismatch"


@pytest.mark.parametrize("args", [("verify",), ("show", "--limit", "-1"), ("verify", "--key")])
def test_a_misunderstood_command_exits_with_2(en_file: Path, args: tuple[str, ...]) -> None:
    assert run(*args, en_file).exit_code == 2
