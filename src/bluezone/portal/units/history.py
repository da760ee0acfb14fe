"""What a unit was before and what became of it, edition by edition, for people to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bluezone.look import format as look_format
from bluezone.portal.units.models import Successor, Unit

MOST_STEPS: Final = 50
"""A table shows its first 50 rows (LOOK "Shape")."""

_BASES: Final[dict[str, Promise]] = {
    "all its communes": _("all its communes"),
    "merger of 1/7/2025": _("merger of 1/7/2025"),
    "most of its communes": _("most of its communes"),
    "no successor recorded": _("no successor recorded"),
    "same code": _("same code"),
    "same nation": _("same nation"),
    "same village": _("same village"),
    "some of its communes": _("some of its communes"),
    "ward merged 2020-2025": _("ward merged 2020-2025"),
}
"""The reasons in our own tables, translated; other tables' reasons are shown as they are."""


@dataclass(frozen=True, slots=True)
class Step:
    """A link as a row: the unit at its other end, how much, and how we know."""

    unit: Unit
    link: Successor
    basis: Promise | str

    @property
    def percent(self) -> str:
        """The share as a percentage of the old unit, empty where none is known."""
        if self.link.share is None:
            return ""
        return look_format.percent(float(self.link.share), get_language() or "vi")


@dataclass(frozen=True, slots=True)
class History:
    """Links back (the latest edition first) and forward (the next edition first)."""

    before: Sequence[Step]
    after: Sequence[Step]


def history_of(unit: Unit) -> History:
    """Return what `unit` was and became; at most 50 rows each way, one query an edition."""
    return History(before=_walk(unit, forward=False), after=_walk(unit, forward=True))


def _walk(unit: Unit, *, forward: bool) -> list[Step]:
    near, far = ("old", "new") if forward else ("new", "old")
    steps: list[Step] = []
    ends = [unit.path]
    while ends and len(steps) < MOST_STEPS:
        links = Successor.objects.filter(**{f"{near}__in": ends})
        related = links.select_related(f"{far}__edition", f"{far}__parent__parent")
        found = related.order_by(far, near)[: MOST_STEPS - len(steps)]
        rows = [Step(getattr(link, far), link, _basis(link)) for link in found]
        steps += rows
        ends = sorted({step.unit.path for step in rows})
    return steps


def _basis(link: Successor) -> Promise | str:
    return _BASES.get(link.basis, link.basis)
