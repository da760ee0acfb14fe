"""The bridge's background work: withdrawals, publishes, and now and then a round."""

from random import Random

from django.conf import settings

from bluezone.portal.appgateway.bridge.duties import turn
from bluezone.portal.appgateway.bridge.fetching import fetch_new_day_keys
from bluezone.portal.appgateway.bridge.key_server import KeyServer
from bluezone.portal.appgateway.bridge.publishing import publish_day_keys
from bluezone.portal.appgateway.bridge.rounds import run_round
from bluezone.portal.appgateway.bridge.withdrawing import withdraw_due


def run_due(*, now: int, rng: Random) -> None:
    """Do what is due; any number of workers may, and each may die anywhere.

    Args:
        now: Unix seconds of the clock of events.
        rng: secrets of publishes, leases, and the order of entries.
    """
    server = KeyServer()
    try:
        withdraw_due(server, now=now, rng=rng)
        publish_day_keys(server, now=now, rng=rng)
        with turn("round", now=now, every_s=settings.BLUEZONE_GATEWAY_ROUND_S) as ours:
            if ours:
                fetch_new_day_keys(server, now=now)
                run_round(now=now, rng=rng)
    finally:
        server.close()
