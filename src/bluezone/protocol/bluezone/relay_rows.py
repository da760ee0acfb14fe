"""What one row of a published history says about another phone, and whether it can be so.

Source: wire specification section 6.3, last paragraph: every row carries the own id of the
phone that stored it, so both ids of a row can be held against the keys of both people. The
tolerances are those of section 1.7 (D4: an id stays on the air up to 150 s after its slot).
The surprise: the right slot of another day proves nothing. A published phone whose clock was
set back goes on with the later day's ids (1.3), and one that hears an iPhone takes yesterday's
id from its cache (W19).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bluezone.protocol.bluezone.day_key import BluezoneId, expand_day_key, next_day_key
from bluezone.protocol.bluezone.f0 import F0Entry
from bluezone.protocol.bluezone.history import ContactRow
from bluezone.protocol.bluezone.slot import DAY_S
from bluezone.protocol.bluezone.tolerant import DEFAULT_SKEW_S, STALE_S


class Side(StrEnum):
    """Whose history a row stands in."""

    A = "a"
    B = "b"


class Reason(StrEnum):
    """What is to be said about a row that concerns both people."""

    COUNTERPART = "counterpart"
    """The other history has its row, too."""
    NO_COUNTERPART = "no_counterpart"
    """The other history has no row near this time."""
    NOT_COVERED = "not_covered"
    """The keys of the phone that stored the row do not reach to this time."""
    OTHER_DAY = "other_day"
    """The right slot of another day: a known fault of the published app explains it."""
    BEFORE_ITS_SLOT = "before_its_slot"
    """The id was heard before it could exist."""
    AFTER_ITS_SLOT = "after_its_slot"
    """The id was heard long after its slot: somebody played it again."""
    HEARD_ITSELF = "heard_itself"
    """The phone heard its own id, which no radio does: somebody sent it back."""
    OWN_ID_FOREIGN = "own_id_foreign"
    """The row's own id does not follow from the keys of its owner at that time."""


IMPOSSIBLE = frozenset(
    {Reason.BEFORE_ITS_SLOT, Reason.AFTER_ITS_SLOT, Reason.HEARD_ITSELF, Reason.OWN_ID_FOREIGN}
)
"""What no genuine meeting of two working phones leaves behind."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that concerns both people.

    Attributes:
        side: whose history it stands in.
        row: its index there, from 0.
        time_s: when it was stored, Unix seconds.
        reason: what is to be said about it.
        apart_s: seconds to the counterpart, or by which the id missed its slot (negative: too
            early); None where neither is meant.
        rssi_dbm: as stored; 0 means unknown.
    """

    side: Side
    row: int
    time_s: int
    reason: Reason
    apart_s: int | None = None
    rssi_dbm: int = 0


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far apart clocks, slots and scans of genuine meetings may be.

    Attributes:
        scan_period_s: one scan of each phone falls into any time as long (section 2.8: 300).
        stale_s: how long after its slot an id is still on the air (section 1.7 D4: 150).
        skew_s: clock allowance.
    """

    scan_period_s: int = 300
    stale_s: int = STALE_S
    skew_s: int = DEFAULT_SKEW_S

    @property
    def counterpart_s(self) -> int:
        """Largest distance of two rows of one meeting: a scan period and the slot's tolerance."""
        return self.scan_period_s + self.stale_s


class OwnIds:
    """Every id of one phone over the days of its keys."""

    def __init__(self, keys: F0Entry) -> None:
        """Derive them; at most 60 days of 1,440."""
        self.start_s, self.end_s = keys.time_start, keys.time_end
        self.slot_s = DAY_S / keys.max
        self._starts: dict[BluezoneId, float] = {}
        key = keys.daily_key
        for midnight_s in range(keys.time_start, keys.time_end + 1, DAY_S):
            for slot, own in enumerate(expand_day_key(key, keys.max)):
                self._starts[own] = midnight_s + slot * self.slot_s
            key = next_day_key(key)

    def covers(self, time_s: float) -> bool:
        """Return whether the keys reach to `time_s`."""
        return self.start_s <= time_s <= self.end_s + self.slot_s

    def start_of(self, own: BluezoneId | None) -> float | None:
        """Return when the slot of `own` begins, None if it is no id of this phone."""
        return None if own is None else self._starts.get(own)

    def miss_s(self, start_s: float, time_s: float, tolerance: Tolerance) -> float:
        """Return by how much `time_s` misses the slot: 0 inside, negative if too early."""
        early = time_s - (start_s - tolerance.skew_s)
        late = time_s - (start_s + self.slot_s + tolerance.stale_s + tolerance.skew_s)
        return min(early, 0) or max(late, 0)


@dataclass(frozen=True, slots=True)
class Sound:
    """A row in order so far: its owner heard the other one, in time."""

    row: int
    time_s: float
    rssi_dbm: int


def judge_rows(
    side: Side, rows: Iterable[ContactRow], own: OwnIds, other: OwnIds, *, tolerance: Tolerance
) -> Iterator[Finding | Sound]:
    """Yield what each row that concerns both people is, in the rows' order.

    Rows about third people are passed over.
    """
    for number, row in enumerate(rows):
        time_s = row.time_ms / 1000
        reason, apart_s = _judge(row, time_s, own, other, tolerance)
        if reason is Reason.COUNTERPART:
            yield Sound(number, time_s, row.rssi_dbm)
        elif reason is not None:
            apart = None if apart_s is None else round(apart_s)
            yield Finding(side, number, int(time_s), reason, apart, row.rssi_dbm)


def own_id_fits(row: ContactRow, own: OwnIds) -> bool | None:
    """Return whether the own id is the phone's at that time, give or take a slot.

    Returns:
        None where the keys do not reach to that time.
    """
    time_s = row.time_ms / 1000
    start_s = own.start_of(row.own_id)
    if start_s is None:
        return False if own.covers(time_s) else None
    return start_s - own.slot_s <= time_s <= start_s + 2 * own.slot_s or _same_slot(
        start_s, time_s, own.slot_s
    )


def _judge(
    row: ContactRow, time_s: float, own: OwnIds, other: OwnIds, tolerance: Tolerance
) -> tuple[Reason | None, float | None]:
    """Return what a row is (`COUNTERPART`: in order, if there is one), and by how much."""
    if own.start_of(row.contact_id) is not None:
        return Reason.HEARD_ITSELF, None
    start_s = other.start_of(row.contact_id)
    if start_s is None:
        return None, None
    fits = own_id_fits(row, own)
    if fits is False:
        return Reason.OWN_ID_FOREIGN, None
    miss_s = other.miss_s(start_s, time_s, tolerance)
    if miss_s:
        if _same_slot(start_s, time_s, other.slot_s):
            return Reason.OTHER_DAY, miss_s
        return (Reason.BEFORE_ITS_SLOT if miss_s < 0 else Reason.AFTER_ITS_SLOT), miss_s
    return (Reason.NOT_COVERED if fits is None else Reason.COUNTERPART), None


def _same_slot(start_s: float, time_s: float, slot_s: float) -> bool:
    """Return whether `time_s` lies in the slot of the same number on another day."""
    return abs(time_s - start_s) >= DAY_S - slot_s and (time_s - start_s) % DAY_S < slot_s
