"""`bluezone phone match --log`: recorded sightings against an export."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bluezone.cli.phone import command
from bluezone.phone.sighting_file import SightingFileError
from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey, ReportType
from bluezone.protocol.en.metadata import Metadata, crypt_metadata
from bluezone.protocol.en.tek import Tek, rpi_at
from bluezone.protocol.errors import ExportSignatureError
from bluezone.protocol.export import ExportContent, ExportSigner, write_export
from bluezone.protocol.scheme import Scheme

MIDNIGHT = 1_596_844_800
INTERVAL = MIDNIGHT // 600 + 60
TEK = Tek(bytes(range(16)))
KEY = DiagnosisKey(TEK, MIDNIGHT // 600, 144, ReportType.CONFIRMED_TEST, 2, 3)
DAY_KEY = DayKeyEntry(bytes(range(32)), MIDNIGHT, 96, ReportType.CONFIRMED_TEST, -1)
SIGNER = ec.derive_private_key(20200808, ec.SECP256R1())


def pem(path: Path, number: int = 20200808) -> Path:
    public = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


@pytest.fixture
def en_export(tmp_path):
    content = ExportContent(
        scheme=Scheme.EN, start_s=MIDNIGHT, end_s=MIDNIGHT + 86_400, region="VN", keys=(KEY,)
    )
    path = tmp_path / "en.zip"
    path.write_bytes(write_export(content, [ExportSigner(SIGNER, "452", "v1")]))
    return path


@pytest.fixture
def bluezone_export(tmp_path):
    content = ExportContent(
        scheme=Scheme.BLUEZONE,
        start_s=MIDNIGHT,
        end_s=MIDNIGHT + 86_400,
        region="VN",
        day_keys=(DAY_KEY,),
    )
    path = tmp_path / "bluezone.zip"
    path.write_bytes(write_export(content, [ExportSigner(SIGNER, "452", "v1")]))
    return path


def log_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    return path


def match(log: Path, export: Path, *more: str) -> list[dict[str, object]]:
    arguments = ["match", "--log", str(log), "--export", str(export), "--json", *more]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_matched_en_sighting_is_one_line_with_its_attenuation(tmp_path, en_export):
    rpi = rpi_at(TEK, INTERVAL)
    aem = crypt_metadata(TEK, rpi, Metadata(1, 1, 3, -12).encode())
    text = (
        "rpi,aem,rssi,epoch_seconds,previous_scan_s,remark\n"
        f"{'00' * 16},,-50,{MIDNIGHT},,nobody\n"
        f"{rpi.hex().upper()},{aem.hex()},-70,{INTERVAL * 600 + 5},{INTERVAL * 600 - 300},x\n"
    )
    assert match(log_file(tmp_path, text), en_export) == [
        {
            "row": 1,
            "scheme": "en",
            "id": rpi.hex(),
            "time_s": INTERVAL * 600 + 5,
            "rssi_dbm": -70,
            "tolerated": False,
            "key": TEK.hex(),
            "interval": INTERVAL,
            "report_type": 1,
            "days_since_onset": 2,
            "transmission_risk": 3,
            "tx_power_dbm": -12,
            "attenuation_db": 58,
        }
    ]


def test_a_sighting_within_two_hours_is_tolerated_and_a_replay_is_left_out(tmp_path, en_export):
    rpi = rpi_at(TEK, INTERVAL).hex()
    times = (INTERVAL * 600 + 600, INTERVAL * 600 + 13 * 600, INTERVAL * 600 - 86_400)
    rows = "".join(f"{rpi},-70,{time_s}\n" for time_s in times)
    found = match(log_file(tmp_path, "id,rssi_dbm,time_s\n" + rows), en_export)
    assert [(line["row"], line["tolerated"]) for line in found] == [(0, True)]
    assert "attenuation_db" not in found[0]


def test_a_bluezone_export_matches_history_columns_in_milliseconds(tmp_path, bluezone_export):
    ids = expand_day_key(DayKey(DAY_KEY.key))
    start_ms = (MIDNIGHT + 23 * 900) * 1000
    text = "own_id,contact_id,rssi_dbm,time_ms\n" + "".join(
        f"{'AB' * 12},{ids[23].hex()},-71,{start_ms + late_ms}\n"
        for late_ms in (1387, 1_000_000, 1_100_000)
    )
    found = match(log_file(tmp_path, text), bluezone_export)
    assert [(line["row"], line["slot"], line["tolerated"]) for line in found] == [
        (0, 23, False),
        (1, 23, True),
    ]
    assert found[0]["id"] == ids[23].hex().upper()
    assert found[0]["key"] == DAY_KEY.key.hex().upper()
    assert found[0]["days_since_onset"] == -1


def test_the_signature_is_checked_when_a_key_is_given(tmp_path, en_export):
    log = log_file(tmp_path, "id,rssi,time_s\n")
    assert match(log, en_export, "--key", str(pem(tmp_path / "good.pem"))) == []
    with pytest.raises(ExportSignatureError):
        match(log, en_export, "--key", str(pem(tmp_path / "bad.pem", 666)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column id"),
        ("rssi,time_s\n", "no column id"),
        ("id,rssi\n", "no column time_s"),
        ("id,rssi,time_s\nAB,-1,0\n", "row 0, column id"),
        (f"id,rssi,time_s\n{'ZZ' * 16},-1,0\n", "row 0, column id"),
        (f"id,rssi,time_s\n{'00' * 16},loud,0\n", "row 0, column rssi"),
        (f"id,rssi,time_s\n{'00' * 16},-300,0\n", "row 0, column rssi"),
        (f"id,rssi,time_s\n{'00' * 16},-1,1596866191387\n", "milliseconds"),
        (f"id,rssi,time_s\n{'00' * 16},-1,-5\n", "before 1970"),
        (f"id,rssi,time_s\n{'00' * 16},-1,1.5\n", "row 0, column time_s"),
        (f"id,rssi,time_s\n{'00' * 16},-1\n", "row 0"),
        (f"id,rssi,time_s,aem\n{'00' * 16},-1,0,abc\n", "row 0, column aem"),
        ('id,rssi,time_s\n"open,-1,0\n', "not CSV"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_without_its_value(tmp_path, en_export, text, said):
    with pytest.raises(SightingFileError) as caught:
        match(log_file(tmp_path, text), en_export)
    assert said in str(caught.value)
    assert "ZZ" not in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [[], ["--log", "a"], ["--log", "a", "--export", "b", "--f0", "c"], ["--history", "a"]],
)
def test_half_a_question_is_a_usage_error(arguments):
    assert CliRunner().invoke(command, ["match", *arguments]).exit_code == 2


@pytest.mark.shared
def test_the_real_history_matches_the_base_key_as_an_export(tmp_path, shared):
    """The own ids of the real file follow from its base id, so they match as sightings."""
    key = bytes.fromhex("4C5224B397F8AB3896781D5AA0F3119F280513F1B592CA280EBDED6357E21084")
    content = ExportContent(
        scheme=Scheme.BLUEZONE,
        start_s=MIDNIGHT,
        end_s=MIDNIGHT + 86_400,
        region="VN",
        day_keys=(DayKeyEntry(key, MIDNIGHT),),
    )
    export = tmp_path / "real.zip"
    export.write_bytes(write_export(content, [ExportSigner(SIGNER, "452", "v1")]))
    history = (shared / "vectors/real_contact_history_2020-08-08.csv").read_text()
    own = history.replace("contact_id", "other").replace("own_id", "contact_id")
    found = match(log_file(tmp_path, own), export)
    assert [line["row"] for line in found if not line["tolerated"]] == list(range(101))
