"""`Notify`: what a published phone shows, in both languages, and the checks of it.

Source: spec/bluezone-wire.md 4.1. A phone shows the system notification only if `TypeLanguage`
is its own language, and keeps the entry in its list in any case, under `NotifyID`; so a message
for everybody goes out twice with one `NotifyID`. The surprising part: the published app builds
a query of its own database from the `NotifyID` (W15), so it has letters and digits only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bluezone.portal.appgateway.pushes.errors import PushInvalidError
from bluezone.portal.appgateway.pushes.strict_json import encode, read_object

LANGUAGES: Final = ("vi", "en")
SMALL_ICON: Final = "icon_bluezone_service"
TITLE_CHARACTERS: Final = 100
TEXT_CHARACTERS: Final = 300
LONG_TEXT_CHARACTERS: Final = 1000
"""Ours: two languages of each must fit into 4,096 bytes, three bytes a Vietnamese letter."""
LATEST_MS: Final = 4_102_444_800_000
"""The year 2100: far from every overflow of a phone."""

_ID: Final = re.compile(r"[0-9A-Za-z]{1,32}")
_LIMITS: Final = {
    "Title": TITLE_CHARACTERS,
    "Text": TEXT_CHARACTERS,
    "BigText": LONG_TEXT_CHARACTERS,
    "TitleEn": TITLE_CHARACTERS,
    "TextEn": TEXT_CHARACTERS,
    "BigTextEn": LONG_TEXT_CHARACTERS,
}
_MEMBERS: Final = frozenset(
    {"NotifyID", "SmallIcon", "LargeIcon", *_LIMITS, "Timestamp", "TypeLanguage"}
)


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in one language: plain text, no markup.

    Attributes:
        title: at most 100 characters.
        text: the notification, at most 300.
        long_text: what unfolds and stands in the app's list, at most 1,000.
    """

    title: str
    text: str
    long_text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What is shown.

    Attributes:
        notice_id: `NotifyID`: letters and digits, at most 32; the same one replaces.
        vi: in Vietnamese.
        en: in English.
        language: the phones that show it: `vi` or `en`.
        at_ms: when it was written, Unix milliseconds.
    """

    notice_id: str
    vi: Words
    en: Words
    language: str
    at_ms: int


def notify_text(notice: Notice) -> str:
    """Return the JSON text of `Notify`, members in the published order.

    Raises:
        PushInvalidError: a member is out of its limits.
    """
    text = encode(
        {
            "NotifyID": notice.notice_id,
            "SmallIcon": SMALL_ICON,
            "LargeIcon": "",
            "Title": notice.vi.title,
            "Text": notice.vi.text,
            "BigText": notice.vi.long_text,
            "TitleEn": notice.en.title,
            "TextEn": notice.en.text,
            "BigTextEn": notice.en.long_text,
            "Timestamp": notice.at_ms,
            "TypeLanguage": notice.language,
        }
    )
    check_notify(text)
    return text


def check_notify(text: str) -> None:
    """Check a JSON text of `Notify`.

    Raises:
        PushInvalidError: a phone could misread it, or it carries markup.
    """
    members = read_object(text, _MEMBERS)
    notice_id, at_ms = members["NotifyID"], members["Timestamp"]
    if not isinstance(notice_id, str) or not _ID.fullmatch(notice_id):
        raise PushInvalidError("NotifyID is not 1 to 32 letters and digits")
    if type(at_ms) is not int or not 0 <= at_ms <= LATEST_MS:
        raise PushInvalidError("Timestamp is not a whole number of milliseconds")
    if members["SmallIcon"] != SMALL_ICON or members["LargeIcon"] != "":
        raise PushInvalidError("an icon is none that the published app has")
    if members["TypeLanguage"] not in LANGUAGES:
        raise PushInvalidError("TypeLanguage is neither vi nor en")
    _check_texts(members)


def _check_texts(members: Mapping[str, object]) -> None:
    for name, limit in _LIMITS.items():
        text = members[name]
        if not isinstance(text, str) or not text.strip() or len(text) > limit:
            raise PushInvalidError(f"{name} is not a text of 1 to {limit} characters")
        if not is_plain(text):
            raise PushInvalidError(f"{name} holds markup or control characters")


def is_plain(text: str) -> bool:
    """Return whether `text` is plain: no control character but the line's end, no markup."""
    printable = all(letter.isprintable() or letter == "\n" for letter in text)
    return printable and not set(text) & set("<>")
