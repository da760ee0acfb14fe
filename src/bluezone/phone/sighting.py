"""One received identifier: the value that radio, log, matching and risk share.

Source: what `spec/exposure.md` section 2.1 calls a sighting, for both schemes. The
decision that surprises: an own identifier is kept only for rows read from a published
history file; our own log never stores it, since it says nothing about the contact.
"""

from dataclasses import dataclass, field

from bluezone.protocol.scheme import Scheme

__all__ = ["Scheme", "Sighting"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One identifier, heard once.

    Attributes:
        scheme: `en` (16-byte RPI) or `bluezone` (12-byte id).
        id: the identifier's bytes.
        time_s: Unix seconds UTC of receipt.
        rssi_dbm: received strength after calibration, -127 to 126.
        aem: associated encrypted metadata as received (4 bytes if valid); empty for `bluezone`.
        previous_scan_s: when the scan before this one stopped, Unix seconds; 0 if unknown.
    """

    scheme: Scheme
    id: bytes = field(repr=False)
    time_s: int
    rssi_dbm: int
    aem: bytes = field(default=b"", repr=False)
    previous_scan_s: int = 0
