"""Merging the operations of phones into the log, and the log into what households are.

One transaction a batch; the team's row is locked first, so that revisions grow one after the
other. A batch can be sent again at any time: what is stored already is answered as repeated.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

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
_UPDATE: Final = """
    UPDATE fieldwork_household
    SET state = %s, absences = %s, last_at = %s, last_absent_at = %s, last_outcome = %s,
        first_visit_on = %s, installed_on = %s, settled_on = %s, phones = %s, revision = %s
    WHERE id = %s AND team_id = %s
"""


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
        revision = next_revision(team)
        known = _known(team, device, visits)
        places = _households(team, visits)
        new: dict[int, Visit] = {}
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
        Visit.objects.bulk_create(new.values(), batch_size=_CHUNK)
        touched = {row.household_id for row in new.values()}
        refresh(team, touched, revision=revision)
    return Merged(tuple(new), tuple(repeated), tuple(refused))


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


def _known(team: Team, device: str, visits: Sequence[SentVisit]) -> dict[int, Visit]:
    counters = {visit.counter for visit in visits}
    rows = Visit.objects.filter(
        unit_path=team.unit_id, team=team, device=device, counter__in=counters
    )
    return {row.counter: row for row in rows}


def _households(team: Team, visits: Sequence[SentVisit]) -> frozenset[int]:
    wanted = {visit.household for visit in visits if 0 <= visit.household < 2**63}
    rows = Household.objects.filter(team=team, pk__in=wanted)
    return frozenset(rows.values_list("pk", flat=True))


def _row(team: Team, device: str, visit: SentVisit, places: frozenset[int], *, now: int) -> Visit:
    """Return the row of an operation that can be taken."""
    check_visit(visit)
    if visit.household not in places:
        raise UnknownHouseholdError("no such household in this team")
    if visit.time > now + AHEAD_S:
        raise TimeInFutureError("the visit lies after the server's clock")
    time = max(visit.time, team.campaign.opened_at)
    target = visit.target_id or OpId("", 0)
    return Visit(
        unit_path=team.unit_id,
        team=team,
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


_CONTENT: Final = (
    "household_id",
    "kind",
    "outcome",
    "reason",
    "phones",
    "target_device",
    "target_counter",
    "at",
    "time",
)


def _check_same(before: Visit, after: Visit) -> None:
    if any(getattr(before, name) != getattr(after, name) for name in _CONTENT):
        raise CounterConflictError("this id was used before for something else")


def _refresh(team: Team, ids: list[int], revision: int) -> None:
    ops = _ops(team, ids)
    _mark_voided(team, ids, ops)
    rows = [(*_columns(fold(ops[household])), revision, household, team.pk) for household in ids]
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, rows)


def _columns(standing: Standing) -> tuple[object, ...]:
    """Return what `_UPDATE` sets, in its order."""
    return (
        standing.state,
        standing.absences,
        standing.last_at,
        standing.last_absent_at,
        standing.last_outcome,
        standing.first_visit_on,
        standing.installed_on,
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
