"""Searches kept ready: by the worker in a table each evening, and in memory by each process.

A province is searched while the page waits (under a second); a nation with its 63 provinces is
not, so its page shows what the worker found, says as of when, and names how many provinces were
not searched yet. A request never writes: it could wait for a long import (as `dashboards.keeping`).
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from django.db.models import Max, Q

from bluezone.look import format as look_format
from bluezone.portal.campaign.figures.models import Denominator, Figure, RollUp
from bluezone.portal.campaign.figures.services import Series
from bluezone.portal.campaign.inspection.gathering import WINDOW_DAYS, digest, fields
from bluezone.portal.campaign.inspection.models import GiftDay, KeptSearch
from bluezone.portal.campaign.inspection.searching import Seen, from_json, search
from bluezone.portal.units.models import Level, Unit
from bluezone.portal.units.paths import is_under, lineage

EVERY_S: Final = 600
"""The worker compares an evening with its figures at most so often."""
AT_ONCE: Final = 4
"""So many searches the worker makes in a round; the round after makes the next ones."""
WHILE_WAITING: Final = 2
"""So many searches a page of a nation makes itself where the worker has not."""
_LATE: Final = 2000
"""So many numbers below the highest one are counted; a row may appear below a number seen."""
_REMEMBERED: Final = 64

_memory: OrderedDict[str, tuple[Seen, ...]] = OrderedDict()
_lock: Final = Lock()


@dataclass(frozen=True, slots=True)
class Looked:
    """What stands out below a unit.

    Attributes:
        seen: the strongest first.
        made_at: Unix seconds of the oldest search it rests on, None where all are of now.
        missing: provinces with figures that were not searched for this evening.
    """

    seen: tuple[Seen, ...]
    made_at: int | None = None
    missing: tuple[Unit, ...] = ()


def look(unit: Unit, day: dt.date) -> Looked:
    """Return what stands out in a unit and below it on the evening of `day`."""
    if unit.level == Level.NATION:
        return _look_everywhere(unit, day)
    top = unit if unit.path.count(".") == 1 else Unit.objects.get(path=lineage(unit.path)[1])
    found = _search(top, day)
    if unit == top:  # the province's own reports are searched among the provinces
        found += tuple(one for one in _search(_nation(top), day) if one.unit_path == top.path)
    return Looked(_sorted(one for one in found if is_under(one.unit_path, unit.path)))


def ready(unit: Unit, day: dt.date) -> tuple[Seen, ...] | None:
    """Return what the worker has found below a unit on an evening, None where it has not."""
    line = lineage(unit.path)
    tops = line[:1] if unit.level == Level.NATION else line[1:2]
    rows = KeptSearch.objects.filter(day=day)
    if unit.level == Level.NATION:
        rows = rows.filter(Q(top_path__in=tops) | Q(top_path__in=_children(unit)))
    else:
        rows = rows.filter(top_path__in=tops)
    kept = list(rows)
    if not kept:
        return None
    return _sorted(one for row in kept for one in _read(row) if is_under(one.unit_path, unit.path))


def forget() -> None:
    """Forget what this process keeps in memory."""
    with _lock:
        _memory.clear()


def keep_due(*, now: int) -> int:
    """Search today's evening where figures have come since; return how many were searched.

    Args:
        now: Unix seconds.
    """
    day = look_format.local(now).date()
    newest = _newest()
    made = 0
    for top in _due(day, newest, now):
        if made == AT_ONCE:
            break
        made += _keep(top, day, newest, now)
    if made:
        KeptSearch.objects.filter(day__lt=day - dt.timedelta(days=WINDOW_DAYS)).delete()
    return made


def _due(day: dt.date, newest: str, now: int) -> list[Unit]:
    """Return what is to be searched: those never searched today first, then the oldest."""
    in_force = Q(edition__valid_to__isnull=True) | Q(edition__valid_to__gt=day)
    nations = Unit.objects.filter(in_force, level=Level.NATION, edition__valid_from__lte=day)
    tops = [top for nation in nations for top in _reporting(nation, day)]
    kept = {row.top_path: row for row in KeptSearch.objects.filter(day=day).defer("findings")}
    due = []
    for top in tops:
        row = kept.get(top.path)
        if row is None or (row.seen != newest and row.made_at <= now - EVERY_S):
            due.append((0 if row is None else row.made_at, top.path, top))
    return [top for _at, _path, top in sorted(due, key=lambda one: one[:2])]


def _keep(top: Unit, day: dt.date, newest: str, now: int) -> int:
    found = fields(top, day)
    wanted = digest(found)
    kept = KeptSearch.objects.filter(top_path=top.path, day=day)
    if kept.filter(digest=wanted).update(seen=newest, made_at=now):
        return 0
    KeptSearch.objects.update_or_create(
        top_path=top.path,
        day=day,
        defaults={
            "digest": wanted,
            "seen": newest,
            "made_at": now,
            "findings": [one.as_json() for one in search(found)],
        },
    )
    return 1


def _newest() -> str:
    """Return what is newest in the tables that a search reads."""
    parts = []
    for model in (Figure, Denominator, GiftDay):
        rows = model._default_manager.order_by()  # noqa: SLF001 - public API
        highest = rows.aggregate(highest=Max("pk"))["highest"] or 0
        parts.append(f"{highest}-{rows.filter(pk__gt=highest - _LATE).count()}")
    return " ".join(parts)


def _look_everywhere(nation: Unit, day: dt.date) -> Looked:
    tops = _reporting(nation, day)
    rows = KeptSearch.objects.filter(day=day, top_path__in=[top.path for top in tops])
    kept = {row.top_path: row for row in rows}
    waiting = [top for top in tops if top.path not in kept]
    searched = waiting[:WHILE_WAITING] if len(waiting) <= WHILE_WAITING else []
    found = [one for row in kept.values() for one in _read(row)]
    found += [one for top in searched for one in _search(top, day)]
    missing = tuple(top for top in waiting if top not in searched)
    made_at = min((row.made_at for row in kept.values()), default=None)
    return Looked(_sorted(found), made_at, missing)


def _reporting(nation: Unit, day: dt.date) -> list[Unit]:
    """Return the nation and its provinces with sums of reports in the window."""
    first = day - dt.timedelta(days=WINDOW_DAYS - 1)
    inside = RollUp.objects.filter(series=Series.USERS, day__gte=first, day__lte=day).order_by()
    paths = [nation.path, *_children(nation)]
    having = set(inside.filter(unit_path__in=paths).values_list("unit_path", flat=True).distinct())
    return list(Unit.objects.filter(path__in=having).order_by("path"))


def _children(nation: Unit) -> list[str]:
    parts = Unit.objects.filter(parent=nation.path).exclude(level=Level.REMAINDER)
    return list(parts.values_list("path", flat=True))


def _nation(top: Unit) -> Unit:
    nation: Unit = Unit.objects.get(path=lineage(top.path)[0])
    return nation


def _search(top: Unit, day: dt.date) -> tuple[Seen, ...]:
    """Return what stands out below `top`: remembered, kept, or searched for now."""
    found = fields(top, day)
    wanted = digest(found)
    with _lock:
        remembered = _memory.get(wanted)
    if remembered is not None:
        return remembered
    row = KeptSearch.objects.filter(top_path=top.path, day=day, digest=wanted).first()
    made = search(found) if row is None else tuple(_read(row))
    with _lock:
        _memory[wanted] = made
        while len(_memory) > _REMEMBERED:
            _memory.popitem(last=False)
    return made


def _read(row: KeptSearch) -> Sequence[Seen]:
    return [from_json(one) for one in row.findings]


def _sorted(found: Iterable[Seen]) -> tuple[Seen, ...]:
    return tuple(sorted(found, key=lambda one: (-one.strength, one.unit_path, one.day)))
