"""How much one address may ask for, in bounded memory, without remembering any address.

An address is kept as an HMAC under a key that lives as long as the process. Budgets are
counted in two windows side by side and weighed by time, so that nobody gets twice the budget
at a border. The defaults are wide on purpose: mobile operators in Viet Nam put thousands of
phones behind one address, and a phone that is refused shows its owner an error. Whoever has
many addresses is slowed down only; docs/app-gateway.md says what stays possible.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from bluezone.portal import chance

ADDRESSES: Final = 65_536
"""Addresses remembered a budget: at most about 16 MB a process."""


@dataclass(frozen=True, slots=True)
class Budget:
    """So many requests of a kind, by one address, within a window.

    Attributes:
        name: the kind.
        count: most requests.
        window_s: seconds.
    """

    name: str
    count: int
    window_s: int


class AddressLimits:
    """Budgets of one kind for all addresses; the longest silent address is forgotten first."""

    def __init__(self, budget: Budget, *, secret: bytes, addresses: int = ADDRESSES) -> None:
        """Begin with full budgets.

        Args:
            budget: of each address.
            secret: key of the HMACs, at most 64 bytes.
            addresses: most addresses remembered.
        """
        self._budget = budget
        self._secret = secret
        self._addresses = addresses
        self._seen: OrderedDict[bytes, tuple[int, int, int]] = OrderedDict()

    def take(self, address: str, *, now: int, amount: int = 1) -> bool:
        """Take `amount` of the address's budget; False, and nothing taken, if it is used up."""
        name = self._name(address)
        window, before, here = self._counts(name, now)
        left = 1 - (now % self._budget.window_s) / self._budget.window_s
        if before * left + here + amount > self._budget.count:
            return False
        self._keep(name, (window, before, here + amount))
        return True

    def give_back(self, address: str, *, now: int, amount: int = 1) -> None:
        """Undo a `take` of the same window that turned out to cost nothing."""
        name = self._name(address)
        window, before, here = self._counts(name, now)
        self._keep(name, (window, before, max(0, here - amount)))

    def __len__(self) -> int:
        """Return how many addresses are remembered."""
        return len(self._seen)

    def _name(self, address: str) -> bytes:
        message = address.encode(errors="replace")
        return hashlib.blake2b(message, key=self._secret, digest_size=16).digest()

    def _counts(self, name: bytes, now: int) -> tuple[int, int, int]:
        window = now // self._budget.window_s
        seen_in, before, here = self._seen.get(name, (window, 0, 0))
        if seen_in == window:
            return window, before, here
        return window, here if seen_in == window - 1 else 0, 0

    def _keep(self, name: bytes, counts: tuple[int, int, int]) -> None:
        self._seen[name] = counts
        self._seen.move_to_end(name)
        if len(self._seen) > self._addresses:
            self._seen.popitem(last=False)


_HOUR_S: Final = 3600
_SECRET: Final = chance.SYSTEM.randbytes(32)
_limits: Final[dict[Budget, AddressLimits]] = {}


def new_phones() -> AddressLimits:
    """Return the budgets of phones that register, in this process."""
    return _of(Budget("new phones", settings.BLUEZONE_GATEWAY_NEW_PHONES_PER_HOUR, _HOUR_S))


def posts() -> AddressLimits:
    """Return the budgets of everything that phones send, in this process."""
    return _of(Budget("posts", settings.BLUEZONE_GATEWAY_POSTS_PER_HOUR, _HOUR_S))


def forget() -> None:
    """Give everybody the whole budget again."""
    _limits.clear()


def _of(budget: Budget) -> AddressLimits:
    if budget not in _limits:
        _limits[budget] = AddressLimits(budget, secret=_SECRET)
    return _limits[budget]
