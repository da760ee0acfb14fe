"""Which iPhone's id is known, whom to ask, whom to leave alone.

Sources: `spec/bluezone-wire.md` 2.4 and 2.6; weaknesses W10 and W19. A known id counts
until the slot ends in which it was read, by full time: the published cache compared slot
numbers without the day. The decision that surprises: a phone that could not be read is left
alone too, for longer each time, because foreign iPhones show the same overflow bits.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from bluezone.phone.radio.radio import Address
from bluezone.protocol.bluezone.day_key import BluezoneId

FIRST_REST_S: Final = 60.0
"""How long a phone is left alone after the first failure (ours; the published app: not at all)."""
LONGEST_REST_S: Final = 900.0
"""iPhones change their address about every 15 minutes, so a longer memory is of no use."""
_MOST_ENTRIES: Final = 1024


class Ask(Enum):
    """What to do about an iPhone whose id is not known."""

    READ = "read"
    LEAVE = "leave"


@dataclass(slots=True)
class _Entry:
    until_s: float
    id: BluezoneId | None = field(default=None, repr=False)
    rest_s: float = 0.0


class IPhoneCache:
    """A bounded memory of iPhones by address; the oldest is forgotten first."""

    def __init__(self, next_border_s: Callable[[float], float]) -> None:
        """Make an empty cache.

        Args:
            next_border_s: the end of the slot that holds an instant, Unix seconds.
        """
        self._next_border_s = next_border_s
        self._entries: OrderedDict[Address, _Entry] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of phones remembered."""
        return len(self._entries)

    def ask(self, address: Address, now: float) -> BluezoneId | Ask:
        """Return the id of that phone if it is known, else what to do.

        `READ` is answered once; until `known` or `failed` follows, it is `LEAVE`.
        """
        entry = self._entries.get(address)
        if entry is not None and now < entry.until_s:
            return entry.id if entry.id is not None else Ask.LEAVE
        rest_s = entry.rest_s if entry is not None else 0.0
        self._keep(address, _Entry(now + LONGEST_REST_S, rest_s=rest_s))
        return Ask.READ

    def known(self, address: Address, bluezone_id: BluezoneId, now: float) -> None:
        """Remember an id that was read at `now`, until its slot ends."""
        self._keep(address, _Entry(self._next_border_s(now), bluezone_id))

    def failed(self, address: Address, now: float) -> None:
        """Leave a phone alone that could not be read: 1 minute, then twice as long."""
        before = self._entries.get(address)
        rest_s = before.rest_s * 2 if before is not None and before.rest_s else FIRST_REST_S
        rest_s = min(rest_s, LONGEST_REST_S)
        self._keep(address, _Entry(now + rest_s, rest_s=rest_s))

    def _keep(self, address: Address, entry: _Entry) -> None:
        self._entries[address] = entry
        self._entries.move_to_end(address)
        if len(self._entries) > _MOST_ENTRIES:
            self._entries.popitem(last=False)
