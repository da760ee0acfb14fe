"""One worker at a time, now and then: leases by compare-and-set on a row for each duty."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bluezone.portal.appgateway.bridge.models import Duty

LEASE_S: Final = 600
"""A worker that has not finished by then has lost its work."""


@contextmanager
def turn(name: str, *, now: int, every_s: int) -> Iterator[bool]:
    """Yield whether it is this worker's turn; afterwards the next one is `every_s` later.

    A worker that dies inside leaves the duty to the next one after `LEASE_S`; one that fails
    by an error leaves it after the usual time.
    """
    Duty.objects.bulk_create([Duty(name=name)], ignore_conflicts=True)
    until = now + LEASE_S
    ours = Duty.objects.filter(name=name, next_at__lte=now).update(next_at=until) == 1
    try:
        yield ours
    finally:
        if ours:
            Duty.objects.filter(name=name, next_at=until).update(next_at=now + every_s)
