"""Counting that a poster's address was opened: one number a poster and a day.

Only a person's own opening counts: a HEAD request, a browser that fetches ahead and the preview
robots of chats do not. The headers are looked at and forgotten.
"""

import datetime as dt
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest

from bluezone.portal.site.models import Poster, PosterScan

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
    row = PosterScan.objects.filter(poster=poster, day=day)
    if row.update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            PosterScan.objects.create(poster=poster, day=day, count=1)
    except IntegrityError:  # another process was first
        row.update(count=F("count") + 1)
