"""Teams and their members, households and whose they are; every change is in the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, may
from bluezone.portal.audit.services import record
from bluezone.portal.campaign.field.closing import campaign_for, keep_open
from bluezone.portal.campaign.field.errors import FieldError
from bluezone.portal.campaign.field.merging import next_revision
from bluezone.portal.campaign.field.models import Household, Team, TeamMember, Visit
from bluezone.portal.units.models import Level, Unit

MAX_HOUSEHOLDS: Final = 2000
"""Doors of one team; a phone keeps them all."""
REVISION_ROWS: Final = 200
"""So many doors of a list change at once, so that a phone on a thin network gets small answers."""
TEAM_LEVELS: Final = frozenset({Level.COMMUNE, Level.VILLAGE})


@dataclass(frozen=True, slots=True)
class Door:
    """A household to be put on a list; counts are None where nobody said."""

    alley: str
    label: str
    position: int
    adults: int | None = None
    smartphones: int | None = None


def create_team(unit: Unit, name: str, *, actor: str, now: int) -> Team:
    """Make a team for a village or commune inside an open campaign and return it.

    Raises:
        FieldError: no campaign is open there, another kind of unit, or the name is taken.
    """
    campaign = campaign_for(unit)
    if campaign is None:
        raise FieldError(_("No campaign is open here. Open one first."))
    if unit.level not in TEAM_LEVELS:
        raise FieldError(_("A team belongs to a village, a residential group or a commune."))
    try:
        with transaction.atomic():
            keep_open(campaign.pk)
            team = Team.objects.create(campaign=campaign, unit=unit, name=name, created_at=now)
            record(actor, "field.team_created", f"team {team.pk}", {"unit": unit.path})
    except IntegrityError:
        raise FieldError(_("There is a team of that name already.")) from None
    return team


@transaction.atomic
def add_member(team: Team, username: str, *, actor: str) -> TeamMember:
    """Put an account on a team and return the membership; once is enough.

    Raises:
        FieldError: no such account, or it may not visit households in the team's unit.
    """
    user = User.objects.filter(username=username.strip(), is_active=True).first()
    if user is None or not may(user, Permission.VISIT_HOUSEHOLDS, unit=team.unit_id):
        message = _("No such account may visit households here. Give it the role “Team member”.")
        raise FieldError(message)
    keep_open(team.campaign_id)
    member, created = TeamMember.objects.get_or_create(team=team, user=user)
    if created:
        detail = {"user": user.username}
        record(actor, "field.member_added", f"team {team.pk}", detail)
    return member


@transaction.atomic
def remove_member(team: Team, user_id: int, *, actor: str) -> None:
    """Take an account off a team; its phones wipe themselves at their next contact."""
    gone, _rows = TeamMember.objects.filter(team=team, user_id=user_id).delete()
    if gone:
        record(actor, "field.member_removed", f"team {team.pk}", {"user": user_id})


@transaction.atomic
def add_households(team: Team, doors: Sequence[Door], *, actor: str) -> int:
    """Put doors on a team's list and return how many are new.

    A door that is there already (alley and label) gets the new place and counts.

    Raises:
        FieldError: more than `MAX_HOUSEHOLDS` on the list.
    """
    keep_open(team.campaign_id)
    revision = next_revision(team)
    there = {(row.alley, row.label): row for row in _open(team)}
    new = [door for door in doors if (door.alley, door.label) not in there]
    if len(there) + len(new) > MAX_HOUSEHOLDS:
        limit = {"limit": MAX_HOUSEHOLDS}
        raise FieldError(_("A team has at most %(limit)d households. Make two teams.") % limit)
    known = [door for door in doors if (door.alley, door.label) in there]
    for place, door in enumerate(known):
        if place and not place % REVISION_ROWS:
            revision = next_revision(team)
        row = there[door.alley, door.label]
        row.position, row.adults, row.smartphones = door.position, door.adults, door.smartphones
        row.revision = revision
    Household.objects.bulk_update(
        (there[door.alley, door.label] for door in known),
        ["position", "adults", "smartphones", "revision"],
        batch_size=100,
    )
    for start in range(0, len(new), REVISION_ROWS):
        revision = next_revision(team)
        part = new[start : start + REVISION_ROWS]
        Household.objects.bulk_create(_row(team, door, revision) for door in part)
    record(actor, "field.households_added", f"team {team.pk}", {"new": len(new)})
    return len(new)


def next_position(team: Team, alley: str) -> int:
    """Return the place after the last door of an alley."""
    last = _open(team).filter(alley=alley).aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


@transaction.atomic
def remove_household(team: Team, household_id: int, *, actor: str, now: int) -> None:
    """Take a door off the list; its visits stay in the log until the campaign closes."""
    revision = next_revision(team)
    rows = _open(team).filter(pk=household_id)
    if rows.update(removed_at=now, revision=revision):
        record(actor, "field.household_removed", f"household {household_id}", {"team": team.pk})


@transaction.atomic
def assign_alley(source: Team, alley: str, target: Team, *, actor: str, now: int) -> int:
    """Give the doors of an alley that nobody visited yet to another team; return how many.

    Visited doors stay with the team that knows them, so that no visit changes its owner and
    phones with unsent visits lose none.

    Raises:
        FieldError: the same team, another campaign, or no such doors.
    """
    if source.pk == target.pk or source.campaign_id != target.campaign_id:
        raise FieldError(_("Choose another team of this campaign."))
    keep_open(source.campaign_id)
    _lock_both(source, target)
    visited = Visit.objects.filter(team=source).values("household")
    moved = list(_open(source).filter(alley=alley).exclude(pk__in=visited))
    if not moved:
        raise FieldError(_("Nothing to give: every door of this alley was visited already."))
    revision = next_revision(source)
    ids = [row.pk for row in moved]
    Household.objects.filter(team=source, pk__in=ids).update(removed_at=now, revision=revision)
    add_households(target, [_door(row) for row in moved], actor=actor)
    detail = {"from": source.pk, "to": target.pk, "doors": len(moved)}
    record(actor, "field.alley_assigned", f"team {target.pk}", detail)
    return len(moved)


def _lock_both(*teams: Team) -> None:
    """Lock teams in the order of their numbers: two who give each other doors do not block."""
    rows = Team.objects.filter(pk__in=[team.pk for team in teams]).order_by("pk")
    list(rows.select_for_update())


def _open(team: Team) -> "QuerySet[Household]":
    return Household.objects.filter(team=team, removed_at__isnull=True)


def _door(row: Household) -> Door:
    return Door(row.alley, row.label, row.position, row.adults, row.smartphones)


def _row(team: Team, door: Door, revision: int) -> Household:
    return Household(
        unit_path=team.unit_id,
        team=team,
        alley=door.alley,
        label=door.label,
        position=door.position,
        adults=door.adults,
        smartphones=door.smartphones,
        revision=revision,
    )
