"""The gateway's background work, one round at a time; `bluezone.portal.worker` calls it.

Every step may be run by several processes at once, and killed anywhere.
"""

from bluezone.portal.appgateway import retention
from bluezone.portal.appgateway.phones import counting


def run_due(*, now: int) -> None:
    """Do what is due.

    Args:
        now: Unix seconds of the clock of events.
    """
    counting.hand_over()
    retention.purge(now=now)
