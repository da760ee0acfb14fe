"""One worker at a time for each series: a lease taken and kept by compare-and-set.

The surprising decision: nothing here asks whether the lease has run out. Every later change
names the token, and a worker that took the lease over has written another one; so a worker
that was asleep too long changes nothing, whatever its clock says.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from bluezone.keyserver.errors import StaleLeaseError
from bluezone.keyserver.export.series import Series
from bluezone.keyserver.store.db import Lock, hold

_CREATE: Final = text("""
    INSERT INTO export_series
           (series, closed_until, exported_until, index_due, lease_token, lease_until)
    VALUES (:series, 0, :start, TRUE, NULL, 0)
    ON CONFLICT (series) DO NOTHING
""")

_LEASE: Final = text("""
    UPDATE export_series
       SET lease_token = :token, lease_until = :until
     WHERE series = :series AND lease_until <= :now
    RETURNING exported_until, index_due
""")

_CLOSE: Final = text("""
    UPDATE export_series
       SET closed_until = CASE WHEN closed_until > :until THEN closed_until ELSE :until END
     WHERE series = :series AND lease_token = :token
""")

_RENEW: Final = text("""
    UPDATE export_series
       SET lease_until = :until
     WHERE series = :series AND lease_token = :token
""")

_ADVANCE: Final = text("""
    UPDATE export_series
       SET exported_until = :end, index_due = :index_due
     WHERE series = :series AND lease_token = :token AND exported_until = :start
""")

_INDEXED: Final = text("""
    UPDATE export_series
       SET index_due = :index_due
     WHERE series = :series AND lease_token = :token
""")

_STALE_INDEX: Final = text("UPDATE export_series SET index_due = TRUE WHERE series = :series")

_RELEASE: Final = text("""
    UPDATE export_series
       SET lease_token = NULL, lease_until = 0
     WHERE series = :series AND lease_token = :token
""")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one series.

    Attributes:
        series: which one.
        token: proof; new for every lease.
        exported_until: windows up to here are written.
        index_due: the index does not yet show what was written or removed.
    """

    series: Series
    token: str
    exported_until: int
    index_due: bool


def take_lease(
    db: Connection, series: Series, *, token: str, start: int, now: int, ttl_s: int
) -> Lease | None:
    """Lease `series`, or return None when another worker has it.

    `start` is where a series begins that does not exist yet; `token` is new for every call.
    """
    db.execute(_CREATE, {"series": series.name, "start": start})
    values = {"series": series.name, "token": token, "now": now, "until": now + ttl_s}
    row = db.execute(_LEASE, values).one_or_none()
    return None if row is None else Lease(series, token, int(row[0]), bool(row[1]))


def close_windows(db: Connection, lease: Lease, *, until: int) -> None:
    """Let no later publish fall before `until`.

    Raises:
        StaleLeaseError: as for every function below: another worker took over.
    """
    hold(db, Lock.WINDOWS)  # publishes under way commit first, later ones see the border
    _must_hold(db.execute(_CLOSE, _names(lease) | {"until": until}).rowcount, lease)


def renew_lease(db: Connection, lease: Lease, *, until: int) -> None:
    """Keep the lease until then; also locks the row against a worker that takes over."""
    _must_hold(db.execute(_RENEW, _names(lease) | {"until": until}).rowcount, lease)


def advance(db: Connection, lease: Lease, *, start: int, end: int, index_due: bool) -> None:
    """Record that everything from `start` to `end` is written."""
    values = _names(lease) | {"start": start, "end": end, "index_due": index_due}
    _must_hold(db.execute(_ADVANCE, values).rowcount, lease)


def set_index_due(db: Connection, lease: Lease, *, index_due: bool) -> None:
    """Record whether the index still has to be written."""
    _must_hold(db.execute(_INDEXED, _names(lease) | {"index_due": index_due}).rowcount, lease)


def distrust_index(db: Connection, series: Series) -> None:
    """Have the index written again by whoever holds the series next."""
    db.execute(_STALE_INDEX, {"series": series.name})


def release_lease(db: Connection, lease: Lease) -> None:
    """Give the lease back; one that was lost already is no fault."""
    db.execute(_RELEASE, _names(lease))


def _names(lease: Lease) -> dict[str, object]:
    return {"series": lease.series.name, "token": lease.token}


def _must_hold(rows: int, lease: Lease) -> None:
    if rows != 1:
        raise StaleLeaseError(f"{lease.series.name}: another worker took the lease over")
