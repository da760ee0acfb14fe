"""Inspectors' marks: which findings are still open, and marking one.

A finding that was explained or confirmed is not asked again while it is the same: the same unit,
the same pattern, days that overlap. The surprising decision: it returns when it goes on. A jump
and a gift are things of their day and never return; a count above the phones returns when it has
grown by a tenth; any other pattern when a week of new days has joined it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from bluezone.portal.audit.services import record
from bluezone.portal.campaign.figures.places import chunks
from bluezone.portal.campaign.inspection.errors import InspectionError
from bluezone.portal.campaign.inspection.models import Mark, Pattern, Verdict
from bluezone.portal.campaign.inspection.searching import Seen

AGAIN_DAYS: Final = 7
"""So many new days make an explained pattern a question again."""
AGAIN_SHARE: Final = 0.1
"""By so much a count above the phones must have grown."""
_OF_ONE_DAY: Final = frozenset({Pattern.JUMP, Pattern.GIFT, Pattern.GIFT_FALL})
CLOSING: Final = frozenset({Verdict.EXPLAINED, Verdict.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with the newest mark that speaks of it, if any."""

    seen: Seen
    mark: Mark | None

    @property
    def is_open(self) -> bool:
        """Whether an inspector should look at it."""
        return self.mark is None or self.mark.verdict not in CLOSING or self.returned

    @property
    def returned(self) -> bool:
        """Whether it went on after it was explained or confirmed."""
        mark = self.mark
        if mark is None or mark.verdict not in CLOSING or self.seen.pattern in _OF_ONE_DAY:
            return False
        if self.seen.pattern == Pattern.ABOVE_PHONES:
            return self.seen.value > mark.value * (1 + AGAIN_SHARE)
        return sum(day > mark.last_day for day in self.seen.days) >= AGAIN_DAYS


def judged(found: Sequence[Seen], marks: Mapping[str, Sequence[Mark]]) -> list[Judged]:
    """Return findings with their marks, in the same order."""
    return [Judged(one, _about(one, marks.get(one.unit_path, ()))) for one in found]


def _about(one: Seen, marks: Sequence[Mark]) -> Mark | None:
    """Return the newest mark of the same pattern on days that overlap."""
    for mark in reversed(marks):
        if mark.pattern == one.pattern and _overlap(mark.day, mark.last_day, one):
            return mark
    return None


def _overlap(first: dt.date, last: dt.date, one: Seen) -> bool:
    return first <= one.last_day and one.day <= last


def marks_of(paths: Iterable[str]) -> dict[str, list[Mark]]:
    """Return the marks of units by path, the oldest first: one query for 500 units."""
    found: defaultdict[str, list[Mark]] = defaultdict(list)
    for part in chunks(sorted(set(paths))):
        for row in Mark.objects.filter(unit_path__in=part).order_by("unit_path", "id"):
            found[row.unit_path].append(row)
    return dict(found)


@transaction.atomic
def mark(one: Seen, verdict: Verdict, *, note: str, actor: str, now: int) -> Mark:
    """Add an inspector's mark to a finding; earlier ones stay.

    Args:
        one: the finding, as of the evening that the inspector looks at.
        verdict: what they say.
        note: why; asked for whatever closes a finding.
        actor: user name.
        now: Unix seconds.

    Raises:
        InspectionError: a finding is closed without a reason.
    """
    if verdict in CLOSING and not note.strip():
        raise InspectionError(_("Say in a few words what was found out; others will read it."))
    row = Mark.objects.create(
        unit_path=one.unit_path,
        pattern=one.pattern,
        day=one.day,
        last_day=one.last_day,
        value=one.value,
        verdict=verdict,
        note=note.strip(),
        marked_by=actor,
        marked_at=now,
    )
    detail = {"pattern": str(one.pattern), "day": one.day.isoformat(), "verdict": str(verdict)}
    record(actor, "suspicion.marked", f"unit {one.unit_path}", detail)
    return row
