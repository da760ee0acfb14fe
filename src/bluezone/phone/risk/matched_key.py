"""A published key together with the sightings that matched it: what risk starts from.

Source: `spec/exposure.md` section 2.2 for the key, `spec/bluezone-wire.md` 1.7 for the
tolerance. The surprising decision: matching hands over every sighting of an identifier of
the key, also doubtful ones; the window rules decide which of them count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey


@dataclass(frozen=True, slots=True)
class MatchedKey:
    """One diagnosis key of either scheme and what was heard of it.

    Attributes:
        key: the published key.
        sightings: every sighting of one of its identifiers, in the order of the log.
        tolerated: one flag a sighting, True where only the tolerance for stale ids and
            clock skew made the match (W12); empty when none did. For `en` keys the window
            rules find it out themselves and the flags are not read.
    """

    key: DiagnosisKey | DayKeyEntry
    sightings: Sequence[Sighting]
    tolerated: Sequence[bool] = ()

    @property
    def scheme(self) -> Scheme:
        """The scheme of the key."""
        return Scheme.EN if isinstance(self.key, DiagnosisKey) else Scheme.BLUEZONE
