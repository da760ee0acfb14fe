"""One door for every advertisement that a scanner hears.

Source: sections 2.2 to 2.5 and 2.11 of the wire specification, and Exposure Notification
Bluetooth v1.2. The decision that surprises: the flags field is never looked at, because
published phones of both makes send different values for the same app.
"""

from typing import TypeAlias

from bluezone.protocol.frame.advertising_data import parse_advertising_data
from bluezone.protocol.frame.bluezone import AndroidFrame, IPhoneFrame, decode_bluezone
from bluezone.protocol.frame.exposure_notification import EnFrame, decode_en

Frame: TypeAlias = AndroidFrame | IPhoneFrame | EnFrame
"""Every kind of advertisement that concerns us."""


def decode_advertisement(data: bytes, scan_response: bytes = b"") -> Frame | None:
    """Return the frame in an advertisement, or None if it belongs to somebody else.

    Args:
        data: the advertising data as received; hostile.
        scan_response: the data of the scan response that followed it, if any; fields may
            be split between the two in any way.

    Raises:
        InvalidFrameError: the data are not advertising data (a length that does not fit), or
            they claim to be a Bluezone frame but hold no 12-byte id.
    """
    said = parse_advertising_data((data, scan_response))
    return decode_en(said) or decode_bluezone(said)
