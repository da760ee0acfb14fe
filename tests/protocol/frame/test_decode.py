import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bluezone.protocol.bluezone.day_key import BluezoneId
from bluezone.protocol.en.tek import Rpi
from bluezone.protocol.errors import InvalidFrameError
from bluezone.protocol.frame import (
    AndroidFrame,
    EnFrame,
    IPhoneFrame,
    decode_advertisement,
    decode_gatt_value,
    encode_android,
    encode_en,
    encode_gatt_value,
    encode_iphone_background,
    encode_iphone_foreground,
)
from bluezone.protocol.frame.advertising_data import split_fields

ID = BluezoneId(bytes.fromhex("B9A665D754FE65E665D76A45"))
RPI = Rpi(bytes(range(16)))
AEM = bytes(range(0xF0, 0xF4))

ANDROID = bytes.fromhex("020102 0FFFB522 B9A665D754FE65E665D76A45 0303564E")
FOREGROUND_UUID = bytes.fromhex("1107 67A607ADD1172FA1C44BF573564E0000")
NAME = bytes.fromhex("0909") + b"Bluezone"
BACKGROUND = bytes.fromhex("02011A 14FF4C00 0108 000000000000000000000000000000")
EN = bytes.fromhex("02011A 03036FFD 17166FFD 000102030405060708090A0B0C0D0E0F F0F1F2F3")


def test_an_android_frame_is_the_23_bytes_of_the_published_app():
    assert encode_android(ID) == ANDROID
    assert len(ANDROID) == 23


def test_an_android_frame_is_decoded():
    assert decode_advertisement(ANDROID) == AndroidFrame(ID)


def test_an_iphone_in_foreground_fills_31_bytes():
    data, response = encode_iphone_foreground()
    assert data == bytes.fromhex("02011A") + FOREGROUND_UUID + NAME
    assert len(data) == 31
    assert response == b""


def test_an_iphone_in_foreground_may_put_its_name_into_the_scan_response():
    data, response = encode_iphone_foreground(split=True)
    assert (data, response) == (bytes.fromhex("02011A") + FOREGROUND_UUID, NAME)
    assert decode_advertisement(data, response) == IPhoneFrame(foreground=True)


def test_the_service_may_stand_in_the_scan_response():
    assert decode_advertisement(NAME, FOREGROUND_UUID) == IPhoneFrame(foreground=True)


def test_an_incomplete_list_of_uuids_counts_as_well():
    incomplete = b"\x11\x06" + FOREGROUND_UUID[2:]
    assert decode_advertisement(incomplete) == IPhoneFrame(foreground=True)


def test_an_iphone_in_background_shows_the_overflow_area():
    assert encode_iphone_background() == BACKGROUND
    assert decode_advertisement(BACKGROUND) == IPhoneFrame(foreground=False)


def test_more_overflow_bits_are_not_the_published_filter():
    other = BACKGROUND.replace(b"\x01\x08\x00", b"\x01\x08\x01")
    assert decode_advertisement(other) is None


def test_an_exposure_notification_frame_fills_31_bytes():
    assert encode_en(RPI, AEM) == EN
    assert len(EN) == 31
    assert decode_advertisement(EN) == EnFrame(RPI, AEM)


@pytest.mark.parametrize("frame", [ANDROID, EN, encode_iphone_foreground()[0], BACKGROUND])
def test_the_order_of_the_fields_does_not_matter(frame):
    fields = [bytes((len(value) + 1, kind)) + value for kind, value in split_fields(frame)]
    for order in itertools.permutations(fields):
        assert decode_advertisement(b"".join(order)) == decode_advertisement(frame)


@pytest.mark.parametrize("flags", ["", "020106", "02011A", "0201FF", "0101", "03010000"])
def test_the_flags_do_not_matter(flags):
    start = bytes.fromhex(flags)
    assert decode_advertisement(start + ANDROID[3:]) == AndroidFrame(ID)
    assert decode_advertisement(start + EN[3:]) == EnFrame(RPI, AEM)


def test_padding_after_the_last_field_is_allowed():
    assert decode_advertisement(ANDROID + bytes(8)) == AndroidFrame(ID)


def test_the_android_service_may_be_written_as_128_bits():
    long = bytes.fromhex("1107 FB349B5F80000080001000004E560000"[:-8] + "564E0000")
    assert decode_advertisement(ANDROID[3:19] + long) == AndroidFrame(ID)


def test_another_company_is_not_a_contact():
    assert decode_advertisement(ANDROID.replace(b"\xb5\x22", b"\xe0\x00")) is None


def test_the_android_service_without_our_company_is_foreign():
    assert decode_advertisement(bytes.fromhex("020102 0303564E")) is None


def test_our_company_without_the_android_service_is_foreign():
    assert decode_advertisement(ANDROID[:19]) is None


@pytest.mark.parametrize("size", [0, 1, 11, 13, 24])
def test_an_android_id_of_another_length_is_refused(size):
    field = bytes((size + 3, 0xFF, 0xB5, 0x22)) + bytes(size)
    with pytest.raises(InvalidFrameError) as refused:
        decode_advertisement(field + bytes.fromhex("0303564E"))
    assert refused.value.code == "invalid_frame"


@pytest.mark.parametrize("size", [0, 1, 15])
def test_exposure_notification_data_shorter_than_an_rpi_are_ignored(size):
    field = bytes((size + 3, 0x16, 0x6F, 0xFD)) + bytes(size)
    assert decode_advertisement(field) is None


@pytest.mark.parametrize("size", [16, 17, 19, 21, 30])
def test_every_byte_after_the_rpi_is_kept_as_metadata(size):
    field = bytes((size + 3, 0x16, 0x6F, 0xFD)) + bytes(range(size))
    assert decode_advertisement(field) == EnFrame(Rpi(bytes(range(16))), bytes(range(16, size)))


@pytest.mark.parametrize(
    "data",
    [b"\x05", b"\xff\xff", b"\x02\x01", ANDROID[:-1], EN[:-1], b"\x04\x03\x56\x4e\x00"],
    ids=["length only", "all ones", "no value", "cut android", "cut en", "odd uuid list"],
)
def test_lengths_that_lie_are_refused(data):
    with pytest.raises(InvalidFrameError):
        decode_advertisement(data)


def test_more_data_than_any_advertisement_holds_are_refused():
    with pytest.raises(InvalidFrameError):
        decode_advertisement(bytes(1651))


def test_a_field_may_not_run_from_the_advertisement_into_the_scan_response():
    with pytest.raises(InvalidFrameError):
        decode_advertisement(ANDROID[:10], ANDROID[10:])


def test_a_gatt_value_is_the_id_itself():
    assert encode_gatt_value(ID) == ID
    assert decode_gatt_value(ID) == ID


@pytest.mark.parametrize("size", [0, 11, 13, 512])
def test_a_gatt_value_of_another_length_is_refused(size):
    with pytest.raises(InvalidFrameError):
        decode_gatt_value(bytes(size))


@pytest.mark.parametrize("size", [0, 11, 13])
def test_an_id_of_another_length_is_never_sent(size):
    with pytest.raises(InvalidFrameError):
        encode_android(BluezoneId(bytes(size)))


@pytest.mark.parametrize(("rpi", "aem"), [(15, 4), (17, 4), (16, 3), (16, 5)])
def test_en_parts_of_another_length_are_never_sent(rpi, aem):
    with pytest.raises(InvalidFrameError):
        encode_en(Rpi(bytes(rpi)), bytes(aem))


def test_no_identifier_shows_in_a_repr():
    assert "b9a665" not in repr(AndroidFrame(ID)).lower()
    assert "x01" not in repr(EnFrame(RPI, AEM))


@settings(max_examples=200)
@given(data=st.binary(max_size=80), response=st.binary(max_size=40))
@example(data=b"\x00", response=b"")
def test_any_bytes_give_a_value_or_our_error(data, response):
    try:
        frame = decode_advertisement(data, response)
    except InvalidFrameError:
        return
    assert frame is None or isinstance(frame, AndroidFrame | IPhoneFrame | EnFrame)


_FIELD = st.builds(
    lambda kind, value: bytes((len(value) + 1, kind)) + value,
    st.sampled_from([1, 2, 3, 6, 7, 9, 0x16, 0xFF]),
    st.one_of(
        st.binary(max_size=20),
        st.builds(
            bytes.__add__,
            st.sampled_from([b"\x56\x4e", b"\xb5\x22", b"\x6f\xfd", b"\x4c\x00"]),
            st.binary(max_size=24),
        ),
    ),
)


@settings(max_examples=200)
@given(fields=st.lists(_FIELD, max_size=5), cut=st.integers(0, 200))
def test_nearly_right_frames_give_a_value_or_our_error(fields, cut):
    data = b"".join(fields)[:cut]
    try:
        frame = decode_advertisement(data)
    except InvalidFrameError:
        return
    if isinstance(frame, AndroidFrame):
        assert len(frame.id) == 12


@settings(max_examples=50)
@given(bluezone_id=st.binary(min_size=12, max_size=12))
def test_what_android_sends_is_what_is_heard(bluezone_id):
    assert decode_advertisement(encode_android(BluezoneId(bluezone_id))) == AndroidFrame(
        BluezoneId(bluezone_id)
    )


@settings(max_examples=50)
@given(rpi=st.binary(min_size=16, max_size=16), aem=st.binary(min_size=4, max_size=4))
def test_what_exposure_notification_sends_is_what_is_heard(rpi, aem):
    assert decode_advertisement(encode_en(Rpi(rpi), aem)) == EnFrame(Rpi(rpi), aem)
