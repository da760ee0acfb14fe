"""`index.txt` of a series, and the end of old files.

Plain US-ASCII, one path relative to the export root a line, oldest first. It is written after
the files it names and before the files it no longer names are deleted, so that a phone never
finds a name without a file.
"""

from typing import Final

from obstore.store import ObjectStore
from sqlalchemy import Connection

from bluezone.keyserver.errors import StaleLeaseError
from bluezone.keyserver.export.lease import Lease, distrust_index, set_index_due
from bluezone.keyserver.export.objects import delete_object, put_object
from bluezone.keyserver.export.series import Series
from bluezone.keyserver.export.store import (
    expire_files,
    expired_paths,
    forget_file,
    live_paths,
)
from bluezone.keyserver.store.db import Store

INDEX_NAME: Final = "index.txt"


def expire_old(db: Connection, lease: Lease, *, before: int) -> bool:
    """Take old files out of the index; return whether there were any."""
    expired = expire_files(db, lease.series, before=before) > 0
    if expired:
        set_index_due(db, lease, index_due=True)
    return expired


def write_index(store: Store, objects: ObjectStore, lease: Lease) -> None:
    """Write the index and record that it is up to date.

    Raises:
        ObjectStoreError: it is not written.
        StaleLeaseError: another worker took over; ours may have replaced its newer index,
            so it will be written once more.
    """
    with store.reads.begin() as db:
        paths = live_paths(db, lease.series)
    text = "".join(f"{path}\n" for path in paths)
    put_object(objects, f"{lease.series.name}/{INDEX_NAME}", text.encode("ascii"))
    try:
        with store.writes.begin() as db:
            set_index_due(db, lease, index_due=False)
    except StaleLeaseError:
        with store.writes.begin() as db:
            distrust_index(db, lease.series)
        raise


def delete_expired(store: Store, objects: ObjectStore, series: Series) -> None:
    """Delete the files that the index no longer names."""
    with store.reads.begin() as db:
        paths = expired_paths(db, series)
    for path in paths:
        delete_object(objects, path)
        with store.writes.begin() as db:
            forget_file(db, path)
