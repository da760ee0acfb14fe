"""Setting, changing and ending targets: each adds a version and an entry of the audit."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal.audit.services import record
from bluezone.portal.campaign.targets.errors import (
    StaleTargetError,
    TargetError,
    UnsuitableTargetError,
)
from bluezone.portal.campaign.targets.models import SOURCE_LENGTH, TargetClause, TargetVersion
from bluezone.portal.campaign.targets.ranks import field_of
from bluezone.portal.campaign.targets.rendering import render
from bluezone.portal.campaign.targets.store import Standing, as_row, standing
from bluezone.portal.campaign.targets.terms import Rank, Target
from bluezone.portal.units.models import Unit


@transaction.atomic
def set_target(
    unit: Unit, target: Target, *, actor: str, now: int, source: str = ""
) -> TargetVersion:
    """Set another target for a unit and return its first version.

    Args:
        unit: for whom.
        target: what.
        actor: user name, or `system`.
        now: Unix seconds; the target counts from the evening of that local day on.
        source: the order or letter it comes from.

    Raises:
        UnsuitableTargetError: its last day is over, or it asks for a rank among units that the
            unit is not one of.
        TargetError: the unit has the same target already.
        StaleTargetError: somebody set a target at the same moment.
    """
    today = look_format.local(now).date()
    check(unit, target, today)
    _check_new(unit, target, today, except_line=0)
    last = TargetVersion.objects.filter(unit_path=unit.path).aggregate(last=Max("line"))["last"]
    row = _row(unit.path, (last or 0) + 1, 1, actor=actor, now=now, source=source)
    return _add(row, target, "target.set")


@transaction.atomic
def change_target(
    unit: Unit, line: int, target: Target, *, version: int, actor: str, now: int, source: str = ""
) -> TargetVersion:
    """Replace a unit's target by a new version and return it; the old one is kept.

    Args:
        unit: whose target.
        line: which of its targets.
        target: what it becomes.
        version: the version that the person saw.
        actor: user name.
        now: Unix seconds, as in `set_target`.
        source: the order or letter it comes from.

    Raises:
        StaleTargetError: that version no longer stands.
        TargetError: as in `set_target`.
    """
    today = look_format.local(now).date()
    before = own_target(unit, line, today)
    if before is None or before.version != version:
        raise StaleTargetError(_("This target was changed in the meantime. Look at it again."))
    check(unit, target, today)
    _check_new(unit, target, today, except_line=line)
    row = _row(unit.path, line, version + 1, actor=actor, now=now, source=source)
    return _add(row, target, "target.changed")


@transaction.atomic
def end_target(unit: Unit, line: int, *, version: int, actor: str, now: int) -> TargetVersion:
    """End a unit's target and return the version that says so; nothing is deleted.

    Raises:
        StaleTargetError: that version no longer stands.
    """
    before = own_target(unit, line, look_format.local(now).date())
    if before is None or before.version != version:
        raise StaleTargetError(_("This target was changed in the meantime. Look at it again."))
    row = _row(unit.path, line, version + 1, actor=actor, now=now, source=before.source)
    row.ended = True
    return _add(row, before.target, "target.ended")


def own_target(unit: Unit | str, line: int, day: dt.date) -> Standing | None:
    """Return a target that a unit has set itself and that stands on `day`."""
    path = unit if isinstance(unit, str) else unit.path
    found = standing([path], day).get(path, [])
    return next((one for one in found if one.line == line), None)


def check(unit: Unit, target: Target, today: dt.date) -> None:
    """Raise UnsuitableTargetError where the target cannot be one of this unit."""
    if target.deadline is not None and target.deadline < today:
        raise UnsuitableTargetError(
            _("The last day, %(day)s, is over.") % {"day": look_format.date(target.deadline)}
        )
    for clause in target.clauses:
        if isinstance(clause, Rank) and not field_of(unit, clause.of):
            raise UnsuitableTargetError(
                _("%(unit)s is not one of %(of)d units of its kind; write how many there are.")
                % {"unit": unit.title, "of": clause.of}
            )


def _check_new(unit: Unit, target: Target, today: dt.date, *, except_line: int) -> None:
    for one in standing([unit.path], today).get(unit.path, []):
        if one.target == target and one.line != except_line:
            raise TargetError(_("This unit has that target already."))


def _row(path: str, line: int, version: int, *, actor: str, now: int, source: str) -> TargetVersion:
    return TargetVersion(
        unit_path=path,
        line=line,
        version=version,
        from_day=look_format.local(now).date(),
        source=source.strip()[:SOURCE_LENGTH],
        set_by=actor,
        set_at=now,
    )


def _add(row: TargetVersion, target: Target, action: str) -> TargetVersion:
    row.deadline = target.deadline
    key = row.unit_path, row.line, row.version
    clauses = [as_row(clause, key, place) for place, clause in enumerate(target.clauses)]
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            TargetClause.objects.bulk_create(clauses)
    except IntegrityError:
        raise StaleTargetError(
            _("Somebody set a target of this unit at the same moment. Look again.")
        ) from None
    detail = {"version": row.version, "target": render(target, "en"), "source": row.source}
    record(row.set_by, action, f"target {row.unit_path}/{row.line}", detail)
    return row
