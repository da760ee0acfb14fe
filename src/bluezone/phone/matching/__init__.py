"""Find which sightings belong to which published keys."""

from bluezone.phone.matching.arrays import (
    DayKeyArrays,
    EnKeyArrays,
    Matches,
    SightingArrays,
)
from bluezone.phone.matching.grouping import group_matches
from bluezone.phone.matching.reference import (
    Matcher,
    ReferenceMatcher,
    match_day_keys,
    match_en,
)

__all__ = [
    "DayKeyArrays",
    "EnKeyArrays",
    "Matcher",
    "Matches",
    "ReferenceMatcher",
    "SightingArrays",
    "group_matches",
    "match_day_keys",
    "match_en",
]
