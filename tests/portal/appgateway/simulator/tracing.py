"""What a published phone does with a pushed list, crashes and endless loops as exceptions.

Source: spec/bluezone-wire.md 1.6, by the project's own models of it (`protocol.bluezone`).
"""

from collections.abc import Sequence

from bluezone.protocol.bluezone import trace_ios
from bluezone.protocol.bluezone.published_f0 import read_published_list
from bluezone.protocol.bluezone.slot import DAY_S
from bluezone.protocol.bluezone.trace import Heard, Outcome, trace_android
from bluezone.protocol.errors import InvalidF0ListError

MOST_PROBES = 100_000
"""One push may make a phone ask its database this often: about a minute on a phone of 2016."""


class PhoneCrashError(AssertionError):
    """The push ended the app (W13)."""


class PhoneHangError(AssertionError):
    """The push keeps the app busy without end (W13)."""


def finds_contact(platform: str, text: str, heard: Sequence[Heard]) -> bool:
    """Return whether the phone says "contact".

    Raises:
        PhoneCrashError, PhoneHangError: an entry does that to the phone.
    """
    return (_ios if platform == "ios" else _android)(text, heard)


def _android(text: str, heard: Sequence[Heard]) -> bool:
    try:
        entries = list(read_published_list(text))
    except InvalidF0ListError:
        return False
    probes = 0
    for entry in entries:
        if entry is None:
            return False
        trace = trace_android(entry, heard)
        _check(trace.outcome)
        if trace.outcome is Outcome.MATCH:
            return True
        probes += trace.probe_count or 0
        if probes > MOST_PROBES:
            raise PhoneHangError(f"{probes} probes")
    return False


def _ios(text: str, heard: Sequence[Heard]) -> bool:
    probes = 0
    for key, start, slots, end in trace_ios._read_list(text):
        outcome = trace_ios.trace_ios(key, start, slots, time_end=end, heard=heard)
        _check(outcome)
        if outcome is Outcome.MATCH:
            return True
        probes += int(max(0.0, end - start) * slots / DAY_S) + 1
        if probes > MOST_PROBES:
            raise PhoneHangError(f"{probes} probes")
    return False


def _check(outcome: Outcome) -> None:
    if outcome is Outcome.CRASH:
        raise PhoneCrashError("an F0 entry")
    if outcome is Outcome.HANG:
        raise PhoneHangError("an F0 entry")
