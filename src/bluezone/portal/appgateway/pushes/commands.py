"""The commands that can be pushed to published phones, one builder each. There are no others.

Source: spec/bluezone-wire.md 4.1 and bluezone-api-examples.json, whose bytes these are. The
builders write; `push_data.checked` judges what they wrote, and is the only way to a `PushData`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from bluezone.portal.appgateway.pushes import push_data
from bluezone.portal.appgateway.pushes.app_settings import settings_content
from bluezone.portal.appgateway.pushes.app_texts import texts_content
from bluezone.portal.appgateway.pushes.f0_content import DAYS, find_content
from bluezone.portal.appgateway.pushes.notices import Notice, Words, notify_text
from bluezone.portal.appgateway.pushes.push_data import FindTemplate, PushData, checked, restored
from bluezone.portal.appgateway.pushes.strict_json import encode
from bluezone.protocol.bluezone.f0 import F0Entry

__all__ = [
    "FindTemplate",
    "Notice",
    "PushData",
    "Words",
    "find_contacts",
    "find_template",
    "html_news",
    "link_news",
    "phone_reminder",
    "restored",
    "settings_update",
    "short_news",
    "texts",
]

_ANY_GUID: Final = "find-guid-of-nobody-in-particular-00"


def find_contacts(
    find_guid: str, entries: Sequence[F0Entry], number_of_days: int = DAYS
) -> PushData:
    """Return the push that lets a phone look for these entries among its own sightings.

    What a published phone with a match then sends is dropped at the door but for its token and
    this number (`appgateway.uploads`).

    Args:
        find_guid: as `find_guid.find_guid_for` makes it for this phone.
        entries: 1 to 27.
        number_of_days: days that the phone looks back, 1 to 30.

    Raises:
        PushInvalidError: a value out of its limits.
    """
    content = find_content(find_guid, entries, number_of_days)
    return checked({"Type": push_data.FIND, "DataContent": content})


def find_template(entries: Sequence[F0Entry], number_of_days: int = DAYS) -> FindTemplate:
    """Return `find_contacts` for any number of phones, checked once.

    Raises:
        PushInvalidError: a value out of its limits.
    """
    return FindTemplate(find_contacts(_ANY_GUID, entries, number_of_days), _ANY_GUID)


def short_news(notice: Notice, *, sender: str = "Bluezone", content: str = "") -> PushData:
    """Return a short message: a notification and an entry in the app's list.

    Raises:
        PushInvalidError: a text out of its limits.
    """
    members = {"Sender": sender, "Content": content}
    return _news(push_data.SHORT_NEWS, notice, members)


def html_news(notice: Notice, news_id: str) -> PushData:
    """Return news whose page the app fetches from us (`/bzentries/`) when it is opened.

    Raises:
        PushInvalidError: a text or the number out of its limits.
    """
    return _news(push_data.HTML_NEWS, notice, {"BzNewId": news_id})


def link_news(notice: Notice, link: str) -> PushData:
    """Return news whose page is opened from our own public host.

    Raises:
        PushInvalidError: a text out of its limits, or a link that leads elsewhere.
    """
    return _news(push_data.LINK_NEWS, notice, {"Link": link})


def phone_reminder(notice: Notice) -> PushData:
    """Return a reminder that leads to the registration of a phone number.

    Raises:
        PushInvalidError: a text out of its limits.
    """
    return _news(push_data.PHONE_REMINDER, notice, {})


def texts(version: str, vi: Mapping[str, str], en: Mapping[str, str]) -> PushData:
    """Return new texts of the app.

    Args:
        version: digits and dots.
        vi: texts by name.
        en: texts by name.

    Raises:
        PushInvalidError: a text that the app could not format.
    """
    content = texts_content(version, vi, en)
    return checked({"Type": push_data.TEXTS, "DataContent": content})


def settings_update(values: Mapping[str, object]) -> PushData:
    """Return new values of settings that a push may change (`app_settings.ALLOWED`).

    Raises:
        PushInvalidError: another setting, or a value out of its bounds.
    """
    content = settings_content(values)
    return checked({"Type": push_data.SETTINGS, "DataContent": content})


def _news(kind: str, notice: Notice, members: Mapping[str, str]) -> PushData:
    fields = {"Type": kind, "Notify": notify_text(notice), "DataContent": encode(dict(members))}
    return checked(fields)
