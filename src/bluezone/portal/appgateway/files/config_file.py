"""configApp.json: settings that a published phone merges into its own, whatever they are.

Source: spec/bluezone-wire.md 3.4 rule 7, 5.1, W13 and W14. What is not on the list below cannot
be in the file: tokens, phone numbers, the language; the rate of ids (`MaxNumberSubKey`,
`MaxNumberSubKeyPerDay`), which phones would take up at mixed times; the battery's level, stored
as one type and read as another. Numbers are numbers, because a text crashes the native part.
What a push may change too has the bounds of `pushes.app_settings`.
"""

from collections.abc import Mapping
from typing import Final

from bluezone.portal.appgateway.files import links
from bluezone.portal.appgateway.files.checking import Rule, check_members, text, whole
from bluezone.portal.appgateway.files.errors import AppFilesError
from bluezone.portal.appgateway.files.sources import Contents, Sources
from bluezone.portal.appgateway.pushes.app_settings import ALLOWED

_LOCATION: Final = "NotificationRequestLocation"
_PERMISSION: Final = "NotificationRequestPermissonAndroid"
_DAY_MS: Final = 86_400_000
_RSSI: Final = whole(-120, -20)
_STORES: Final = ("{LinkShareIOS}", "{LinkShareAndroid}")
_SHARED: Final = text(500, _STORES)
_NATIVE: Final = "of the published type and within its bounds (docs/app-gateway-files.md)"
_LINKS: Final = (
    "SupportUrl",
    "LinkDetail",
    "LinkDetailEn",
    "LinkRulesVi",
    "LinkRulesEn",
    "LinkShareAndroid",
    "LinkShareIOS",
    "LinkGroupFace",
    "LinkGroupFace_en",
)


def _is_number(value: object) -> bool:
    return isinstance(value, str) and 3 <= len(value) <= 15 and value.isascii() and value.isdigit()


def _is_mail(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 100 or not value.isascii():
        return False
    name, at, host = value.partition("@")
    return bool(name and at and host) and not set(value) & set(" <>\"'?&:/\\")


RULES: Final[Mapping[str, Rule]] = {
    **{name: Rule(fits, _NATIVE) for name, fits in ALLOWED.items()},
    "TimeShowLog": whole(1_000, 3_600_000),
    "RssiThreshold": _RSSI,
    "RssiThreshold_Android_Android": _RSSI,
    "RssiThreshold_Android_iOS": _RSSI,
    "RssiThreshold_iOS_Android": _RSSI,
    "RssiThreshold_iOS_iOS": _RSSI,
    "PeriodDay": whole(1, 14),
    "DbMaxRow": whole(1, 1_000_000),
    "DbMaxDay": whole(1, 365),
    "IntervalRequestPermisson": whole(60_000, _DAY_MS),
    "TimeCountDownOTP": whole(60, 3_600),
    "Beta": Rule(lambda value: value is False, "false"),
    "Notifications": Rule(lambda value: value == [], "an empty list"),
    "SupportPhoneNumber": Rule(_is_number, "3 to 15 digits"),
    "MailTo": Rule(_is_mail, "an address of mail"),
    **dict.fromkeys(_LINKS, links.RULE),
    "ShareAppText": _SHARED,
    "ShareAppText_en": _SHARED,
    "ShareMessageText": _SHARED,
    "ShareMessageText_en": _SHARED,
    "JoinGroupFaceText": text(200),
    "JoinGroupFaceText_en": text(200),
}
"""What the file may say; `TurnContact` is worked out from the questions."""


def config_file(
    contents: Contents, sources: Sources, turn_contact: Mapping[str, object]
) -> dict[str, object]:
    """Return the file's members.

    Args:
        contents: what the files say.
        sources: for links.
        turn_contact: where the app's list of questions explains contacts.

    Raises:
        AppFilesError: a member that phones must not get.
    """
    values = contents.config
    check_members("config", values, RULES)
    if _LOCATION in values and _PERMISSION not in values:
        raise AppFilesError(f"config.{_LOCATION} without {_PERMISSION} crashes Android phones")
    shown = {name: links.address(str(values[name]), sources) for name in _LINKS if name in values}
    return {**values, **shown, "TurnContact": dict(turn_contact)}
