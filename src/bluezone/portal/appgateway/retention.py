"""Forgetting on time; docs/app-gateway.md lists what and when. Each package has its `purge`."""

from bluezone.portal.appgateway.bridge import retention as bridge
from bluezone.portal.appgateway.consent import retention as consent
from bluezone.portal.appgateway.people import forgetting as people
from bluezone.portal.appgateway.phones import forgetting
from bluezone.portal.appgateway.pushes import retention as pushes


def purge(*, now: int) -> None:
    """Forget what is over; can be run at any time and twice.

    Args:
        now: Unix seconds of the clock of events.
    """
    forgetting.purge(now=now)
    people.purge(now=now)
    consent.purge(now=now)
    pushes.purge(now)
    bridge.purge(now=now)
