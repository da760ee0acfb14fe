"""The anonymous half's roles of `bluezone serve`; imported only where they run."""

import asyncio
import os

from starlette.applications import Starlette

from bluezone.keyserver.app import create_app, wall_clock
from bluezone.keyserver.export.loop import export_loop, open_worker
from bluezone.keyserver.prepare import prepare_embedded
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.store.db import open_store


def keyserver_app(settings: KeyServerSettings) -> Starlette:
    """Return the key server on the clock of the wall."""
    return create_app(settings)


def prepare_export(settings: KeyServerSettings) -> None:
    """Create or update what the export worker needs."""
    prepare_embedded(settings, entropy=os.urandom)


async def run_export_loop(settings: KeyServerSettings, stopped: asyncio.Event) -> None:
    """Run the export worker until `stopped` is set."""
    store = open_store(settings.resolved_database_url)
    try:
        worker = open_worker(settings, store, entropy=os.urandom, clock=wall_clock)
        every_s = settings.export_every_s
        await export_loop(worker, clock=wall_clock, every_s=every_s, stopped=stopped)
    finally:
        store.close()
