"""Made-up keys that fill a small file, so that few cases do not stand out.

Source: key server rules 1.6 and the defect in 1.8. A fake copies everything but the key from
a randomly picked real one. Every fake is stored before the file is written, in one piece, so
that another export over the same time repeats each of them and nobody can tell them by what
is missing.
"""

from collections.abc import Sequence

from bluezone.keyserver.export.store import KeyRow
from bluezone.keyserver.publish.accepted import KEY_BYTES, split_records
from bluezone.keyserver.publish.reply import Entropy
from bluezone.protocol.scheme import Scheme


def make_fakes(
    scheme: Scheme, rows: Sequence[KeyRow], count: int, *, entropy: Entropy
) -> list[KeyRow]:
    """Return rows with `count` fakes, modelled on the real keys among `rows`.

    A fake stands in the hour and region of its model. Without a real key there is nothing
    to hide and nothing to copy: no fakes.
    """
    models = [
        (row, record)
        for row in rows
        if not row.generated
        for record in split_records(scheme, row.packed_keys)
    ]
    if not models:
        return []
    fakes: dict[tuple[str, bool, str, int], list[bytes]] = {}
    size = KEY_BYTES[scheme]
    for _ in range(count):
        row, record = models[draw(len(models), entropy)]
        place = (row.region, row.traveler, row.health_authority_id, row.created_at)
        fakes.setdefault(place, []).append(entropy(size) + record[size:])
    return [
        KeyRow(*place, generated=True, packed_keys=b"".join(sorted(records)))
        for place, records in fakes.items()
    ]


def draw(below: int, entropy: Entropy) -> int:
    """Return a random number from 0 to `below` - 1; the bias of 64 bits is immaterial."""
    return int.from_bytes(entropy(8), "big") % below
