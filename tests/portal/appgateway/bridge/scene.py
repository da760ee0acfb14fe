"""Uploads of published phones, and what stands in the rounds."""

from random import Random

from bluezone.portal.appgateway.consent.models import Upload
from bluezone.portal.appgateway.pushes.models import Bundle
from bluezone.protocol.bluezone.day_key import DayKey, walk_day_key
from bluezone.protocol.bluezone.f0 import F0Entry, parse_f0_list

DAY = 86_400
HOUR = 3600


def some_upload(now: int, *, days: int = 3, seed: int = 1, last_ago: int = 0) -> Upload:
    """Return an upload of `days` days of which the last is today, or `last_ago` days ago."""
    rng = Random(seed)
    last = now - now % DAY - last_ago * DAY
    return Upload.objects.create(
        id=rng.getrandbits(62),
        daily_key=rng.randbytes(32),
        first_midnight=last - (days - 1) * DAY,
        last_midnight=last,
        slots=96,
        receipt_hmac=f"{seed:064x}",
        expires_at=last + 15 * DAY,
    )


def day_keys_of(upload: Upload) -> list[bytes]:
    """Return the keys of all its days."""
    days = (upload.last_midnight - upload.first_midnight) // DAY + 1
    return [walk_day_key(DayKey(bytes(upload.daily_key)), day) for day in range(days)]


def pushed() -> list[list[F0Entry]]:
    """Return the entries of each round that is open, oldest round first."""
    rounds: dict[int, list[F0Entry]] = {}
    for bundle in Bundle.objects.filter(withdrawn_at=None).order_by("pk"):
        rounds.setdefault(bundle.round_id, []).extend(parse_f0_list(bundle.entries))
    return list(rounds.values())
