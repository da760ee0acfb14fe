"""The work of `bluezone export run`, apart from its options: it needs the whole key server."""

import asyncio
import os
import signal
from dataclasses import asdict

import click

from bluezone.cli.output import print_json, track
from bluezone.keyserver.app import wall_clock
from bluezone.keyserver.environment import load_settings
from bluezone.keyserver.export.loop import export_loop, open_worker
from bluezone.keyserver.export.purge import purge_old_keys
from bluezone.keyserver.export.worker import ExportWorker, run_due
from bluezone.keyserver.prepare import prepare_embedded
from bluezone.keyserver.store.db import open_store


def run_export(*, once: bool, as_json: bool) -> None:
    """Do the work of `bluezone export run`; see there.

    Raises:
        BluezoneError: a setting is wrong, or with `once` a file could not be written.
    """
    settings = load_settings(os.environ)
    prepare_embedded(settings, entropy=os.urandom)
    store = open_store(settings.resolved_database_url)
    try:
        worker = open_worker(settings, store, entropy=os.urandom, clock=wall_clock)
        if once:
            _run_once(worker, as_json=as_json)
        else:
            asyncio.run(_run_on(worker, settings.export_every_s))
    finally:
        store.close()


def _run_once(worker: ExportWorker, *, as_json: bool) -> None:
    now = wall_clock()
    windows = 0
    for done in track(run_due(worker, now=now), total=None, label="windows"):
        windows += 1
        if as_json:
            print_json(asdict(done))
        else:
            click.echo(f"{done.series}: {done.keys} keys in {done.files} file(s)")
    purge_old_keys(worker.store, worker.settings, now=now)
    if not windows and not as_json:
        click.echo("nothing is due")


async def _run_on(worker: ExportWorker, every_s: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await export_loop(worker, clock=wall_clock, every_s=every_s, stopped=stopped)
