"""Bounds of numbers in recordings: wide enough for any device, narrow enough to count with.

Source: ours. The surprising decision: strengths are not held to -127 to 126 dBm, because
recorded cases may hold what a device should not have reported.
"""

from typing import Annotated, TypeAlias

import msgspec

Instant: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=253_370_764_800)]
"""Unix seconds before 1 January 9999: later days have no date."""

Strength: TypeAlias = Annotated[int, msgspec.Meta(ge=-1000, le=1000)]
"""dBm, or dB of attenuation."""

Seconds: TypeAlias = Annotated[int, msgspec.Meta(ge=-86_400, le=86_400)]
"""A duration of at most a day; negative where clocks disagreed."""
