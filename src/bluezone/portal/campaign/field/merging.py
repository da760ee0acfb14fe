"""Merging the operations of phones into the log, and the log into what households are.

One transaction a batch; the team's row is locked first, so that revisions grow one after the
other. A batch can be sent again at any time: what is stored already is answered as repeated.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import F

from bluezone.portal.campaign.field.choices import Kind
from bluezone.portal.campaign.field.errors import (
    CounterConflictError,
    TimeInFutureError,
    UnknownHouseholdError,
    VisitRefusedError,
)
from bluezone.portal.campaign.field.fold import Op, OpId, Standing, day_of, fold, voided_ids
from bluezone.portal.campaign.field.models import Household, Team, Visit
from bluezone.portal.campaign.field.wire import SentVisit, check_visit

AHEAD_S: Final = 300
"""A visit may lie this much after the server's clock: networks take their time."""
_CHUNK: Final = 500
_INSERT: Final = """
    INSERT INTO fieldwork_visit (unit_path, team_id, household_id, device, counter, kind, outcome,
        reason, phones, target_device, target_counter, at, time, day, received_at, voided)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, FALSE)
"""
_UPDATE: Final = """
    UPDATE fieldwork_household
    SET state = %s, absences = %s, last_at = %s, last_absent_at = %s, last_outcome = %s,
        first_visit_on = %s, installed_on = %s, helped_on = %s, settled_on = %s, phones = %s,
        revision = %s
    WHERE id = %s AND team_id = %s
"""


class Row(NamedTuple):
    """A row of the log as `_INSERT` takes it; a model instance would cost ten times as much."""

    unit_path: str
    team_id: int
    household_id: int
    device: str
    counter: int
    kind: str
    outcome: str
    reason: str
    phones: int
    target_device: str
    target_counter: int | None
    at: int
    time: int
    day: dt.date
    received_at: int


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation that was not taken, and why."""

    counter: int
    error: VisitRefusedError


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a batch: counters of new, of known, and of refused operations."""

    accepted: tuple[int, ...]
    repeated: tuple[int, ...]
    refused: tuple[Refused, ...]


def merge(team: Team, device: str, visits: Sequence[SentVisit], *, now: int) -> Merged:
    """Store what is new of `visits` and bring the households up to date.

    Args:
        team: the team of the device.
        device: id of the device that made the operations.
        visits: in any order, repeats allowed.
        now: when they came, Unix seconds of the server.
    """
    with transaction.atomic():
        revision = next_revision(team)  # also the lock behind which `known` stays true
        known = _known(team, device, visits)
        places = _households(team, visits)
        new: dict[int, Row] = {}
        repeated, refused = [], []
        for visit in visits:
            try:
                row = _row(team, device, visit, places, now=now)
                before = known.get(visit.counter) or new.get(visit.counter)
                if before is None:
                    new[visit.counter] = row
                else:
                    _check_same(before, row)
                    repeated.append(visit.counter)
            except VisitRefusedError as error:
                refused.append(Refused(visit.counter, error))
        _insert(new.values())
        touched = {row.household_id for row in new.values()}
        refresh(team, touched, revision=revision)
    return Merged(tuple(new), tuple(repeated), tuple(refused))


def _insert(rows: Iterable[Row]) -> None:
    """Add rows to the log; one prepared statement, because a batch has thousands of values."""
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, list(rows))


def refresh(team: Team, households: Iterable[int], *, revision: int) -> None:
    """Compute what `households` are from all their operations, and store what changed."""
    ids = sorted(households)
    for start in range(0, len(ids), _CHUNK):
        _refresh(team, ids[start : start + _CHUNK], revision)


def next_revision(team: Team) -> int:
    """Lock the team inside the caller's transaction and return its next revision."""
    Team.objects.filter(pk=team.pk).update(revision=F("revision") + 1)
    team.revision = Team.objects.values_list("revision", flat=True).get(pk=team.pk)
    return team.revision


def _known(team: Team, device: str, visits: Sequence[SentVisit]) -> dict[int, Row]:
    counters = {visit.counter for visit in visits}
    rows = Visit.objects.filter(
        unit_path=team.unit_id, team=team, device=device, counter__in=counters
    )
    return {row[4]: Row(*row) for row in rows.values_list(*Row._fields)}


def _households(team: Team, visits: Sequence[SentVisit]) -> frozenset[int]:
    wanted = {visit.household for visit in visits if 0 <= visit.household < 2**63}
    rows = Household.objects.filter(team=team, pk__in=wanted)
    return frozenset(rows.values_list("pk", flat=True))


def _row(team: Team, device: str, visit: SentVisit, places: frozenset[int], *, now: int) -> Row:
    """Return the row of an operation that can be taken."""
    check_visit(visit)
    if visit.target is not None and visit.target.device != device:
        raise VisitRefusedError("a phone takes back its own visits only")
    if visit.household not in places:
        raise UnknownHouseholdError("no such household in this team")
    if visit.time > now + AHEAD_S:
        raise TimeInFutureError("the visit lies after the server's clock")
    time = max(visit.time, team.campaign.opened_at)
    target = visit.target_id or OpId("", 0)
    return Row(
        unit_path=team.unit_id,
        team_id=team.pk,
        household_id=visit.household,
        device=device,
        counter=visit.counter,
        kind=visit.kind,
        outcome=visit.outcome,
        reason=visit.reason,
        phones=visit.phones,
        target_device=target.device,
        target_counter=target.counter if visit.target else None,
        at=visit.at,
        time=time,
        day=day_of(time),
        received_at=now,
    )


def _check_same(before: Row, after: Row) -> None:
    """Compare everything but the moment of arrival, which comes last."""
    if before[:-1] != after[:-1]:
        raise CounterConflictError("this id was used before for something else")


def _refresh(team: Team, ids: list[int], revision: int) -> None:
    ops = _ops(team, ids)
    _mark_voided(team, ids, ops)
    rows = [(*_columns(fold(ops[household])), revision, household, team.pk) for household in ids]
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, rows)


def _columns(standing: Standing) -> tuple[str | int | dt.date | None, ...]:
    """Return what `_UPDATE` sets, in its order."""
    return (
        standing.state,
        standing.absences,
        standing.last_at,
        standing.last_absent_at,
        standing.last_outcome,
        standing.first_visit_on,
        standing.installed_on,
        standing.helped_on,
        standing.settled_on,
        standing.phones,
    )


def _ops(team: Team, ids: list[int]) -> defaultdict[int, list[Op]]:
    found: defaultdict[int, list[Op]] = defaultdict(list)
    rows = Visit.objects.filter(unit_path=team.unit_id, household_id__in=ids).values_list(
        "household_id",
        "device",
        "counter",
        "time",
        "kind",
        "outcome",
        "phones",
        "target_device",
        "target_counter",
    )
    for household, device, counter, time, kind, outcome, phones, on, at in rows:
        target = None if at is None else OpId(on, at)
        op = Op(OpId(device, counter), time, kind, outcome, phones, target)
        found[household].append(op)
    return found


def _mark_voided(team: Team, ids: list[int], ops: dict[int, list[Op]]) -> None:
    """Set the column `voided` where a void names the visit; it follows from the log."""
    for household in ids:
        for target in voided_ids(ops.get(household, [])):
            Visit.objects.filter(
                unit_path=team.unit_id,
                household_id=household,
                device=target.device,
                counter=target.counter,
                kind=Kind.VISIT,
                voided=False,
            ).update(voided=True)
