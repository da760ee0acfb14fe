"""The export worker as a background loop of a server, and how it is put together."""

import asyncio
import logging
from collections.abc import Callable

from bluezone.keyserver.export.objects import open_objects
from bluezone.keyserver.export.purge import purge_old_keys
from bluezone.keyserver.export.series import all_series
from bluezone.keyserver.export.worker import ExportWorker, Published, run_due
from bluezone.keyserver.publish.reply import Entropy
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.signing_key import open_signer
from bluezone.keyserver.store.db import Store

_log = logging.getLogger(__name__)


def open_worker(
    settings: KeyServerSettings,
    store: Store,
    *,
    entropy: Entropy,
    clock: Callable[[], int] | None = None,
) -> ExportWorker:
    """Return a worker for every series of the settings.

    `clock` lets it keep its lease through work that takes long.

    Raises:
        SettingsError: the signing key is missing or unusable.
    """
    return ExportWorker(
        settings=settings.export,
        series=all_series(settings.authorities, settings.export),
        store=store,
        objects=open_objects(settings),
        signer=open_signer(settings),
        entropy=entropy,
        clock=clock,
    )


def run_once(worker: ExportWorker, *, now: int) -> list[Published]:
    """Write everything that is due, then delete keys that are too old."""
    published = list(run_due(worker, now=now))
    purge_old_keys(worker.store, worker.settings, now=now)
    return published


async def export_loop(
    worker: ExportWorker, *, clock: Callable[[], int], every_s: float, stopped: asyncio.Event
) -> None:
    """Run the worker again and again on a thread until `stopped` is set."""
    while not stopped.is_set():
        try:
            await asyncio.to_thread(run_once, worker, now=clock())
        except Exception as error:  # noqa: BLE001 - outermost loop of the worker
            _log.error("the export run failed: %s", type(error).__name__)
        try:
            await asyncio.wait_for(stopped.wait(), every_s)
        except TimeoutError:
            continue
