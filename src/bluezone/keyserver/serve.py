"""Run the key server by itself; see `hosting` for how."""

import asyncio
import os

from bluezone.keyserver.app import Clock, create_app, wall_clock
from bluezone.keyserver.hosting import Site, check_port, serve_sites
from bluezone.keyserver.publish.reply import Entropy
from bluezone.keyserver.settings import KeyServerSettings

__all__ = ["Site", "check_port", "serve_keyserver", "serve_sites"]


async def serve_keyserver(
    settings: KeyServerSettings,
    stopped: asyncio.Event,
    *,
    clock: Clock = wall_clock,
    entropy: Entropy = os.urandom,
) -> None:
    """Serve the key server of `settings` until `stopped` is set.

    Raises:
        ServerError: the port is taken.
        SettingsError: see `create_app`.
    """
    check_port("the key server", settings.host, settings.port)
    app = create_app(settings, clock=clock, entropy=entropy)
    await serve_sites([Site("key server", app, settings.host, settings.port)], stopped)
