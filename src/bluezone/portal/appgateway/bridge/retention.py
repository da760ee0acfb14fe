"""Forgetting on time: names of files, HMACs of keys, rows of publications."""

from bluezone.portal.appgateway.bridge.fetching import FILE_KEPT_S
from bluezone.portal.appgateway.bridge.models import FetchedFile, KnownKey, Publication


def purge(*, now: int) -> None:
    """Forget what is over; can be run at any time and twice.

    Args:
        now: Unix seconds of the clock of events.
    """
    KnownKey.objects.filter(expires_at__lte=now).delete()
    Publication.objects.filter(expires_at__lte=now).delete()
    FetchedFile.objects.filter(end_s__lt=now - FILE_KEPT_S).delete()
