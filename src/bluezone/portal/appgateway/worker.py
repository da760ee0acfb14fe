"""The gateway's background work, one round at a time; `bluezone.portal.worker` calls it.

Every step may be run by several processes at once, and killed anywhere.
"""

from bluezone.portal import chance
from bluezone.portal.appgateway import retention
from bluezone.portal.appgateway.bridge import worker as bridge
from bluezone.portal.appgateway.people import counting as people
from bluezone.portal.appgateway.phones import counting
from bluezone.portal.appgateway.pushes import outbox
from bluezone.portal.appgateway.pushes.current import current_provider


def run_due(*, now: int) -> None:
    """Do what is due.

    Args:
        now: Unix seconds of the clock of events.

    Raises:
        InvalidSettingError: the way to the phones is not set up rightly.
        UnsafeSecretError: others can read the account's file.
    """
    counting.hand_over()
    people.publish_due(now=now)
    bridge.run_due(now=now, rng=chance.SYSTEM)
    outbox.send_due(current_provider(), now=now)
    retention.purge(now=now)
