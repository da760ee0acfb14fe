"""Advertising data: the length-type-value fields inside an advertisement.

Source: Bluetooth Core Specification 5.4, Vol 3 Part C section 11, and the Supplement part
A for the field types. The decision that surprises: a field that runs past the end refuses
the whole advertisement, even if the fields before it were readable, because a sender that
lies about one length cannot be believed about the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from bluezone.protocol.errors import InvalidFrameError

MAX_LEGACY_BYTES: Final = 31
"""Room in one legacy advertisement, and again in its scan response (Core 5.4, Vol 6 B 2.3.1)."""

MAX_EXTENDED_BYTES: Final = 1650
"""Room in a chain of extended advertisements (Core 5.4, Vol 4 E 7.7.65.13)."""

_BASE_UUID: Final = bytes.fromhex("00001000800000805F9B34FB")


class FieldType(IntEnum):
    """The few assigned field types that our frames use."""

    FLAGS = 0x01
    INCOMPLETE_UUIDS_16 = 0x02
    COMPLETE_UUIDS_16 = 0x03
    INCOMPLETE_UUIDS_32 = 0x04
    COMPLETE_UUIDS_32 = 0x05
    INCOMPLETE_UUIDS_128 = 0x06
    COMPLETE_UUIDS_128 = 0x07
    SHORT_NAME = 0x08
    COMPLETE_NAME = 0x09
    SERVICE_DATA_16 = 0x16
    MANUFACTURER_DATA = 0xFF


_UUID_BYTES: Final = {
    FieldType.INCOMPLETE_UUIDS_16: 2,
    FieldType.COMPLETE_UUIDS_16: 2,
    FieldType.INCOMPLETE_UUIDS_32: 4,
    FieldType.COMPLETE_UUIDS_32: 4,
    FieldType.INCOMPLETE_UUIDS_128: 16,
    FieldType.COMPLETE_UUIDS_128: 16,
}


@dataclass(slots=True)
class AdvertisingData:
    """What one advertisement and its scan response say together, in any field order.

    Attributes:
        uuids: every listed service UUID as 16 big-endian bytes.
        manufacturer: data by company id, without the id's two bytes; the last one counts.
        service_data: data by 16-bit service UUID; the last one counts.
    """

    uuids: set[bytes] = field(default_factory=set)
    manufacturer: dict[int, bytes] = field(default_factory=dict)
    service_data: dict[int, bytes] = field(default_factory=dict)


def uuid_16(short: int) -> bytes:
    """Return the 128-bit form, big endian, of a 16-bit service UUID."""
    return short.to_bytes(4, "big") + _BASE_UUID


def encode_field(kind: FieldType, value: bytes) -> bytes:
    """Return one field: length, type, value.

    Args:
        kind: the assigned type.
        value: 0 to 254 bytes.
    """
    return bytes((len(value) + 1, kind)) + value


def split_fields(data: bytes) -> list[tuple[int, bytes]]:
    """Return the (type, value) pairs of advertising data, in order.

    Args:
        data: at most `MAX_EXTENDED_BYTES`; a zero length ends it early, as the rest is padding.

    Raises:
        InvalidFrameError: the data are too long or a field runs past their end.
    """
    if len(data) > MAX_EXTENDED_BYTES:
        raise InvalidFrameError(f"advertising data of {len(data)} bytes; {MAX_EXTENDED_BYTES} fit")
    fields: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data) and data[at]:
        end = at + 1 + data[at]
        if end > len(data):
            raise InvalidFrameError(
                f"a field of {data[at]} bytes at offset {at} runs past the {len(data)} bytes"
            )
        fields.append((data[at + 1], data[at + 2 : end]))
        at = end
    return fields


def parse_advertising_data(parts: Iterable[bytes]) -> AdvertisingData:
    """Return what an advertisement and, if there is one, its scan response say together.

    Args:
        parts: the advertisement, then its scan response; each is split on its own.

    Raises:
        InvalidFrameError: a part is too long, a field runs past its part's end, or a list of
            UUIDs does not hold a whole number of them.
    """
    said = AdvertisingData()
    for part in parts:
        for kind, value in split_fields(part):
            _add_field(said, kind, value)
    return said


def _add_field(said: AdvertisingData, kind: int, value: bytes) -> None:
    if kind == FieldType.MANUFACTURER_DATA and len(value) >= 2:
        said.manufacturer[int.from_bytes(value[:2], "little")] = value[2:]
    elif kind == FieldType.SERVICE_DATA_16 and len(value) >= 2:
        said.service_data[int.from_bytes(value[:2], "little")] = value[2:]
    elif kind in _UUID_BYTES:
        said.uuids.update(_split_uuids(value, _UUID_BYTES[FieldType(kind)]))


def _split_uuids(value: bytes, size: int) -> Iterable[bytes]:
    if len(value) % size:
        raise InvalidFrameError(f"a list of {size}-byte UUIDs has {len(value)} bytes")
    for at in range(0, len(value), size):
        uuid = value[at : at + size][::-1]
        yield uuid if size == 16 else uuid.rjust(4, b"\0") + _BASE_UUID
