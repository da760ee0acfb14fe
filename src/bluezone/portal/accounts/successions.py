"""Roles after a merger: which of them may go on in the unit that took the old one's place.

A role belongs to a unit of one edition, so on the day of a merger nobody has a role in a new
unit. What can be said by itself is proposed here; `bluezone units carry` shows and applies it.
The surprising decision: a role in a unit that grew (a commune merged out of three) is `WIDER` and
never given along silently, because its owner would suddenly act on two other communes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from django.db import transaction

from bluezone.portal.accounts.memberships import create_member
from bluezone.portal.accounts.models import Membership
from bluezone.portal.audit.services import SYSTEM, record
from bluezone.portal.units.carrying import route, whole_heirs
from bluezone.portal.units.models import Level, Successor, Unit


class Manner(StrEnum):
    """How a role can go on."""

    SAME = "same"
    """The new unit is the old one and nothing else."""
    WIDER = "wider"
    """The new unit took others in as well."""
    BY_HAND = "by_hand"
    """The old unit was split, or nobody recorded where it went: people must decide."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A role and where it may go on; `new_path` is None where people must decide."""

    membership: Membership
    manner: Manner
    new_path: str | None


def proposals(old: str, new: str) -> list[Proposal]:
    """Return a proposal for each role in the edition `old` whose owner has none there yet.

    Args:
        old: an edition.
        new: a later one of the same country; the editions in between are walked through.

    Raises:
        UnknownEditionError: one of them is not loaded, or `new` is the earlier one.
    """
    rows = list(
        Membership.objects.filter(unit__edition=old, user__is_active=True)
        .select_related("user", "unit")
        .order_by("unit_id", "user_id", "role")
    )
    if not rows:
        return []
    ends: dict[str, tuple[str | None, bool]] = {row.unit_id: (row.unit_id, False) for row in rows}
    for before, after in pairwise(route(old, new)):
        heirs = whole_heirs(before, after)
        grown = _grown(before, after)
        ends = {path: _step(end, heirs, grown) for path, end in ends.items()}
    there = set(
        Membership.objects.filter(unit__edition=new).values_list("user_id", "unit_id", "role")
    )
    made = [_proposal(row, *ends[row.unit_id]) for row in rows]
    return [
        one
        for one in made
        if (one.membership.user_id, one.new_path, one.membership.role) not in there
    ]


def carry_roles(chosen: Iterable[Proposal]) -> list[Membership]:
    """Give the roles of `chosen` in the new units, each with its entry in the audit.

    The old role stays: it opens the old edition, whose figures are history, and nothing else.
    """
    made = []
    for one in chosen:
        if one.new_path is None:
            continue
        row = one.membership
        with transaction.atomic():
            made.append(create_member(row.user, Unit.objects.get(path=one.new_path), row.role))
            detail = {"role": row.role, "from": row.unit_id, "to": one.new_path}
            record(SYSTEM, "membership.carried", f"user {row.user.username}", detail)
    return made


def _step(
    end: tuple[str | None, bool], heirs: Mapping[str, str], grown: Collection[str | None]
) -> tuple[str | None, bool]:
    """Return where a unit is one edition later, and whether it grew on the way."""
    path, wider = end
    heir = None if path is None else heirs.get(path)
    return heir, wider or heir in grown


def _grown(before: str, after: str) -> set[str | None]:
    """Return the units of `after` into which more than one unit of their kind went.

    A district that ended with its province's merger is no second one beside that province.
    """
    links = Successor.objects.filter(old__edition=before, new__edition=after)
    ends = links.exclude(new__level=Level.REMAINDER).values_list("new_id", "old__level")
    seen: set[tuple[str, str]] = set()
    grown: set[str | None] = set()
    for new_path, level in ends:
        if (new_path, level) in seen:
            grown.add(new_path)
        seen.add((new_path, level))
    return grown


def _proposal(row: Membership, new_path: str | None, wider: bool) -> Proposal:  # noqa: FBT001 - private
    if new_path is None:
        return Proposal(row, Manner.BY_HAND, None)
    return Proposal(row, Manner.WIDER if wider else Manner.SAME, new_path)
