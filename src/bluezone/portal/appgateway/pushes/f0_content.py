"""`DataContent` of the one command that makes a phone look for an F0 among its own sightings.

Source: spec/bluezone-wire.md 1.5, 1.6 and 4.1, W13 and W31. The types are the native ones: the
number of the bundle a string, the days a number, and the list of entries a string that holds
JSON. A phone hashes and asks its database once for each slot of each entry, without a limit of
its own and in one go, so the whole push has one. All texts here are ASCII.
"""

import re
from collections.abc import Sequence
from typing import Final

from bluezone.portal.appgateway.pushes.errors import PushInvalidError
from bluezone.portal.appgateway.pushes.strict_json import encode, read_object
from bluezone.protocol.bluezone.f0 import F0Entry, encode_f0_list, parse_f0_list
from bluezone.protocol.errors import InvalidF0ListError

MAX_ENTRIES: Final = 27
"""spec/bluezone-wire.md 4.1: 27 entries are 4,067 bytes, 28 more than FCM takes."""
DAYS: Final = 14
"""What published phones look back."""
MAX_DAYS: Final = 30
MAX_PROBES: Final = 50_000
"""Ours: 27 entries of 15 days with 96 slots are 38,880."""
DAY_S: Final = 86_400

_FIND_GUID: Final = re.compile(r"[A-Za-z0-9_-]{36}")
_MEMBERS: Final = frozenset({"FindGUID", "Numberdays", "InfoF"})


def find_content(find_guid: str, entries: Sequence[F0Entry], number_of_days: int) -> str:
    """Return the JSON text, members in the published order."""
    members = {
        "FindGUID": find_guid,
        "Numberdays": number_of_days,
        "InfoF": encode_f0_list(entries),
    }
    return encode(members)


def check_find_content(text: str) -> None:
    """Check a JSON text of `DataContent`.

    Raises:
        PushInvalidError: a phone could crash on it, hang on it or search the wrong times.
    """
    members = read_object(text, _MEMBERS)
    guid, days, entries = members["FindGUID"], members["Numberdays"], members["InfoF"]
    if not isinstance(guid, str) or not _FIND_GUID.fullmatch(guid):
        raise PushInvalidError("FindGUID is not 36 characters of base64url")
    if type(days) is not int or not 1 <= days <= MAX_DAYS:
        raise PushInvalidError(f"Numberdays is not a whole number from 1 to {MAX_DAYS}")
    if not isinstance(entries, str):
        raise PushInvalidError("InfoF is not a text")
    check_entries(_entries_in(entries))


def check_entries(entries: Sequence[F0Entry]) -> None:
    """Check what one push makes a phone look for.

    Raises:
        PushInvalidError: no entry, too many, a rate that the two platforms count differently,
            or more work than a phone should do at once.
    """
    if not 1 <= len(entries) <= MAX_ENTRIES:
        raise PushInvalidError(f"a push holds 1 to {MAX_ENTRIES} entries")
    if any(entry.max < 2 or DAY_S % entry.max for entry in entries):
        raise PushInvalidError("max is not a divisor of the day's seconds, from 2 on")
    if sum(probes(entry) for entry in entries) > MAX_PROBES:
        raise PushInvalidError(f"a phone would have to look for more than {MAX_PROBES} ids")


def probes(entry: F0Entry) -> int:
    """Return for how many ids a phone without a match looks (spec/bluezone-wire.md 1.6)."""
    return (entry.time_end - entry.time_start) * entry.max // DAY_S + 1


def _entries_in(text: str) -> list[F0Entry]:
    try:
        entries = parse_f0_list(text)
    except InvalidF0ListError as error:
        raise PushInvalidError(f"InfoF: {error}") from None
    if encode_f0_list(entries) != text:
        raise PushInvalidError("InfoF is not written the way we write it")
    return entries
