"""What a node tells of itself, one frozen value an event.

The decision that surprises: an event carries identifiers only where somebody must show who
met whom (`Heard`), hidden in its repr and left out of the command line's output.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import TypeAlias

from bluezone.phone.sighting import Scheme


@dataclass(frozen=True, slots=True)
class Started:
    """The radio is on. Times of all events are Unix seconds."""

    time_s: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """The node has given its controller back."""

    time_s: float


@dataclass(frozen=True, slots=True)
class AdvertisingStarted:
    """The node sends an identifier of `scheme` at the latest until `until_s`."""

    time_s: float
    scheme: Scheme
    until_s: float


@dataclass(frozen=True, slots=True)
class AdvertisingStopped:
    """The node is silent."""

    time_s: float


@dataclass(frozen=True, slots=True)
class Rotated:
    """The node has a new identifier of `scheme` and a new device address with it."""

    time_s: float
    scheme: Scheme


@dataclass(frozen=True, slots=True)
class ScanStarted:
    """The node listens."""

    time_s: float


@dataclass(frozen=True, slots=True)
class ScanStopped:
    """The node listens no more; `recorded` sightings were kept in this scan."""

    time_s: float
    recorded: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A sighting was recorded; repetitions within 5 s are not told."""

    time_s: float
    scheme: Scheme
    id: bytes = field(repr=False)
    rssi_dbm: int


@dataclass(frozen=True, slots=True)
class IPhoneRead:
    """An iPhone was connected to; `ok` says whether it answered with an identifier."""

    time_s: float
    ok: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """Published keys were looked for: how many files and keys were new, how many matched."""

    time_s: float
    files: int
    keys: int
    matched: int


@dataclass(frozen=True, slots=True)
class Warned:
    """The person's risk changed, and the person was told.

    Attributes:
        time_s: when it was told.
        level: `none`, `low` or `high`, as in the risk model.
        most_recent_day: UTC day of the last meeting that counts; None if there is none.
        minutes: how long the meetings that count lasted together.
    """

    time_s: float
    level: str
    most_recent_day: dt.date | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something failed and the node goes on; `code` is stable."""

    time_s: float
    code: str
    message: str


Event: TypeAlias = (
    Started
    | Stopped
    | AdvertisingStarted
    | AdvertisingStopped
    | Rotated
    | ScanStarted
    | ScanStopped
    | Heard
    | IPhoneRead
    | Checked
    | Warned
    | Fault
)
"""Everything a node tells."""
