"""What is forgotten of pushes, and when; docs/app-gateway-pushes.md lists it."""

from typing import Final

from bluezone.portal.appgateway.pushes import singles
from bluezone.portal.appgateway.pushes.bundles import KEPT_S, LIVES_S
from bluezone.portal.appgateway.pushes.models import (
    Bundle,
    Push,
    Quiet,
    Range,
    Returned,
    Round,
    Warned,
)

FINISHED_KEPT_S: Final = 14 * 86_400
"""Finished rows say what went out and when, not to whom."""


def purge(now: int) -> None:
    """Forget what is over; can be run at any time and twice.

    Args:
        now: Unix seconds.
    """
    singles.give_up(now=now)
    Range.objects.filter(bundle__expires_at__lte=now).delete()
    Bundle.objects.filter(expires_at__lte=now).exclude(entries="").update(entries="")
    Round.objects.filter(expires_at__lte=now - KEPT_S).delete()
    Push.objects.filter(finished_at__lte=now - FINISHED_KEPT_S).delete()
    Warned.objects.filter(expires_at__lte=now).delete()
    Quiet.objects.filter(until__lte=now).delete()
    Returned.objects.filter(at__lte=now - LIVES_S).delete()
