"""The advertisement of Exposure Notification: 16 bytes of RPI, 4 of encrypted metadata.

Source: Exposure Notification Bluetooth Specification v1.2, "Advertising Payload"; the
reading rules from `spec/exposure.md` section 1.3. The decision that surprises: metadata of
a wrong length are kept, not refused, because the published scanner keeps them too and only
drops the sighting when it is matched.
"""

from dataclasses import dataclass, field
from typing import Final

from bluezone.protocol.en.tek import Rpi
from bluezone.protocol.errors import InvalidFrameError
from bluezone.protocol.frame.advertising_data import AdvertisingData, FieldType, encode_field

SERVICE: Final = 0xFD6F
"""16-bit service UUID assigned to Apple and Google for Exposure Notification."""
RPI_BYTES: Final = 16
AEM_BYTES: Final = 4

_FLAGS: Final = b"\x1a"


@dataclass(frozen=True, slots=True)
class EnFrame:
    """An Exposure Notification advertisement.

    Attributes:
        rpi: rolling proximity identifier, 16 bytes.
        aem: associated encrypted metadata, every byte after the identifier; 4 if valid.
    """

    rpi: Rpi = field(repr=False)
    aem: bytes = field(repr=False)


def encode_en(rpi: Rpi, aem: bytes) -> bytes:
    """Return the 31 bytes that a phone with Exposure Notification advertises.

    Args:
        rpi: 16 bytes, the identifier of the current interval.
        aem: 4 bytes, its encrypted metadata.

    Raises:
        InvalidFrameError: one of them has another length.
    """
    if len(rpi) != RPI_BYTES or len(aem) != AEM_BYTES:
        raise InvalidFrameError(
            f"{len(rpi)} RPI and {len(aem)} AEM bytes instead of {RPI_BYTES} and {AEM_BYTES}"
        )
    service = SERVICE.to_bytes(2, "little")
    return (
        encode_field(FieldType.FLAGS, _FLAGS)
        + encode_field(FieldType.COMPLETE_UUIDS_16, service)
        + encode_field(FieldType.SERVICE_DATA_16, service + rpi + aem)
    )


def decode_en(said: AdvertisingData) -> EnFrame | None:
    """Return the Exposure Notification frame in parsed advertising data, or None.

    Service data of fewer than 16 bytes are ignored, as the published scanner does.
    """
    data = said.service_data.get(SERVICE, b"")
    if len(data) < RPI_BYTES:
        return None
    return EnFrame(Rpi(data[:RPI_BYTES]), data[RPI_BYTES:])
