"""The rules of a publish: which keys are kept, which are dropped, what refuses all of them.

Source: key server rules 1.3; every rule, its reason and the side taken on each trap stand in
`docs/validation-rules.md`. Pure: values in, values out, `now` is an argument.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

from bluezone.keyserver.errors import BadRequestError
from bluezone.keyserver.publish.accepted import AcceptedKey, accept_day_key, accept_tek
from bluezone.keyserver.publish.onset import INTERVAL_S, INTERVALS_A_DAY, days_since_onset
from bluezone.keyserver.settings import DAY_S, PublishLimits
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey, ReportType

MAX_SLOTS: Final = 1440
MAX_RISK: Final = 8
K = TypeVar("K", DiagnosisKey, DayKeyEntry)

REPORT_TYPES: Final = {
    "confirmed": ReportType.CONFIRMED_TEST,
    "likely": ReportType.CONFIRMED_CLINICAL_DIAGNOSIS,
    "user-report": ReportType.SELF_REPORT,
    "negative": ReportType.REVOKED,
}
RISK_BY_REPORT_TYPE: Final = {
    ReportType.CONFIRMED_TEST: 2,
    ReportType.CONFIRMED_CLINICAL_DIAGNOSIS: 4,
    ReportType.REVOKED: 6,
    ReportType.SELF_REPORT: 0,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a publish.

    Attributes:
        kept: keys to store, in the order they came.
        warnings: one sentence for each key that was dropped; it names the key by number.
    """

    kept: tuple[AcceptedKey, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the certificate and the request say about all keys.

    Attributes:
        report_type: from the certificate only.
        onset: interval number of the onset of symptoms.
    """

    report_type: ReportType
    onset: int


class _DroppedError(Exception):
    """One key breaks a rule; its sentence becomes a warning."""


def check_teks(
    keys: Sequence[DiagnosisKey], diagnosis: Diagnosis, *, limits: PublishLimits, now: int
) -> Checked:
    """Apply the rules for temporary exposure keys.

    Raises:
        BadRequestError: too many keys, none, a key twice, keys that overlap, too many with
            the same start, or not one good key.
    """

    def check(key: DiagnosisKey) -> AcceptedKey:
        _check_tek_form(key)
        created_at = _release(
            key.start * INTERVAL_S,
            (key.start + key.period) * INTERVAL_S,
            limits=limits,
            now=now,
        )
        risk = key.transmission_risk or RISK_BY_REPORT_TYPE[diagnosis.report_type]
        days = _days(key.start, diagnosis, limits)
        judged = DiagnosisKey(key.key, key.start, key.period, diagnosis.report_type, days, risk)
        return accept_tek(judged, created_at)

    checked = _check_all(keys, check, limits)
    _check_overlap(checked.kept, limits, length=lambda key: key.period)
    return checked


def check_day_keys(
    keys: Sequence[DayKeyEntry], diagnosis: Diagnosis, *, limits: PublishLimits, now: int
) -> Checked:
    """Apply the same rules to fresh day keys, each good for its one UTC day.

    Raises:
        BadRequestError: as for `check_teks`.
    """

    def check(key: DayKeyEntry) -> AcceptedKey:
        _check_day_key_form(key)
        end = key.time_start + DAY_S
        created_at = _release(key.time_start, end, limits=limits, now=now)
        days = _days(key.time_start // INTERVAL_S, diagnosis, limits)
        judged = DayKeyEntry(key.key, key.time_start, key.slots, diagnosis.report_type, days)
        return accept_day_key(judged, created_at)

    checked = _check_all(keys, check, limits)
    _check_overlap(checked.kept, limits, length=lambda _: DAY_S)
    return checked


def check_count(keys: Sequence[object], limits: PublishLimits) -> None:
    """Refuse a publish without keys or with too many.

    Raises:
        BadRequestError: not 1 to `limits.max_keys` keys.
    """
    if not 1 <= len(keys) <= limits.max_keys:
        raise BadRequestError(f"{len(keys)} keys in the request, 1 to {limits.max_keys} allowed")


def _check_all(
    keys: Sequence[K], check: Callable[[K], AcceptedKey], limits: PublishLimits
) -> Checked:
    check_count(keys, limits)
    if len({key.key for key in keys}) != len(keys):
        raise BadRequestError("the same key comes twice in the request")
    kept, warnings = [], []
    for number, key in enumerate(keys):
        try:
            kept.append(check(key))
        except _DroppedError as reason:
            warnings.append(f"key {number} was not saved: {reason}")
    if not kept:
        raise BadRequestError("no key of the request can be accepted", tuple(warnings))
    return Checked(tuple(kept), tuple(warnings))


def _check_tek_form(key: DiagnosisKey) -> None:
    if len(key.key) != 16:
        raise _DroppedError(f"it has {len(key.key)} bytes, expected 16")
    if not 1 <= key.period <= INTERVALS_A_DAY:
        raise _DroppedError(f"rolling period {key.period} is not 1 to {INTERVALS_A_DAY}")
    if not 0 <= key.transmission_risk <= MAX_RISK:
        raise _DroppedError(f"transmission risk {key.transmission_risk} is not 0 to {MAX_RISK}")


def _check_day_key_form(key: DayKeyEntry) -> None:
    if len(key.key) != 32:
        raise _DroppedError(f"it has {len(key.key)} bytes, expected 32")
    if key.time_start % DAY_S:
        raise _DroppedError("its start is not a UTC midnight")
    if not 1 <= key.slots <= MAX_SLOTS:
        raise _DroppedError(f"{key.slots} slots a day are not 1 to {MAX_SLOTS}")


def _release(start_s: int, end_s: int, *, limits: PublishLimits, now: int) -> int:
    """Return when the key counts as published: now, or once it is dead."""
    this_interval_s = now - now % INTERVAL_S
    if end_s < (now - limits.max_age_s) // INTERVAL_S * INTERVAL_S:
        raise _DroppedError(f"it ended more than {limits.max_age_s // 3600} hours ago")
    if start_s > this_interval_s:
        raise _DroppedError("it starts in the future")
    published = end_s + limits.window_s if end_s > this_interval_s else now
    return published - published % limits.window_s


def _days(start: int, diagnosis: Diagnosis, limits: PublishLimits) -> int:
    days = days_since_onset(start, diagnosis.onset)
    if abs(days) > limits.onset_span_days:
        raise _DroppedError(
            f"it lies {days} days from the onset, more than {limits.onset_span_days}"
        )
    return days


def _check_overlap(
    kept: Iterable[AcceptedKey], limits: PublishLimits, *, length: Callable[[AcceptedKey], int]
) -> None:
    ordered = sorted((key.start, key.start + length(key)) for key in kept)
    if max(Counter(start for start, _ in ordered).values()) > limits.max_same_start:
        raise BadRequestError(f"more than {limits.max_same_start} keys start together")
    for (start, end), (next_start, _) in pairwise(ordered):
        if start != next_start < end:
            raise BadRequestError("keys overlap that do not start together")
