"""Walking order: alleys as people count them ("Ngõ 2" before "Ngõ 10"), then the place along each.

The phone orders by the same rule (`walk.js`).
"""

import re
from typing import Final

_NUMBERS: Final = re.compile(r"([0-9]+)")

Key = tuple[tuple[int, int, str], ...]


def counted(text: str) -> Key:
    """Return the key that orders texts with their numbers as numbers."""
    parts = _NUMBERS.split(text.casefold())
    return tuple(
        (0, int(part), "") if place % 2 else (1, 0, part) for place, part in enumerate(parts)
    )
