"""One round of the portal's background work, on a thread of `bluezone serve`."""

import logging

from django.db import close_old_connections

from bluezone.portal import clock
from bluezone.portal.worker import run_due

_log = logging.getLogger(__name__)


def portal_round() -> None:
    """Send what is due and forget what is over; the next round repeats what failed."""
    close_old_connections()
    try:
        run_due(now=clock.now(), desk_now=clock.desk_now())
    except Exception as error:  # noqa: BLE001 - outermost loop of the portal's work
        _log.error("a round of the portal's work failed: %s", type(error).__name__)
    finally:
        close_old_connections()
