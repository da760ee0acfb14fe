"""Rows of `Publication` in one worker's hands: leases by compare-and-set.

The lease outlives every request to the key server; whoever lost it changes nothing any more.
"""

from random import Random
from typing import Final

from bluezone.portal.appgateway.bridge.errors import LostLeaseError
from bluezone.portal.appgateway.bridge.models import Publication

LEASE_S: Final = 600
"""Several times the time-outs of a request."""
_FIRST_WAIT_S: Final = 60
_LONGEST_WAIT_S: Final = 3600


def due(*, now: int, limit: int, withdrawn: bool) -> list[int]:
    """Return the numbers of rows that somebody should see to, the longest waiting first."""
    rows = Publication.objects.filter(free_at__lte=now, withdrawn_at__isnull=not withdrawn)
    return list(rows.order_by("free_at", "pk").values_list("pk", flat=True)[:limit])


def take(pk: int, *, now: int, rng: Random) -> Publication | None:
    """Return the row if it is due and now ours, else None."""
    lease = rng.getrandbits(62) + 1
    free = Publication.objects.filter(pk=pk, free_at__lte=now)
    if free.update(lease=lease, free_at=now + LEASE_S) != 1:
        return None
    return Publication.objects.filter(pk=pk, lease=lease).first()


def keep(row: Publication, **values: object) -> None:
    """Change a row that is ours.

    Raises:
        LostLeaseError: it is not ours any more.
    """
    if Publication.objects.filter(pk=row.pk, lease=row.lease).update(**values) != 1:
        raise LostLeaseError("another worker has this row")
    for name, value in values.items():
        setattr(row, name, value)


def give_back(row: Publication, *, free_at: int, fault: str = "", **values: object) -> None:
    """Let go of a row that is ours until `free_at`.

    Raises:
        LostLeaseError: it is not ours any more.
    """
    tries = row.tries + 1 if fault else 0
    mine = Publication.objects.filter(pk=row.pk, lease=row.lease)
    if mine.update(lease=0, free_at=free_at, fault=fault, tries=tries, **values) != 1:
        raise LostLeaseError("another worker has this row")


def put_off(row: Publication, *, now: int, fault: str) -> None:
    """Let go of a row whose request failed: a minute, then two, four, at most an hour.

    Raises:
        LostLeaseError: it is not ours any more.
    """
    wait_s = min(_FIRST_WAIT_S * 2 ** min(row.tries, 10), _LONGEST_WAIT_S)
    give_back(row, free_at=now + wait_s, fault=fault)


def hurry_if_withdrawn(pk: int, *, now: int) -> None:
    """Make a row due whose upload was taken back while a worker published it."""
    free = Publication.objects.filter(pk=pk, lease=0, withdrawn_at__isnull=False)
    free.update(free_at=now)
