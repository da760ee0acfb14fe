"""The portal's background work, one round at a time: messages out, counts in, old rows gone.

The caller owns the loop (`bluezone serve` runs a round every few seconds); any number of
processes may run it at once.
"""

from dataclasses import dataclass

from bluezone.portal.accounts import retention as accounts
from bluezone.portal.appgateway import worker as appgateway
from bluezone.portal.campaign.dashboards.keeping import keep_due
from bluezone.portal.campaign.field.closing import close_due
from bluezone.portal.campaign.figures import worker as figures
from bluezone.portal.campaign.inspection import keeping as inspection
from bluezone.portal.verification.retention import Forgotten, purge
from bluezone.portal.verification.sms.outbox import send_due
from bluezone.portal.verification.sms.provider import current_provider, sms_enabled


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    messages_tried: int
    forgotten: Forgotten


def run_due(*, now: int, desk_now: int | None = None) -> Round:
    """Send the messages that are due, count, and forget what is over.

    Args:
        now: Unix seconds of the clock that codes live by (`bluezone.portal.clock.now`).
        desk_now: Unix seconds of the wall; `now` if not given.

    Raises:
        InvalidSettingError: the message provider is not set up rightly.
    """
    tried = send_due(current_provider(), now=now) if sms_enabled() else 0
    forgotten = purge(now=now, desk_now=now if desk_now is None else desk_now)
    accounts.purge(desk_now=now if desk_now is None else desk_now)
    figures.run_due(now=now)  # before doors are wiped
    close_due(now=now)
    appgateway.run_due(now=now)
    keep_due(now=now)
    inspection.keep_due(now=now)
    return Round(tried, forgotten)
