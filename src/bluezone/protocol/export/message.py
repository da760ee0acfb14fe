"""Protobuf bytes to messages and back, with every fault as an error of ours.

Source: protobuf's documentation and behaviour. The surprising decision: text fields are
proto2 strings, which the library does not check while it parses. Reading a field of invalid
UTF-8 then gives bytes, or raises, depending on the library's build; so texts are read
through `read_texts` here, never straight from the message.
"""

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from bluezone.protocol.errors import InvalidExportError
from bluezone.protocol.export.export_pb2 import Outline
from bluezone.protocol.export.limits import MAX_ENTRIES, MAX_TEXT, Check

M = TypeVar("M", bound=Message)


def parse_message(message: M, data: bytes) -> M:
    """Fill `message` from `data` and return it.

    Raises:
        InvalidExportError: `check` is `protobuf`; `reason` is `too_many_entries` or
            `corrupt_protobuf`.
    """
    try:
        _check_entries(data)
        message.ParseFromString(data)
    except (DecodeError, UnicodeDecodeError) as fault:
        raise _corrupt("the protobuf is cut off or damaged") from fault
    return message


def serialize_message(message: Message) -> bytes:
    """Return the bytes of a message, the same for the same content."""
    return message.SerializeToString(deterministic=True)


def read_texts(message: Message, *names: str) -> list[str]:
    """Return the named text fields of a message, empty where absent.

    Raises:
        InvalidExportError: a text is not UTF-8 or longer than 255 characters.
    """
    return [checked_text(_read(message, name)) for name in names]


def checked_text(value: object) -> str:
    """Return a text of a message as the library handed it over.

    Raises:
        InvalidExportError: it is not UTF-8, or longer than 255 characters.
    """
    if not isinstance(value, str):
        raise _corrupt("a text is not valid UTF-8")
    if len(value) > MAX_TEXT:
        message = f"a text has more than {MAX_TEXT} characters"
        raise InvalidExportError(message, check=Check.PROTOBUF, reason="text_too_long")
    return value


def _read(message: Message, name: str) -> object:
    try:
        return getattr(message, name)
    except UnicodeDecodeError:
        return None


def _check_entries(data: bytes) -> None:
    """Count entries before they are built: two bytes on the wire are a hundred in memory."""
    seen = Outline()
    seen.ParseFromString(data)
    entries = len(seen.field_1) + len(seen.field_6) + len(seen.field_7) + len(seen.field_8)
    if entries > MAX_ENTRIES:
        message = f"{entries} entries, more than {MAX_ENTRIES}"
        raise InvalidExportError(message, check=Check.PROTOBUF, reason="too_many_entries")


def _corrupt(message: str) -> InvalidExportError:
    return InvalidExportError(message, check=Check.PROTOBUF, reason="corrupt_protobuf")
