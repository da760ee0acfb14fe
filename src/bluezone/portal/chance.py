"""The one source of randomness that the portal's outermost functions hand down."""

from random import Random, SystemRandom
from typing import Final

SYSTEM: Final[Random] = SystemRandom()
"""The operating system's generator; every code, token and key comes from it."""
