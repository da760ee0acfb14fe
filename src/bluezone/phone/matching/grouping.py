"""Gather matches by key, as the risk models want them."""

from collections.abc import Sequence

from bluezone.phone.matching.arrays import Matches, SightingArrays
from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey


def group_matches(
    matches: Matches,
    keys: Sequence[DiagnosisKey] | Sequence[DayKeyEntry],
    sightings: SightingArrays,
) -> list[MatchedKey]:
    """Return one `MatchedKey` for each key that has a match, in the order of `keys`.

    Args:
        matches: what a matcher found for exactly these keys and sightings.
        keys: the keys that the key arrays were made of.
        sightings: the sighting arrays; candidates that are not in time are kept, since the
            window rules decide about day, drift and replay.

    Returns:
        Sightings in order of time (ties: as in the log), each at most once per key.
    """
    rows_of: dict[int, dict[int, bool]] = {}
    columns = (matches.key_index, matches.sighting_index, matches.tolerated)
    for key_index, row, tolerated in zip(*(c.tolist() for c in columns), strict=True):
        rows = rows_of.setdefault(key_index, {})
        rows[row] = rows.get(row, True) and tolerated
    return [
        _matched_key(keys[key_index], sightings, rows)
        for key_index, rows in sorted(rows_of.items())
    ]


def _matched_key(
    key: DiagnosisKey | DayKeyEntry, sightings: SightingArrays, rows: dict[int, bool]
) -> MatchedKey:
    order = sorted(rows, key=lambda row: (int(sightings.time_s[row]), row))
    flags = tuple(rows[row] for row in order)
    return MatchedKey(key, tuple(map(sightings.sighting, order)), flags if any(flags) else ())
