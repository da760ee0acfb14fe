"""What a household is, as a function of the set of its operations.

Order of arrival and repeats do not matter: operations are unique by (device, counter), and are
read in the order (time, device, counter), where the time of a device never runs backwards along
its counter. Rules of ours, because the order of 2020 names none:

- The last visit that met somebody decides. An absence after it takes nothing away.
- With nobody met, three absences close the household as not reachable; two absences less than
  an hour apart count as one, because two members at one door are not two visits.
- A void takes back the visit it names, whichever of the two arrives first.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from bluezone.look.format import local
from bluezone.portal.campaign.field.choices import INSTALLING, OPEN_STATES, Kind, Outcome, State

ABSENCES: Final = 3
"""So many absences close a household."""
APART_S: Final = 3600
"""Absences closer than this count as one."""

_STATE_AFTER: Final[dict[str, str]] = {
    Outcome.INSTALLED: State.INSTALLED,
    Outcome.HELPED: State.INSTALLED,
    Outcome.NO_SMARTPHONE: State.NO_SMARTPHONE,
    Outcome.REFUSED: State.REFUSED,
    Outcome.PHONE_TOO_OLD: State.PHONE_TOO_OLD,
}


class OpId(NamedTuple):
    """The unique id of an operation."""

    device: str
    counter: int


@dataclass(frozen=True, slots=True)
class Op:
    """One operation on one household: a visit, or a void of the visit `target`."""

    id: OpId
    time: int
    kind: str = Kind.VISIT
    outcome: str = ""
    phones: int = 0
    target: OpId | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the operations say of a household.

    Attributes:
        state: one of `State`.
        absences: absences that count, 0 once somebody was met.
        last_at, last_outcome: the last visit, None and empty without any.
        last_absent_at: the last absence that counts.
        first_visit_on: local day of the first visit.
        installed_on: local day since which the app is there, if it is.
        settled_on: local day on which the household got its final state, if it has one.
        phones: phones with the app, as the team said.
    """

    state: str = State.TO_VISIT
    absences: int = 0
    last_at: int | None = None
    last_absent_at: int | None = None
    last_outcome: str = ""
    first_visit_on: dt.date | None = None
    installed_on: dt.date | None = None
    settled_on: dt.date | None = None
    phones: int = 0


def voided_ids(ops: Iterable[Op]) -> frozenset[OpId]:
    """Return the ids that some void names."""
    return frozenset(op.target for op in ops if op.kind == Kind.VOID and op.target is not None)


def in_order(ops: Iterable[Op]) -> list[tuple[int, Op]]:
    """Return (effective time, operation), each operation once, in the order that decides."""
    unique = {op.id: op for op in ops}
    timed: list[tuple[int, Op]] = []
    newest: dict[str, int] = {}
    for op in sorted(unique.values(), key=lambda op: op.id):
        time = max(op.time, newest.get(op.id.device, op.time))
        newest[op.id.device] = time
        timed.append((time, op))
    return sorted(timed, key=lambda pair: (pair[0], pair[1].id))


def fold(ops: Iterable[Op]) -> Standing:
    """Return what `ops`, all of one household, say of it."""
    ordered = in_order(ops)
    void = voided_ids(op for _, op in ordered)
    visits = [(time, op) for time, op in ordered if op.kind == Kind.VISIT and op.id not in void]
    if not visits:
        return Standing()
    met = [(time, op) for time, op in visits if op.outcome != Outcome.ABSENT]
    absent = _counted([time for time, op in visits if op.outcome == Outcome.ABSENT])
    state, settled = _state(met, absent)
    last_time, last = visits[-1]
    return Standing(
        state=state,
        absences=0 if met else len(absent),
        last_at=last_time,
        last_absent_at=absent[-1] if absent else None,
        last_outcome=last.outcome,
        first_visit_on=day_of(visits[0][0]),
        installed_on=_installed_on(met) if state == State.INSTALLED else None,
        settled_on=None if settled is None else day_of(settled),
        phones=max(met[-1][1].phones, 1) if state == State.INSTALLED else 0,
    )


def day_of(instant_s: int) -> dt.date:
    """Return the local day of Unix seconds."""
    return local(instant_s).date()


def _counted(absences: list[int]) -> list[int]:
    """Return the absences that count: each at least an hour after the one before."""
    counted: list[int] = []
    for time in absences:
        if not counted or time - counted[-1] >= APART_S:
            counted.append(time)
    return counted


def _state(met: list[tuple[int, Op]], absent: list[int]) -> tuple[str, int | None]:
    """Return the state and the instant since which it is final."""
    if met:
        return _STATE_AFTER[met[-1][1].outcome], met[-1][0]
    if len(absent) >= ABSENCES:
        return State.NOT_REACHABLE, absent[ABSENCES - 1]
    return (State.ABSENT if absent else State.TO_VISIT), None


def _installed_on(met: list[tuple[int, Op]]) -> dt.date:
    """Return the day of the first of the last unbroken run of visits that saw the app."""
    since = met[-1][0]
    for time, op in reversed(met):
        if op.outcome not in INSTALLING:
            break
        since = time
    return day_of(since)


def is_open(state: str) -> bool:
    """Return whether a household in `state` is still to be visited."""
    return state in OPEN_STATES
