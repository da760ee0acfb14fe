"""Counting that a poster's or a unit's address was opened: one number each and a day.

Only a person's own opening counts: a HEAD request, a browser that fetches ahead and the preview
robots of chats do not. The headers are looked at and forgotten.
"""

import datetime as dt
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest

from bluezone.portal.site.models import Poster, PosterScan, UnitScan
from bluezone.portal.units.models import Unit

_AHEAD: Final = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_ROBOTS: Final = (
    "bot",
    "crawler",
    "spider",
    "preview",
    "facebookexternalhit",
    "whatsapp",
    "zaloexternal",
    "slurp",
    "curl/",
    "python-",
    "wget/",
)


def is_scan(request: HttpRequest) -> bool:
    """Return whether a request is a person who opens the address."""
    if request.method != "GET":
        return False
    for name in _AHEAD:
        said = request.headers.get(name, "").casefold()
        if "prefetch" in said or "prerender" in said or "preview" in said:
            return False
    agent = request.headers.get("User-Agent", "").casefold()
    return not any(word in agent for word in _ROBOTS)


def count_scan(poster: Poster, day: dt.date) -> None:
    """Add one to the poster's scans of `day`."""
    _count(PosterScan, poster=poster, day=day)


def count_unit_scan(unit: Unit, day: dt.date) -> None:
    """Add one to the scans of a unit's own code on `day`."""
    _count(UnitScan, unit_path=unit.path, day=day)


def _count(table: type[PosterScan] | type[UnitScan], **key: object) -> None:
    row = table.objects.filter(**key)
    if row.update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            table.objects.create(**key, count=1)
    except IntegrityError:  # another process was first
        row.update(count=F("count") + 1)
