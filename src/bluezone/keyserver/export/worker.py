"""The export worker: writes every window that is due, then the index, then cleans up.

Source: key server rules 1.6. Order for each series: close the windows, fill small ones with
stored fakes, write files, record them, write `index.txt`, delete what is too old. Every step
can be repeated and the process may die between any two: the next run finds in the database
what is missing. Files are a function of the stored rows, so writing one again changes nothing.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from obstore.store import ObjectStore
from sqlalchemy import Connection

from bluezone.keyserver.errors import ObjectStoreError, StaleLeaseError
from bluezone.keyserver.export import store as rows_of
from bluezone.keyserver.export.fakes import draw, make_fakes
from bluezone.keyserver.export.files import build_files, count_keys
from bluezone.keyserver.export.index import delete_expired, expire_old, write_index
from bluezone.keyserver.export.lease import (
    Lease,
    advance,
    close_windows,
    release_lease,
    renew_lease,
    take_lease,
)
from bluezone.keyserver.export.objects import put_object
from bluezone.keyserver.export.series import Series
from bluezone.keyserver.export.store import KeyRow
from bluezone.keyserver.publish.reply import Entropy
from bluezone.keyserver.publish.store import append_rows, packed_row
from bluezone.keyserver.settings import ExportSettings
from bluezone.keyserver.store.db import Store
from bluezone.protocol.errors import BluezoneError, ProtocolError
from bluezone.protocol.export import ExportSigner

_log = logging.getLogger(__name__)


def _pass(_: str) -> None:
    """Reach a checkpoint without doing anything."""


@dataclass(frozen=True, slots=True)
class ExportWorker:
    """What the worker needs.

    Attributes:
        settings: rules for the files.
        series: what to write, in this order.
        store: the database.
        objects: where files go.
        signer: signs them.
        entropy: random bytes for fakes and lease tokens.
        clock: Unix seconds, for keeping the lease through long work; without one a run must
            end within the lease.
        reached: called with the name of every step just done; tests stop the worker there.
    """

    settings: ExportSettings
    series: tuple[Series, ...]
    store: Store
    objects: ObjectStore
    signer: ExportSigner
    entropy: Entropy
    clock: Callable[[], int] | None = None
    reached: Callable[[str], None] = field(default=_pass)


@dataclass(frozen=True, slots=True)
class Published:
    """One window that is written and recorded."""

    series: str
    window_start: int
    window_end: int
    keys: int
    files: int


def run_due(worker: ExportWorker, *, now: int) -> Iterator[Published]:
    """Write every window that is due and yield each that got files, after its commit.

    A series that another worker holds is passed over, and so is one whose lease is lost
    on the way: that worker does it. One series whose files cannot be written does not keep
    the others back.

    Raises:
        ObjectStoreError: at the end, when a file of some series could not be stored.
        ProtocolError: the same, when it could not be built.
    """
    failed: BluezoneError | None = None
    for series in worker.series:
        lease = _lease(worker, series, now=now)
        if lease is None:
            continue
        try:
            yield from _run_series(worker, lease, now=now)
        except StaleLeaseError as error:
            _log.warning("%s", error)
        except (ObjectStoreError, ProtocolError) as error:
            failed = error
            with worker.store.writes.begin() as db:
                release_lease(db, lease)
    if failed is not None:
        raise failed


def _lease(worker: ExportWorker, series: Series, *, now: int) -> Lease | None:
    with worker.store.writes.begin() as db:
        first = rows_of.first_created_at(db, series, start=0)
        start = series.floor(now if first is None else min(first, now))
        token = worker.entropy(16).hex()
        ttl_s = worker.settings.lease_s
        return take_lease(db, series, token=token, start=start, now=now, ttl_s=ttl_s)


def _run_series(worker: ExportWorker, lease: Lease, *, now: int) -> Iterator[Published]:
    series, settings = lease.series, worker.settings
    due = series.floor(now - settings.settle_s)
    with worker.store.writes.begin() as db:
        close_windows(db, lease, until=due)
    worker.reached("closed")
    done = lease.exported_until
    index_due = lease.index_due
    while (start := _next_window(worker, series, done, due=due, now=now)) is not None:
        published = _export_window(worker, lease, done=done, start=start, now=now)
        done, index_due = published.window_end, True
        yield published
    with worker.store.writes.begin() as db:
        if due > done:
            advance(db, lease, start=done, end=due, index_due=index_due)
        index_due |= expire_old(db, lease, before=now - settings.retention_s)
    worker.reached("expired")
    if index_due:
        write_index(worker.store, worker.objects, lease)
        worker.reached("indexed")
    delete_expired(worker.store, worker.objects, series)
    with worker.store.writes.begin() as db:
        release_lease(db, lease)


def _next_window(
    worker: ExportWorker, series: Series, done: int, *, due: int, now: int
) -> int | None:
    """Return the start of the next window with keys before `due`, or None.

    Empty windows are stepped over; so are those older than what is kept.
    """
    oldest = max(done, series.floor(now - worker.settings.retention_s))
    with worker.store.reads.begin() as db:
        first = rows_of.first_created_at(db, series, start=oldest)
    return None if first is None or first >= due else series.floor(first)


def _export_window(
    worker: ExportWorker, lease: Lease, *, done: int, start: int, now: int
) -> Published:
    end = start + lease.series.period_s
    rows = _filled(worker, lease, start=start, end=end, now=now)
    worker.reached("filled")
    records = []
    for file in build_files(
        lease.series, rows, start=start, settings=worker.settings, signer=worker.signer
    ):
        _keep_lease(worker, lease, now=now)
        put_object(worker.objects, file.record.path, file.data)
        records.append(file.record)
        worker.reached("written")
    with worker.store.writes.begin() as db:
        advance(db, lease, start=done, end=end, index_due=True)
        for record in records:
            rows_of.record_file(db, record)
    worker.reached("recorded")
    keys = sum(record.key_count for record in records)
    return Published(lease.series.name, start, end, keys, len(records))


def _keep_lease(worker: ExportWorker, lease: Lease, *, now: int) -> None:
    """Hold the lease for its whole length from this moment on."""
    with worker.store.writes.begin() as db:
        renew_lease(db, lease, until=_lease_end(worker, now=now))


def _lease_end(worker: ExportWorker, *, now: int) -> int:
    moment = now if worker.clock is None else worker.clock()
    return moment + worker.settings.lease_s


def _filled(worker: ExportWorker, lease: Lease, *, start: int, end: int, now: int) -> list[KeyRow]:
    """Return the rows of a window, with fakes stored among them when they are few."""
    series = lease.series
    least, spread = worker.settings.fill(series.scheme)
    _keep_lease(worker, lease, now=now)
    with worker.store.reads.begin() as db:
        rows = rows_of.read_window(db, series, start=start, end=end)
    if count_keys(series.scheme, rows) >= least:
        return rows
    with worker.store.writes.begin() as db:
        renew_lease(db, lease, until=_lease_end(worker, now=now))
        rows = rows_of.read_window(db, series, start=start, end=end)
        missing = least - count_keys(series.scheme, rows)
        missing += draw(spread + 1, worker.entropy) if missing > 0 else 0
        fakes = make_fakes(series.scheme, rows, max(missing, 0), entropy=worker.entropy)
        _store_fakes(db, series, fakes)
    return rows + fakes


def _store_fakes(db: Connection, series: Series, fakes: list[KeyRow]) -> None:
    if not fakes:
        return
    append_rows(
        db,
        [
            packed_row(
                series.scheme,
                region=row.region,
                traveler=row.traveler,
                health_authority_id=row.health_authority_id,
                created_at=row.created_at,
                generated=True,
                records=[row.packed_keys],
            )
            for row in fakes
        ],
    )
