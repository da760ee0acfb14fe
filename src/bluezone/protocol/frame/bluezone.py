"""Frames of the published Bluezone apps: Android, iPhone in both states, and the GATT value.

Source: the behaviour of the published apps (Android module of August 2020, iOS 2.0.x to
3.0.3), sections 2.1 to 2.5 and 2.11 of the wire specification. The decision that
surprises: unlike the published iPhone app we check the company id, so that a stranger's
twelve bytes of manufacturer data never become a contact.
"""

from dataclasses import dataclass, field
from typing import Final

from bluezone.protocol.bluezone.day_key import BluezoneId
from bluezone.protocol.errors import InvalidFrameError
from bluezone.protocol.frame.advertising_data import (
    AdvertisingData,
    FieldType,
    encode_field,
    uuid_16,
)

ID_BYTES: Final = 12
ANDROID_SERVICE: Final = 0x4E56
"""16-bit service UUID of the Android app; not assigned to it by the Bluetooth SIG."""
COMPANY_ID: Final = 0x22B5
"""8885, company id of the Android app; not assigned to it either."""
IPHONE_SERVICE: Final = bytes.fromhex("00004E5673F54BC4A12F17D1AD07A667")
"""128-bit service UUID of the iPhone app, big endian."""
IPHONE_CHARACTERISTIC: Final = bytes.fromhex("00004E5673F54BC4A12F17D1AD07A689")
"""The characteristic whose value is the iPhone's id, big endian."""
LOCAL_NAME: Final = "Bluezone"
APPLE_COMPANY_ID: Final = 0x004C
OVERFLOW_PREFIX: Final = bytes((0x01, 0x08)) + bytes(15)
"""Apple's overflow area (type 1) with the one bit of the Bluezone service set."""

_ANDROID_UUID: Final = uuid_16(ANDROID_SERVICE)
_ANDROID_FLAGS: Final = b"\x02"
_IPHONE_FLAGS: Final = b"\x1a"


@dataclass(frozen=True, slots=True)
class AndroidFrame:
    """An Android phone's advertisement: it carries the 12-byte id itself."""

    id: BluezoneId = field(repr=False)


@dataclass(frozen=True, slots=True)
class IPhoneFrame:
    """An advertisement that may be an iPhone with the app: connect and read.

    Attributes:
        foreground: True for the service UUID, False for the overflow area of an iPhone whose
            app is in the background, which other apps can produce too.
    """

    foreground: bool


def encode_android(bluezone_id: BluezoneId) -> bytes:
    """Return the 23 bytes that an Android phone advertises.

    Args:
        bluezone_id: 12 bytes, the id of the current slot.

    Raises:
        InvalidFrameError: the id has another length.
    """
    company = COMPANY_ID.to_bytes(2, "little")
    return (
        encode_field(FieldType.FLAGS, _ANDROID_FLAGS)
        + encode_field(FieldType.MANUFACTURER_DATA, company + encode_gatt_value(bluezone_id))
        + encode_field(FieldType.COMPLETE_UUIDS_16, ANDROID_SERVICE.to_bytes(2, "little"))
    )


def encode_iphone_foreground(*, split: bool = False) -> tuple[bytes, bytes]:
    """Return the advertisement and the scan response of an iPhone with the app open.

    Args:
        split: put the name into the scan response, as an iPhone may.
    """
    name = encode_field(FieldType.COMPLETE_NAME, LOCAL_NAME.encode())
    start = encode_field(FieldType.FLAGS, _IPHONE_FLAGS) + encode_field(
        FieldType.COMPLETE_UUIDS_128, IPHONE_SERVICE[::-1]
    )
    return (start, name) if split else (start + name, b"")


def encode_iphone_background() -> bytes:
    """Return the advertisement of an iPhone whose app is in the background."""
    company = APPLE_COMPANY_ID.to_bytes(2, "little")
    return encode_field(FieldType.FLAGS, _IPHONE_FLAGS) + encode_field(
        FieldType.MANUFACTURER_DATA, company + OVERFLOW_PREFIX
    )


def encode_gatt_value(bluezone_id: BluezoneId) -> bytes:
    """Return the value of the iPhone's characteristic: the id as it is.

    Raises:
        InvalidFrameError: the id is not 12 bytes long.
    """
    if len(bluezone_id) != ID_BYTES:
        raise InvalidFrameError(f"a Bluezone id has {ID_BYTES} bytes, not {len(bluezone_id)}")
    return bytes(bluezone_id)


def decode_gatt_value(value: bytes) -> BluezoneId:
    """Return the id that an iPhone answered.

    Raises:
        InvalidFrameError: the value is not exactly 12 bytes long.
    """
    if len(value) != ID_BYTES:
        raise InvalidFrameError(f"the characteristic answered {len(value)} bytes, not {ID_BYTES}")
    return BluezoneId(bytes(value))


def decode_bluezone(said: AdvertisingData) -> AndroidFrame | IPhoneFrame | None:
    """Return the frame of a published Bluezone app in parsed advertising data, or None.

    Raises:
        InvalidFrameError: the Android service with our company id but not 12 bytes.
    """
    if _ANDROID_UUID in said.uuids:
        return _decode_android(said)
    if IPHONE_SERVICE in said.uuids:
        return IPhoneFrame(foreground=True)
    if said.manufacturer.get(APPLE_COMPANY_ID, b"").startswith(OVERFLOW_PREFIX):
        return IPhoneFrame(foreground=False)
    return None


def _decode_android(said: AdvertisingData) -> AndroidFrame | None:
    bluezone_id = said.manufacturer.get(COMPANY_ID)
    if bluezone_id is None:
        return None
    if len(bluezone_id) != ID_BYTES:
        raise InvalidFrameError(f"an Android frame with {len(bluezone_id)} id bytes")
    return AndroidFrame(BluezoneId(bluezone_id))
