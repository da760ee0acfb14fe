"""The ids of a published key over successive days, made only as far as somebody asks.

Source: wire specification section 1.6: probe n has the id of slot `n mod max` of the day key
`H^(n div max)(daily_key)`. Work is counted, because the numbers come from outside: the first
id that would cost too many hashes ends in `WorkLimitError` instead of a process that hangs.
"""

from hashlib import sha256
from typing import Final

from bluezone.protocol.bluezone.day_key import SALT, BluezoneId, id_of_sub_key, next_sub_key
from bluezone.protocol.errors import ProtocolError

MAX_HASHES: Final = 100_000
"""SHA-256 computations that one entry may cost: over a thousand days of 96 slots. Ours."""


class WorkLimitError(ProtocolError):
    """An entry asks for more hashing than any honest one; nothing was decided."""

    code = "work_limit"


class KeyChain:
    """The ids that the published chain derives from one key; remembers what it made."""

    def __init__(self, key: bytes, slots: int, *, max_hashes: int = MAX_HASHES) -> None:
        """Start at a key of any length (iPhones do not check it) with `slots` ids a day."""
        self._slots = slots
        self._hashes_left = max_hashes
        self._day_keys = [key]
        self._ids: dict[int, list[BluezoneId]] = {}
        self._last_sub_key: dict[int, bytes] = {}

    def id_at(self, number: int) -> BluezoneId:
        """Return the id of probe `number`, counted from 0 at slot 0 of the first day.

        Raises:
            WorkLimitError: it would cost more hashes than are left for this entry.
        """
        day, slot = divmod(number, self._slots)
        ids = self._ids.setdefault(day, [])
        if slot >= len(ids):
            self._pay(max(0, day + 1 - len(self._day_keys)) + slot + 1 - len(ids))
            self._extend(ids, day, slot)
        return ids[slot]

    def _extend(self, ids: list[BluezoneId], day: int, slot: int) -> None:
        while len(self._day_keys) <= day:
            self._day_keys.append(sha256(self._day_keys[-1]).digest())
        while len(ids) <= slot:
            made_before = self._last_sub_key.get(day)
            first = self._day_keys[day] + SALT
            sub_key = sha256(first).digest() if made_before is None else next_sub_key(made_before)
            self._last_sub_key[day] = sub_key
            ids.append(id_of_sub_key(sub_key))

    def _pay(self, hashes: int) -> None:
        if hashes > self._hashes_left:
            raise WorkLimitError("an F0 entry asks for more hashing than any honest one")
        self._hashes_left -= hashes
