"""What can be pushed to a published phone: a closed set, and the only type that providers take.

Source: spec/bluezone-wire.md 4.1 to 4.3, W4 and W13. `PushData` cannot be made but through
`checked`, which knows six commands, each with its own strict check; what waits in the database
comes back through the same check, so that not even a row written by hand becomes another push.
The commands that make a phone upload without asking are not among them, and no name of theirs
stands anywhere in this code base (tests/portal/appgateway/pushes/test_closed_set.py).
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NoReturn, Self, final

from bluezone.portal.appgateway.pushes import notices
from bluezone.portal.appgateway.pushes.app_settings import check_settings_content
from bluezone.portal.appgateway.pushes.app_texts import check_texts_content
from bluezone.portal.appgateway.pushes.errors import PushInvalidError
from bluezone.portal.appgateway.pushes.f0_content import check_find_content
from bluezone.portal.appgateway.pushes.links import check_link
from bluezone.portal.appgateway.pushes.strict_json import encode, read_object

MAX_BYTES: Final = 4096
"""FCM's limit for a message to one phone: names and values together."""

FIND: Final = "KiemTraLichSuTiepXuc"
SHORT_NEWS: Final = "GuiThongBao"
HTML_NEWS: Final = "bznews"
LINK_NEWS: Final = "urlnews"
PHONE_REMINDER: Final = "MOBILE"
TEXTS: Final = "CapNhatNgonNgu"
SETTINGS: Final = "CapNhatCauHinh"

_NEWS_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,40}")
_TYPE: Final = "Type"
_NOTIFY: Final = "Notify"
_CONTENT: Final = "DataContent"
_ONLY_HERE: Final = object()


@final
class PushData:
    """One push's data map, checked; made by `checked` and by nothing else.

    Attributes:
        kind: the command.
        json: the data map as compact JSON, UTF-8: what goes into the message as it is.
    """

    __slots__ = ("json", "kind")
    kind: str
    json: bytes

    def __init__(self, kind: str, json: bytes, *, made_by: object) -> None:
        """Refuse everybody but this module.

        Raises:
            PushInvalidError: somebody else made it.
        """
        if made_by is not _ONLY_HERE:
            raise PushInvalidError("a push is made by the builders in `commands` only")
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "json", json)

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("there is no other kind of push")

    @property
    def fields(self) -> Mapping[str, str]:
        """Return the data map: every value a string."""
        members = read_object(self.json.decode())
        return MappingProxyType({name: str(value) for name, value in members.items()})

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise PushInvalidError("a push does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise PushInvalidError("a push does not change")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[[str], "PushData"], tuple[str]]:
        return restored, (self.json.decode(),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PushData) and other.json == self.json

    def __hash__(self) -> int:
        return hash(self.json)

    def __repr__(self) -> str:
        """Return the command and the size, nothing of the content."""
        return f"<PushData {self.kind}, {len(self.json)} bytes>"


def checked(fields: Mapping[str, str]) -> PushData:
    """Return a push with these fields.

    Args:
        fields: `Type`, and `Notify` and `DataContent` where the command has them.

    Raises:
        PushInvalidError: not one of the commands, or anything that a published phone could
            crash on, hang on or misread; or over 4,096 bytes.
    """
    if not all(isinstance(value, str) for value in fields.values()):
        raise PushInvalidError("a value of the data map is no text")
    kind = fields.get(_TYPE, "")
    shape = _SHAPES.get(kind)
    if shape is None:
        raise PushInvalidError("there is no such command")
    if tuple(fields) != (_TYPE, *shape):
        raise PushInvalidError("the fields are not exactly those of the command")
    text = encode(dict(fields))
    if data_bytes(fields) > MAX_BYTES:
        raise PushInvalidError(f"the push is larger than {MAX_BYTES} bytes")
    for name, check in shape.items():
        check(fields[name])
    return PushData(kind, text.encode(), made_by=_ONLY_HERE)


def restored(text: str) -> PushData:
    """Return the push whose data map was stored as JSON, checked anew.

    Raises:
        PushInvalidError: it is none of ours.
    """
    members = read_object(text)
    fields = {name: value for name, value in members.items() if isinstance(value, str)}
    if len(fields) != len(members):
        raise PushInvalidError("a value of the data map is no text")
    return checked(fields)


def data_bytes(fields: Mapping[str, str]) -> int:
    """Return the size as FCM counts it: names and values in UTF-8."""
    return sum(len(name.encode()) + len(value.encode()) for name, value in fields.items())


@final
class FindTemplate:
    """The pushes of one bundle, which differ in the `FindGUID` only: checked once, then cut.

    Attributes:
        head: JSON before the `FindGUID`.
        tail: JSON after it.
    """

    __slots__ = ("head", "tail")

    def __init__(self, push: PushData, find_guid: str) -> None:
        """Cut a checked push where its `FindGUID` stands.

        Raises:
            PushInvalidError: that number does not stand there exactly once.
        """
        parts = push.json.split(find_guid.encode())
        if push.kind != FIND or len(parts) != 2:
            raise PushInvalidError("the FindGUID does not stand exactly once in the push")
        self.head, self.tail = parts

    def for_phone(self, find_guid: str) -> PushData:
        """Return the push with this `FindGUID`.

        Raises:
            PushInvalidError: it is not 36 characters of base64url, which JSON leaves as it is.
        """
        if not _GUID(find_guid):
            raise PushInvalidError("FindGUID is not 36 characters of base64url")
        return PushData(
            FIND, b"%b%b%b" % (self.head, find_guid.encode(), self.tail), made_by=_ONLY_HERE
        )


_GUID: Final = re.compile(r"[A-Za-z0-9_-]{36}").fullmatch


def _check_sender(text: str) -> None:
    members = read_object(text, frozenset({"Sender", "Content"}))
    if not all(isinstance(value, str) and notices.is_plain(value) for value in members.values()):
        raise PushInvalidError("Sender and Content are plain texts")


def _check_news_id(text: str) -> None:
    number = read_object(text, frozenset({"BzNewId"}))["BzNewId"]
    if not isinstance(number, str) or not _NEWS_ID.fullmatch(number):
        raise PushInvalidError("BzNewId is not 1 to 40 letters, digits, _ and -")


def _check_news_link(text: str) -> None:
    check_link(read_object(text, frozenset({"Link"}))["Link"])


def _check_nothing(text: str) -> None:
    if text != "{}":
        raise PushInvalidError("DataContent is not empty")


_SHAPES: Final[Mapping[str, Mapping[str, Callable[[str], None]]]] = {
    FIND: {_CONTENT: check_find_content},
    SHORT_NEWS: {_NOTIFY: notices.check_notify, _CONTENT: _check_sender},
    HTML_NEWS: {_NOTIFY: notices.check_notify, _CONTENT: _check_news_id},
    LINK_NEWS: {_NOTIFY: notices.check_notify, _CONTENT: _check_news_link},
    PHONE_REMINDER: {_NOTIFY: notices.check_notify, _CONTENT: _check_nothing},
    TEXTS: {_CONTENT: check_texts_content},
    SETTINGS: {_CONTENT: check_settings_content},
}
"""Every command there is, with the checks of its fields in their order."""
