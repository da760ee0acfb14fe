import io
import zipfile
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    derive_private_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.errors import ExportSignatureError, InvalidExportError
from bluezone.protocol.export import (
    ExportContent,
    ExportSigner,
    SignatureInfo,
    read_export,
    verify_export,
    write_export,
)
from bluezone.protocol.scheme import Scheme

REPORTS = {
    "report_type": st.integers(0, 2**31 - 1),
    "days_since_onset": st.none() | st.integers(-(2**31) + 1, 2**31 - 1),
}
KEYS = st.builds(
    DiagnosisKey,
    key=st.binary(min_size=16, max_size=16),
    start=st.integers(0, 2**31 - 1),
    period=st.integers(1, 144),
    transmission_risk=st.integers(0, 8),
    **REPORTS,
)
DAY_KEYS = st.builds(
    DayKeyEntry,
    key=st.binary(min_size=32, max_size=32),
    time_start=st.integers(0, 40_000).map(lambda day: day * 86_400),
    slots=st.integers(1, 1440),
    **REPORTS,
)
WINDOWS = st.lists(st.integers(0, 2**33), min_size=2, max_size=2).map(sorted)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=40)
@given(WINDOWS, TEXTS, st.lists(KEYS, max_size=8), st.lists(KEYS, max_size=3))
def test_en_content_survives_the_file(
    signer: ExportSigner,
    window: list[int],
    region: str,
    keys: list[DiagnosisKey],
    revised: list[DiagnosisKey],
) -> None:
    content = ExportContent(
        scheme=Scheme.EN,
        start_s=window[0],
        end_s=window[1],
        region=region,
        keys=tuple(keys),
        revised_keys=tuple(revised),
    )
    export = read_export(write_export(content, [signer]))
    assert sorted(export.keys, key=repr_all) == sorted(keys, key=repr_all)
    assert sorted(export.revised_keys, key=repr_all) == sorted(revised, key=repr_all)
    assert (export.start_s, export.end_s, export.region) == (*window, region)


@settings(max_examples=40)
@given(st.lists(DAY_KEYS, max_size=8), st.lists(DAY_KEYS, max_size=3))
def test_bluezone_content_survives_the_file(
    signer: ExportSigner, keys: list[DayKeyEntry], revised: list[DayKeyEntry]
) -> None:
    content = ExportContent(
        scheme=Scheme.BLUEZONE,
        start_s=0,
        end_s=1,
        region="VN",
        day_keys=tuple(keys),
        revised_day_keys=tuple(revised),
    )
    export = read_export(write_export(content, [signer]))
    assert export.scheme is Scheme.BLUEZONE
    assert sorted(export.day_keys, key=repr_all) == sorted(keys, key=repr_all)
    assert sorted(export.revised_day_keys, key=repr_all) == sorted(revised, key=repr_all)


def repr_all(key: DiagnosisKey | DayKeyEntry) -> tuple[bytes, str]:
    return key.key, repr(key)


def test_the_same_content_gives_the_same_bytes_in_any_order_of_keys(
    en_content: ExportContent, signer: ExportSigner
) -> None:
    turned = replace(en_content, keys=en_content.keys[::-1])
    assert write_export(turned, [signer]) == write_export(en_content, [signer])


def test_the_payload_has_the_documented_bytes_in_the_order_of_field_numbers(
    en_content: ExportContent, signer: ExportSigner
) -> None:
    content = replace(en_content, keys=en_content.keys[:1], revised_keys=())
    info = b"\x1a\x02v1" + b"\x22\x03452" + b"\x2a\x131.2.840.10045.4.3.2"
    key = (
        b"\x0a\x10" + bytes([9] * 16)  # 1 key_data
        + b"\x10\x04"  # 2 transmission risk 4
        + b"\x18\x80\xb6\xa2\x01"  # 3 start 2 661 120
        + b"\x20\x90\x01"  # 4 period 144
        + b"\x28\x01"  # 5 report type 1
        + b"\x30\x03"  # 6 days since onset -2, zigzag
    )  # fmt: skip
    assert read_export(write_export(content, [signer])).payload == (
        b"EK Export v1    \x09" + (1_597_420_800).to_bytes(8, "little")
        + b"\x11" + (1_597_424_400).to_bytes(8, "little")
        + b"\x1a\x02VN" + b"\x20\x01" + b"\x28\x01"
        + b"\x32" + bytes([len(info)]) + info
        + b"\x3a" + bytes([len(key)]) + key
    )  # fmt: skip


def test_a_day_key_payload_has_the_documented_bytes(
    bluezone_content: ExportContent, signer: ExportSigner
) -> None:
    content = replace(bluezone_content, day_keys=bluezone_content.day_keys[:1], revised_day_keys=())
    key = (
        b"\x0a\x20" + bytes([8] * 32)  # 1 key_data
        + b"\x10\x80\xa8\xd7\xf9\x05"  # 2 time_start 1 597 363 200
        + b"\x18\x60"  # 3 slots 96
        + b"\x20\x01"  # 4 report type 1
        + b"\x28\x06"  # 5 days since onset 3, zigzag
    )  # fmt: skip
    payload = read_export(write_export(content, [signer])).payload
    assert payload.startswith(b"BZ Export v1    \x09")
    assert payload.endswith(b"\x3a" + bytes([len(key)]) + key)


def test_writing_twice_gives_the_same_file(
    en_content: ExportContent, bluezone_content: ExportContent, signer: ExportSigner
) -> None:
    for content in (en_content, bluezone_content):
        assert write_export(content, [signer]) == write_export(content, [signer])


def test_keys_stand_in_the_order_of_their_bytes(en_file: bytes) -> None:
    assert [key.key[0] for key in read_export(en_file).keys] == [3, 9]


def test_the_zip_has_two_members_with_fixed_times_and_rights(en_file: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(en_file)) as opened:
        members = opened.infolist()
    assert [member.filename for member in members] == ["export.bin", "export.sig"]
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {(member.create_system, member.external_attr) for member in members} == {
        (3, 0o600 << 16)
    }


def test_a_new_signer_beside_the_old_one_lets_both_generations_of_phones_verify(
    en_content: ExportContent, signer: ExportSigner
) -> None:
    newer = ExportSigner(derive_private_key(99, SECP256R1()), "452", "v2")
    export = read_export(write_export(en_content, [newer, signer]))
    assert export.signature_infos == (SignatureInfo("452", "v2"), SignatureInfo("452", "v1"))
    assert verify_export(export, [newer.key.public_key()]).info.key_version == "v2"
    assert verify_export(export, [signer.key.public_key()]).info.key_version == "v1"


@pytest.mark.parametrize("count", [0, 11])
def test_a_file_without_signer_or_with_eleven_is_not_written(
    en_content: ExportContent, signer: ExportSigner, count: int
) -> None:
    with pytest.raises(ExportSignatureError) as caught:
        write_export(en_content, [signer] * count)
    assert caught.value.reason == "signer_count"


def test_ten_signers_are_read_again(en_content: ExportContent, signer: ExportSigner) -> None:
    assert len(read_export(write_export(en_content, [signer] * 10)).signatures) == 10


def test_a_signer_on_another_curve_is_refused() -> None:
    with pytest.raises(ExportSignatureError) as caught:
        ExportSigner(derive_private_key(7, SECP384R1()), "452", "v1")
    assert caught.value.reason == "wrong_curve"


def test_a_signer_does_not_show_its_key(signer: ExportSigner) -> None:
    assert repr(signer) == "ExportSigner(key_id='452', key_version='v1')"


KEY = DiagnosisKey(bytes(16), 1)
DAY_KEY = DayKeyEntry(bytes(32), 0)


@pytest.mark.parametrize(
    ("changes", "check", "reason"),
    [
        ({"start_s": 10, "end_s": 9}, "window", "window"),
        ({"start_s": -1}, "window", "window"),
        ({"end_s": 1_597_420_800_000}, "window", "window"),
        ({"batch_num": 2}, "window", "batch"),
        ({"region": "V" * 256}, "window", "text_too_long"),
        ({"day_keys": (DAY_KEY,)}, "keys", "wrong_scheme"),
        ({"scheme": Scheme.BLUEZONE, "keys": (KEY,)}, "keys", "wrong_scheme"),
        ({"keys": (replace(KEY, key=bytes(15)),)}, "keys", "key_length"),
        ({"keys": (replace(KEY, key=bytes(32)),)}, "keys", "key_length"),
        ({"revised_keys": (replace(KEY, key=b""),)}, "keys", "key_length"),
        ({"keys": (replace(KEY, start=-1),)}, "keys", "key_start"),
        ({"keys": (replace(KEY, start=2**31),)}, "keys", "key_start"),
        ({"keys": (replace(KEY, period=0),)}, "keys", "key_period"),
        ({"keys": (KEY, replace(KEY, period=145))}, "keys", "key_period"),
        ({"keys": (replace(KEY, transmission_risk=9),)}, "keys", "key_risk"),
        ({"keys": (replace(KEY, report_type=-1),)}, "keys", "key_report_type"),
        ({"keys": (replace(KEY, days_since_onset=2**31),)}, "keys", "key_onset"),
        ({"day_keys": (replace(DAY_KEY, key=bytes(16)),)}, "keys", "key_length"),
        ({"day_keys": (replace(DAY_KEY, time_start=1),)}, "keys", "key_start"),
        ({"day_keys": (replace(DAY_KEY, time_start=-86_400),)}, "keys", "key_start"),
        ({"day_keys": (replace(DAY_KEY, slots=0),)}, "keys", "key_slots"),
        ({"revised_day_keys": (replace(DAY_KEY, slots=1441),)}, "keys", "key_slots"),
    ],
)
def test_what_a_reader_would_refuse_is_not_written(
    signer: ExportSigner, changes: dict, check: str, reason: str
) -> None:
    days = {"day_keys", "revised_day_keys"} & changes.keys() and reason != "wrong_scheme"
    fields = {
        "scheme": Scheme.BLUEZONE if days else Scheme.EN,
        "start_s": 0,
        "end_s": 3600,
        "region": "VN",
    }
    with pytest.raises(InvalidExportError) as caught:
        write_export(ExportContent(**{**fields, **changes}), [signer])
    assert (caught.value.check, caught.value.reason) == (check, reason)
