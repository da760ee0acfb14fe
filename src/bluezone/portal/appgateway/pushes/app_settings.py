"""Settings of the published app that a push may change: this list and nothing else.

Source: spec/bluezone-wire.md 5.1, W13 and W14. The app merges whatever comes, so what is missing
here is missing on purpose: tokens, phone numbers, the language and every link; the rate of ids,
which must never change (1.2, 1.3); the capture of Classic addresses (W17); numbers that the app
stores as one type and reads as another (`BatteryEnableBluetooth`); and what has no effect.
Bounds are ours, around the built-in values: half a minute of scanning in an hour at least, so
that no push can switch the protection off or empty a battery.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bluezone.portal.appgateway.pushes.errors import PushInvalidError
from bluezone.portal.appgateway.pushes.notices import (
    LONG_TEXT_CHARACTERS,
    TITLE_CHARACTERS,
    is_plain,
)
from bluezone.portal.appgateway.pushes.strict_json import encode, read_object

Check = Callable[[object], bool]
_DAY_MS: Final = 86_400_000
_LOCATION: Final = "NotificationRequestLocation"
_PERMISSION: Final = "NotificationRequestPermissonAndroid"
"""The published spelling. Without this block the other one crashes an Android phone (W13)."""
_TEXTS: Final = tuple(
    name + end for name in ("title", "message", "bigText", "subText") for end in ("", "_en")
)
_REMINDER: Final = frozenset({"itemRepeat", *_TEXTS})
_REPEAT: Final = frozenset({"id", "dayStartTime", "repeatTime"})


def _whole(low: int, high: int) -> Check:
    return lambda value: type(value) is int and low <= value <= high


def _hours(value: object) -> bool:
    whole = _whole(0, 23)
    return isinstance(value, list) and 1 <= len(value) <= 24 and all(map(whole, value))


def _is_reminder(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != _REMINDER:
        return False
    repeats = value["itemRepeat"]
    times = isinstance(repeats, list) and 1 <= len(repeats) <= 24 and all(map(_is_repeat, repeats))
    return times and all(_is_text(value[name]) for name in _TEXTS)


def _is_repeat(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != _REPEAT:
        return False
    at, every = _whole(0, _DAY_MS - 1), _whole(3_600_000, 7 * _DAY_MS)
    known = _whole(1, 99_999)(value["id"])
    return known and at(value["dayStartTime"]) and every(value["repeatTime"])


def _is_text(value: object) -> bool:
    longest = max(TITLE_CHARACTERS, LONG_TEXT_CHARACTERS)
    return isinstance(value, str) and len(value) <= longest and is_plain(value)


ALLOWED: Final[Mapping[str, Check]] = {
    "ScanBleRun": _whole(25_000, 120_000),
    "ScanBleSleep": _whole(15_000, 600_000),
    "BroadcastBleRun": _whole(15_000, 120_000),
    "BroadcastBleSleep": _whole(5_000, 60_000),
    "TimeSaveLog": _whole(1_000, 3_600_000),
    "TimeEnableBluetooth": _whole(60_000, _DAY_MS),
    "ScheduleNotifyDay": _whole(1, 30),
    "ScheduleNotifyHour": _hours,
    "NotificationRequestBluetooth": _is_reminder,
    _LOCATION: _is_reminder,
    _PERMISSION: _is_reminder,
}
"""Names and what their values must be."""


def settings_content(values: Mapping[str, object]) -> str:
    """Return the JSON text of `DataContent`."""
    return encode(dict(values))


def check_settings_content(text: str) -> None:
    """Check such a text.

    Raises:
        PushInvalidError: a name that is not on the list, a value of another type or out of its
            bounds, or the reminder about location without the one about permission.
    """
    values = read_object(text)
    if not values:
        raise PushInvalidError("no setting to change")
    for name, value in values.items():
        check = ALLOWED.get(name)
        if check is None:
            raise PushInvalidError("a setting is not one that a push may change")
        if not check(value):
            raise PushInvalidError(f"{name} has another type or is out of its bounds")
    if _LOCATION in values and _PERMISSION not in values:
        raise PushInvalidError(f"{_LOCATION} without {_PERMISSION} crashes Android phones")
