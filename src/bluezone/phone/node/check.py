"""Look for published keys, match them, judge: the part of a node that needs servers.

The decision that surprises: the node knows of it only this one call, so a node without a
server is complete, and nothing that a server answers reaches the radio or the keys.
"""

from dataclasses import dataclass
from typing import Protocol

from bluezone.phone.node.events import Warned


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What one look found.

    Attributes:
        files: new export files read.
        keys: keys in them.
        matched: of these, keys that were heard.
        warned: the risk changed and the person is to be told; None otherwise.
    """

    files: int = 0
    keys: int = 0
    matched: int = 0
    warned: Warned | None = None


class ExposureCheck(Protocol):
    """Anything that can look for published keys."""

    async def check(self, now: int) -> CheckReport:
        """Fetch what is new, match it, judge it.

        Args:
            now: Unix seconds.

        Raises:
            BluezoneError: it failed; the node tells and tries again next time.
        """
