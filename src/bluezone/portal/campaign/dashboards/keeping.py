"""Dashboards kept ready: in memory by each process, in a table by the worker.

A page is used only as long as its stamp (`stamps`) is that of the evening: a new figure, target,
report or visit makes a new stamp, and the page is made anew, by whoever asks first. A request
never writes: it could wait for a long import. The worker keeps today's evening of each nation.
"""

import datetime as dt
from collections import OrderedDict
from threading import Lock
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from bluezone.look import format as look_format
from bluezone.portal.campaign.dashboards import pictures
from bluezone.portal.campaign.dashboards.board import board
from bluezone.portal.campaign.dashboards.models import KeptEvening
from bluezone.portal.campaign.dashboards.stamps import stamp
from bluezone.portal.campaign.dashboards.words import language
from bluezone.portal.campaign.figures.models import RollUp
from bluezone.portal.units.models import Level, Unit

EVERY_S: Final = 60
"""The worker makes an evening anew at most so often."""
DAYS: Final = 7
"""So many evenings stay in the table."""
_PAGES: Final = 64

_Key = tuple[str, dt.date, str]
_memory: OrderedDict[_Key, tuple[str, str]] = OrderedDict()
_lock: Final = Lock()


def page(unit: Unit, day: dt.date, *, now: int) -> SafeString:
    """Return the body of a unit's dashboard in the reader's language.

    Args:
        unit: of whom; the caller has checked that the reader may see it.
        day: the evening.
        now: Unix seconds.
    """
    key = unit.path, day, language()
    wanted = stamp(unit, day, key[2], now=now)
    html = _remembered(key, wanted) or _kept(key, wanted) or _made(unit, day)
    with _lock:
        _memory[key] = wanted, html
        _memory.move_to_end(key)
        while len(_memory) > _PAGES:
            _memory.popitem(last=False)
    return mark_safe(html)  # noqa: S308 - a rendered template


def forget() -> None:
    """Forget what this process keeps in memory."""
    with _lock:
        _memory.clear()


def keep_due(*, now: int) -> int:
    """Make today's evening of each nation ready where it is not; return how many were made."""
    day = look_format.local(now).date()
    in_force = Q(edition__valid_to__isnull=True) | Q(edition__valid_to__gt=day)
    nations = Unit.objects.filter(in_force, level=Level.NATION, edition__valid_from__lte=day)
    counted = set(
        RollUp.objects.filter(unit_path__in=[unit.path for unit in nations])
        .order_by()
        .values_list("unit_path", flat=True)
        .distinct()
    )
    made = sum(_keep(unit, day, now) for unit in nations if unit.path in counted)
    if made:
        KeptEvening.objects.filter(day__lt=day - dt.timedelta(days=DAYS)).delete()
    return made


def _keep(unit: Unit, day: dt.date, now: int) -> int:
    made = 0
    for code, _name in settings.LANGUAGES:
        row = KeptEvening.objects.filter(unit_path=unit.path, day=day, language=code).first()
        if row is not None and row.made_at > now - EVERY_S:
            continue
        wanted = stamp(unit, day, code, now=now)
        if row is not None and row.stamp == wanted:
            continue
        with override(code):
            html = _made(unit, day)
        KeptEvening.objects.update_or_create(
            unit_path=unit.path,
            day=day,
            language=code,
            defaults={"stamp": wanted, "made_at": now, "html": html},
        )
        made += 1
    return made


def _remembered(key: _Key, wanted: str) -> str:
    with _lock:
        found = _memory.get(key)
    return found[1] if found is not None and found[0] == wanted else ""


def _kept(key: _Key, wanted: str) -> str:
    path, day, code = key
    rows = KeptEvening.objects.filter(unit_path=path, day=day, language=code, stamp=wanted)
    return rows.values_list("html", flat=True).first() or ""


def _made(unit: Unit, day: dt.date) -> str:
    shown = board(unit, day)
    context = {
        "board": shown,
        "unit": unit,
        "map": pictures.country_map(shown),
        "bars": pictures.bars(shown),
        "progress": pictures.progress(shown),
    }
    return render_to_string("dashboards/board.html", context)
