"""The relay check: do two people's histories tell of the same meetings?

Source: wire specification section 6.1 ("unfair play") and 6.3, last paragraph; weakness W9. Ids
carry no proof of who sent them, so somebody can catch an id here and send it there. A genuine
row (own a, contact b, t) has a row (own b, contact a, t') in the other history with |t - t'|
within one scan period and the slot's tolerance; a one-way relay has none. The surprise is what
this cannot do: a relay that works both ways passes, and a genuine meeting may be one-sided
(a phone that was restarted scans but does not advertise), so "one-sided" is no guilt.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.history import ContactRow
from bluezone.protocol.bluezone.relay_rows import (
    IMPOSSIBLE,
    Finding,
    OwnIds,
    Reason,
    Side,
    Sound,
    Tolerance,
    judge_rows,
    own_id_fits,
)

MEETING_GAP_S: Final = 900
"""Rows further apart belong to two meetings: three scans of a published phone. Ours."""


class Verdict(StrEnum):
    """What two histories say together."""

    CONSISTENT = "consistent"
    ONE_SIDED = "one_sided"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "undecided"
    """No row concerns both, or what there is can be explained without a meeting."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Rows of both histories that belong together in time.

    Attributes:
        start_s: first row, Unix seconds.
        end_s: last row.
        verdict: about this meeting alone.
        findings: its rows in the order of their time.
    """

    start_s: int
    end_s: int
    verdict: Verdict
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class History:
    """How far one history agrees with its owner's keys.

    Attributes:
        rows: all of them.
        own_id_fits: rows whose own id follows from the keys at that time.
        own_id_foreign: rows whose own id does not, although the keys reach to that time.
    """

    rows: int
    own_id_fits: int
    own_id_foreign: int


@dataclass(frozen=True, slots=True)
class RelayReport:
    """What the check found.

    Attributes:
        verdict: the worst of the meetings: impossible, one-sided, consistent.
        meetings: in the order of time.
        a: the first history against its own keys.
        b: the second one.
    """

    verdict: Verdict
    meetings: tuple[Meeting, ...]
    a: History
    b: History


def check_relay(
    history_a: Sequence[ContactRow],
    keys_a: F0Entry,
    history_b: Sequence[ContactRow],
    *,
    keys_b: F0Entry,
    tolerance: Tolerance = Tolerance(),  # noqa: B008 - frozen
) -> RelayReport:
    """Compare two histories; the result is the same with A and B exchanged.

    Args:
        history_a: rows of one phone, in any order, seconds or milliseconds.
        keys_a: its own keys: first day key, its UTC midnight, slots, end.
        history_b: rows of the other phone.
        keys_b: its own keys.
        tolerance: how far apart genuine rows may be.
    """
    ids_a, ids_b = OwnIds(keys_a), OwnIds(keys_b)
    judged_a = list(judge_rows(Side.A, history_a, ids_a, ids_b, tolerance=tolerance))
    judged_b = list(judge_rows(Side.B, history_b, ids_b, ids_a, tolerance=tolerance))
    times_a, times_b = _sound_times(judged_a), _sound_times(judged_b)
    findings = [_paired(Side.A, one, times_b, tolerance.counterpart_s) for one in judged_a]
    findings += [_paired(Side.B, one, times_a, tolerance.counterpart_s) for one in judged_b]
    meetings = tuple(_meetings(findings))
    return RelayReport(
        verdict=_worst([meeting.verdict for meeting in meetings]),
        meetings=meetings,
        a=_against_own_keys(history_a, ids_a),
        b=_against_own_keys(history_b, ids_b),
    )


def _sound_times(judged: Sequence[Finding | Sound]) -> list[float]:
    return sorted(one.time_s for one in judged if isinstance(one, Sound))


def _paired(
    side: Side, one: Finding | Sound, other_times: Sequence[float], within_s: int
) -> Finding:
    """Return a row's finding: a sound one gets its counterpart, or is told to have none."""
    if isinstance(one, Finding):
        return one
    at = bisect_left(other_times, one.time_s)
    near = [other - one.time_s for other in other_times[max(0, at - 1) : at + 1]]
    apart_s = min(near, key=abs, default=None)
    if apart_s is None or abs(apart_s) > within_s:
        return Finding(side, one.row, int(one.time_s), Reason.NO_COUNTERPART, rssi_dbm=one.rssi_dbm)
    reason = Reason.COUNTERPART
    return Finding(side, one.row, int(one.time_s), reason, round(apart_s), one.rssi_dbm)


def _meetings(findings: Sequence[Finding]) -> list[Meeting]:
    ordered = sorted(findings, key=lambda one: (one.time_s, one.side, one.row))
    if not ordered:
        return []
    groups = [[ordered[0]]]
    for before, one in pairwise(ordered):
        if one.time_s - before.time_s > MEETING_GAP_S:
            groups.append([])
        groups[-1].append(one)
    return [
        Meeting(group[0].time_s, group[-1].time_s, _verdict_of(group), tuple(group))
        for group in groups
    ]


def _verdict_of(findings: Sequence[Finding]) -> Verdict:
    """Return the verdict of one meeting: one counterpart is enough, one impossible row, too."""
    reasons = {one.reason for one in findings}
    if reasons & IMPOSSIBLE:
        return Verdict.IMPOSSIBLE
    if Reason.COUNTERPART in reasons:
        return Verdict.CONSISTENT
    return Verdict.ONE_SIDED if Reason.NO_COUNTERPART in reasons else Verdict.UNDECIDED


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    order = (Verdict.IMPOSSIBLE, Verdict.ONE_SIDED, Verdict.CONSISTENT)
    return next((one for one in order if one in verdicts), Verdict.UNDECIDED)


def _against_own_keys(rows: Sequence[ContactRow], own: OwnIds) -> History:
    fits = [own_id_fits(row, own) for row in rows]
    return History(len(rows), fits.count(True), fits.count(False))
