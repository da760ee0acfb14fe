"""What a household is, as a function of the set of its operations.

Order of arrival and repeats do not matter: operations are unique by (device, counter), and are
read in the order (time, device, counter), where the time of a device never runs backwards along
its counter. Rules of ours, because the order of 2020 names none:

- The last visit that met somebody decides. An absence after it takes nothing away.
- With nobody met, three absences close the household as not reachable. Absences of the same part
  of a day (morning, afternoon, evening) count as one: three knocks in one morning find nobody
  who works, and two members at one door are not two visits.
- A void takes back the visit it names, whichever of the two arrives first.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, NamedTuple

from bluezone.look.format import local
from bluezone.portal.campaign.field.choices import OPEN_STATES, Kind, Outcome, State

ABSENCES: Final = 3
"""So many absences close a household."""
NOON_H: Final = 12
EVENING_H: Final = 18
"""Local hours at which the afternoon and the evening begin; the morning begins at midnight."""

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
        helped_on: the first day since then on which the team itself helped to install, if it did.
        settled_on: local day since which the household has its final state, if it has one.
        phones: phones with the app, as the team said.
    """

    state: str = State.TO_VISIT
    absences: int = 0
    last_at: int | None = None
    last_absent_at: int | None = None
    last_outcome: str = ""
    first_visit_on: dt.date | None = None
    installed_on: dt.date | None = None
    helped_on: dt.date | None = None
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
    state, run = _state(met, absent)
    helped = (time for time, outcome in run if outcome == Outcome.HELPED)
    installed = state == State.INSTALLED
    last_time, last = visits[-1]
    return Standing(
        state=state,
        absences=0 if met else len(absent),
        last_at=last_time,
        last_absent_at=absent[-1] if absent else None,
        last_outcome=last.outcome,
        first_visit_on=day_of(visits[0][0]),
        installed_on=day_of(run[0][0]) if installed else None,
        helped_on=next((day_of(time) for time in helped), None),
        settled_on=day_of(run[0][0]) if run else None,
        phones=max(met[-1][1].phones, 1) if installed else 0,
    )


def day_of(instant_s: int) -> dt.date:
    """Return the local day of Unix seconds."""
    return local(instant_s).date()


def part_of(instant_s: int) -> tuple[dt.date, int]:
    """Return the local day and its part (0 morning, 1 afternoon, 2 evening) of Unix seconds."""
    then = local(instant_s)
    return then.date(), (then.hour >= NOON_H) + (then.hour >= EVENING_H)


def _counted(absences: list[int]) -> list[int]:
    """Return the absences that count: the first of each part of a day."""
    counted: list[int] = []
    for time in absences:
        if not counted or part_of(time) != part_of(counted[-1]):
            counted.append(time)
    return counted


_Run = list[tuple[int, str]]


def _state(met: list[tuple[int, Op]], absent: list[int]) -> tuple[str, _Run]:
    """Return the state and the (time, outcome) since which it is final, none while it is open."""
    if met:
        state = _STATE_AFTER[met[-1][1].outcome]
        same = takewhile(lambda pair: _STATE_AFTER[pair[1].outcome] == state, reversed(met))
        return state, [(time, op.outcome) for time, op in same][::-1]
    if len(absent) >= ABSENCES:
        return State.NOT_REACHABLE, [(absent[ABSENCES - 1], Outcome.ABSENT)]
    return (State.ABSENT if absent else State.TO_VISIT), []


def is_open(state: str) -> bool:
    """Return whether a household in `state` is still to be visited."""
    return state in OPEN_STATES
