"""What the key store hands out: identifiers to broadcast, keys to share."""

from dataclasses import dataclass, field

from bluezone.protocol.bluezone.day_key import BluezoneId
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.en.tek import Rpi


@dataclass(frozen=True, slots=True)
class Advertised:
    """What to broadcast, and until when.

    Attributes:
        rpi: `en` identifier.
        aem: its encrypted metadata, 4 bytes.
        bluezone_id: 12-byte identifier.
        until_s: the next instant at which either identifier changes, Unix seconds; the
            radio changes its device address at that same instant (W18).
    """

    rpi: Rpi = field(repr=False)
    aem: bytes = field(repr=False)
    bluezone_id: BluezoneId = field(repr=False)
    until_s: int


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Keys of this phone that a person may share; the keys themselves are not shown.

    Attributes:
        en: oldest first, periods cut so that nothing of the future is promised.
        bluezone: oldest first, each good for its whole UTC day.
    """

    en: tuple[DiagnosisKey, ...]
    bluezone: tuple[DayKeyEntry, ...]

    def __bool__(self) -> bool:
        return bool(self.en or self.bluezone)

    @property
    def days(self) -> tuple[int, ...]:
        """Return the UTC day numbers (Unix seconds // 86400) covered, ascending."""
        covered = {key.start // 144 for key in self.en}
        return tuple(sorted(covered | {key.time_start // 86_400 for key in self.bluezone}))
