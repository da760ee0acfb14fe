from collections.abc import Callable

import pytest

from bluezone.protocol.errors import InvalidExportError
from bluezone.protocol.export import export_pb2 as pb
from bluezone.protocol.export import read_any, read_export, read_payload
from bluezone.protocol.export.limits import MAX_ENTRIES

EN, BZ = b"EK Export v1    ", b"BZ Export v1    "
KEY = {"key_data": bytes(16), "rolling_start_interval_number": 2_661_120}


def en(**fields: object) -> bytes:
    window = {"start_timestamp": 0, "end_timestamp": 3600, "batch_num": 1, "batch_size": 1}
    message = pb.TemporaryExposureKeyExport(**{**window, **fields})  # type: ignore[arg-type]
    return EN + message.SerializeToString()


def fault_of(payload: bytes) -> tuple[str, str]:
    with pytest.raises(InvalidExportError) as caught:
        read_payload(payload)
    return caught.value.check, caught.value.reason


def test_a_missing_period_is_a_whole_day() -> None:
    (key,) = read_payload(en(keys=[KEY])).keys
    assert (key.period, key.report_type, key.days_since_onset) == (144, 0, None)


def test_an_onset_of_zero_days_is_not_a_missing_onset() -> None:
    (key,) = read_payload(en(keys=[{**KEY, "days_since_onset_of_symptoms": 0}])).keys
    assert key.days_since_onset == 0


def test_an_unknown_report_type_is_kept_as_it_came() -> None:
    (key,) = read_payload(en(keys=[{**KEY, "report_type": 77}])).keys
    assert key.report_type == 77


def test_fields_of_a_later_version_are_passed_over() -> None:
    later = b"\xa2\x06\x03new" + en(keys=[{**KEY, "variant_of_concern": 1}])[16:]
    assert len(read_payload(EN + later).keys) == 1


def test_an_empty_export_is_read() -> None:
    assert read_payload(EN).keys == ()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        EN[:-1],
        b"EK Export v2    ",
        b"ek export v1    ",
        b"EK Export v1\0\0\0\0",
        b" " + EN,
        b"\xef\xbb\xbf" + EN,
    ],
)
def test_another_header_is_refused(payload: bytes) -> None:
    assert fault_of(payload) == ("header", "wrong_header")


def test_a_protobuf_cut_anywhere_inside_its_keys_is_refused() -> None:
    whole = en(keys=[KEY])
    keys_at = whole.index(bytes(16))
    for cut in range(keys_at, len(whole)):
        assert fault_of(whole[:cut]) == ("protobuf", "corrupt_protobuf")


@pytest.mark.parametrize(
    "body",
    [b"\x07", b"\xff" * 20, b"\x3a\xff\xff\xff\xff\x0f", b"\x1a\x02\xc3\x28", b"\x32\x02\x1a\x05"],
    ids=["wire type 7", "endless varint", "length beyond the end", "bad UTF-8", "nested cut"],
)
def test_a_damaged_protobuf_is_refused(body: bytes) -> None:
    assert fault_of(EN + body) == ("protobuf", "corrupt_protobuf")


def test_more_entries_than_any_export_are_refused_before_they_are_built() -> None:
    assert fault_of(EN + b"\x3a\x00" * (MAX_ENTRIES + 1)) == ("protobuf", "too_many_entries")
    assert fault_of(BZ + b"\x42\x00" * (MAX_ENTRIES + 1)) == ("protobuf", "too_many_entries")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"key_data": bytes(15)}, "key_length"),
        ({"key_data": bytes(17)}, "key_length"),
        ({"key_data": b""}, "key_length"),
        ({"key_data": bytes(32)}, "key_length"),
        ({"rolling_period": 0}, "key_period"),
        ({"rolling_period": 145}, "key_period"),
        ({"rolling_period": -1}, "key_period"),
        ({"rolling_start_interval_number": -1}, "key_start"),
        ({"transmission_risk_level": 9}, "key_risk"),
        ({"transmission_risk_level": -1}, "key_risk"),
        ({"report_type": -1}, "key_report_type"),
    ],
)
@pytest.mark.parametrize("place", ["keys", "revised_keys"])
def test_a_key_out_of_limits_is_refused(fields: dict[str, object], reason: str, place: str) -> None:
    assert fault_of(en(**{place: [{**KEY, **fields}]})) == ("keys", reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"key_data": bytes(16)}, "key_length"),
        ({"time_start": 3600}, "key_start"),
        ({"time_start": -86_400}, "key_start"),
        ({"slots": 0}, "key_slots"),
        ({"slots": 1441}, "key_slots"),
    ],
)
def test_a_day_key_out_of_limits_is_refused(fields: dict[str, object], reason: str) -> None:
    day_key = {"key_data": bytes(32), "time_start": 86_400, **fields}
    message = pb.BluezoneDayKeyExport(keys=[day_key])  # type: ignore[list-item]
    assert fault_of(BZ + message.SerializeToString()) == ("keys", reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"start_timestamp": 7200}, "window"),
        ({"end_timestamp": 1_597_420_800_000}, "window"),
        ({"end_timestamp": 2**64 - 1}, "window"),
        ({"batch_num": 2}, "batch"),
        ({"batch_num": -1}, "batch"),
    ],
)
def test_an_impossible_window_or_batch_is_refused(fields: dict[str, object], reason: str) -> None:
    assert fault_of(en(**fields)) == ("window", reason)


def test_a_giant_text_is_refused() -> None:
    assert fault_of(en(region="V" * 256)) == ("protobuf", "text_too_long")


def test_ten_signature_infos_are_read_and_eleven_refused() -> None:
    info = {"verification_key_id": "452"}
    assert len(read_payload(en(signature_infos=[info] * 10)).signature_infos) == 10
    fault = fault_of(en(signature_infos=[info] * 11))
    assert fault == ("signature_info", "too_many_signature_infos")


def test_a_damaged_signature_list_is_refused(make_zip: Callable[..., bytes]) -> None:
    with pytest.raises(InvalidExportError) as caught:
        read_export(make_zip([("export.bin", EN), ("export.sig", b"\x0a\x09")]))
    assert (caught.value.check, caught.value.reason) == ("protobuf", "corrupt_protobuf")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello, world",
        b"\x0a\x00",
        b"\x0a\x02\x0a\x00",
        b"\x0a\x05\x0a\x03123\x10\x01",
        b"\x0a" * 99,
    ],
    ids=["nothing", "text", "empty key", "key without bytes", "unknown field", "noise"],
)
def test_bytes_of_no_known_format_are_named_so(data: bytes) -> None:
    with pytest.raises(InvalidExportError) as caught:
        read_any(data)
    assert (caught.value.check, caught.value.reason) == ("header", "unknown_format")


def test_a_batch_with_a_country_in_bad_utf8_is_refused() -> None:
    for field in (b"\x2a", b"\x32"):
        key = b"\x0a\x03123" + field + b"\x02\xc3\x28"
        with pytest.raises(InvalidExportError) as caught:
            read_any(b"\x0a" + bytes([len(key)]) + key)
        assert caught.value.check == "protobuf"


def test_no_error_shows_the_bytes_of_a_key() -> None:
    secret = bytes(range(0x61, 0x6F))
    with pytest.raises(InvalidExportError) as caught:
        read_payload(en(keys=[{**KEY, "key_data": secret}]))
    assert secret.hex() not in str(caught.value)
    assert secret.decode() not in str(caught.value)
