"""Which evening a page is about: `?day=`, never later than the portal's clock."""

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal import clock


def today() -> dt.date:
    """Return the local day of the portal's clock."""
    return look_format.local(clock.now()).date()


def asked_evening(request: HttpRequest) -> tuple[dt.date, str]:
    """Return the evening that is asked for, and what was wrong with the question."""
    asked, last = request.GET.get("day", ""), today()
    if not asked:
        return last, ""
    try:
        day = dt.date.fromisoformat(asked)
    except ValueError:
        return last, _("A day is written like 2020-08-15. This is today.")
    if day > last:
        return last, _("That day has not come yet. This is today.")
    return day, ""
