"""Villages in the next edition: made again where their commune went whole into one new commune.

Laws that merge communes say nothing of villages, and no public list of them exists. So a village
goes on under the same name in the commune that took everything of its own; where a commune was
split, only people can say where its villages are, and they are counted as left behind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from bluezone.portal.units.carrying import whole_heirs
from bluezone.portal.units.models import Level, Successor, SuccessorKind, Unit
from bluezone.portal.units.naming import fold
from bluezone.portal.units.services import add_village

BASIS: Final = "same village"
_NAME_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """A village and the path of the commune that it goes on in, None where nobody can say."""

    village: Unit
    commune_path: str | None


def village_plans(old: str, new: str) -> list[VillagePlan]:
    """Return what becomes of each open village of the edition `old` that is not carried yet.

    Args:
        old: an edition.
        new: the one after it.
    """
    villages = Unit.objects.at_level(old, Level.VILLAGE).filter(closed_on__isnull=True)
    waiting = list(
        villages.exclude(successors__new__edition=new, successors__new__level=Level.VILLAGE)
        .select_related("parent")
        .order_by("path")
    )
    if not waiting:
        return []
    heirs = whole_heirs(old, new)
    communes = set(Unit.objects.at_level(new, Level.COMMUNE).values_list("path", flat=True))
    plans = []
    for village in waiting:
        heir = heirs.get(str(village.parent_id))
        plans.append(VillagePlan(village, heir if heir in communes else None))
    return plans


def carry_villages(plans: Iterable[VillagePlan], *, actor: str) -> list[Unit]:
    """Make the villages of `plans` in their new communes, linked to the old ones; return them."""
    return [
        _carried(plan.village, plan.commune_path, actor)
        for plan in plans
        if plan.commune_path is not None
    ]


@transaction.atomic
def _carried(old: Unit, commune_path: str, actor: str) -> Unit:
    commune = Unit.objects.get(path=commune_path)
    there = Unit.objects.filter(parent=commune, level=Level.VILLAGE, closed_on__isnull=True)
    taken = {fold(name) for name in there.values_list("full_name", flat=True)}
    made = add_village(commune, _free_name(old, taken), kind=old.kind, actor=actor)
    Successor.objects.create(old=old, new=made, kind=SuccessorKind.WHOLE, basis=BASIS)
    return made


def _free_name(old: Unit, taken: Iterable[str]) -> str:
    """Return the village's name; with its old commune's where two merged communes had it."""
    if fold(old.full_name) not in taken:
        return old.name
    commune = "" if old.parent is None else old.parent.full_name
    tries: Sequence[str] = [f"{old.name} ({commune})", f"{old.name} ({commune}, {old.code})"]
    free = [name for name in tries if fold(f"{old.kind} {name}") not in taken]
    return (free or tries[-1:])[0][:_NAME_LENGTH]
