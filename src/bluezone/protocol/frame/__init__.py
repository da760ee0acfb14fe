"""Advertisements and the GATT value: every frame that phones send, both ways."""

from bluezone.protocol.frame.bluezone import (
    AndroidFrame,
    IPhoneFrame,
    decode_gatt_value,
    encode_android,
    encode_gatt_value,
    encode_iphone_background,
    encode_iphone_foreground,
)
from bluezone.protocol.frame.decode import Frame, decode_advertisement
from bluezone.protocol.frame.exposure_notification import EnFrame, encode_en

__all__ = [
    "AndroidFrame",
    "EnFrame",
    "Frame",
    "IPhoneFrame",
    "decode_advertisement",
    "decode_gatt_value",
    "encode_android",
    "encode_en",
    "encode_gatt_value",
    "encode_iphone_background",
    "encode_iphone_foreground",
]
