"""Forgetting on time what belongs to help; docs/app-gateway-consent.md lists it."""

from typing import Final

from bluezone.portal.appgateway.consent import guessing
from bluezone.portal.appgateway.consent.models import HelpCode, SharedHistory, Upload
from bluezone.protocol.bluezone.slot import DAY_S

DIGITS_KEPT_S: Final = DAY_S
"""How long a code that is over is told so (52) instead of being unknown (51)."""
CODES_KEPT_S: Final = 15 * DAY_S
"""A day longer than the contacts that hang on a code."""


def purge(*, now: int) -> None:
    """Forget what is over; can be run at any time and twice.

    Args:
        now: Unix seconds of the clock of events.
    """
    Upload.objects.filter(expires_at__lte=now).delete()
    SharedHistory.objects.filter(expires_at__lte=now).delete()
    HelpCode.objects.filter(again_until__lte=now).update(claimant="", again_until=None)
    over = HelpCode.objects.filter(expires_at__lte=now - DIGITS_KEPT_S)
    over.filter(code_hmac__isnull=False).update(code_hmac=None)
    HelpCode.objects.filter(issued_at__lte=now - CODES_KEPT_S).delete()
    guessing.purge(now=now)
