"""One person heard in two schemes is one person: remove what was heard twice.

Source: DESIGN "Identifiers": our phones speak both schemes and publish the keys of both, so
a contact with one of them gives windows of either. The surprising decision: keys of the two
schemes cannot be linked, by design; so scans are compared, not keys. A Bluezone scan that
an `en` scan of the same time and nearly the same attenuation explains is dropped.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from bluezone.phone.risk.windows import ExposureWindow, ScanInstance
from bluezone.phone.sighting import Scheme

SAME_SCAN_S: Final = 60
"""Both schemes are heard in the same scan of 40 s; a minute leaves room for its jitter."""

SAME_ATTENUATION_DB: Final = 12
"""Two means of a scan's packets differ by less: three times the 4 dB that fading leaves on
each; farther apart they are taken for two people."""


def drop_shadowed(windows: Iterable[ExposureWindow]) -> tuple[ExposureWindow, ...]:
    """Return the windows without Bluezone scans that an `en` scan explains.

    Each `en` scan explains one Bluezone scan at most, so two infected people near at the
    same time still count twice if one of them is heard in one scheme only.
    """
    kept = list(windows)
    spare = _Spare(w for w in kept if w.scheme is Scheme.EN)
    result = []
    for window in sorted(kept, key=lambda w: w.start_s):
        if window.scheme is Scheme.EN:
            result.append(window)
            continue
        scans = tuple(scan for scan in window.scans if not spare.take(scan))
        if scans:
            result.append(replace(window, scans=scans))
    return tuple(result)


class _Spare:
    """The `en` scans that have not explained another scan yet, by time."""

    def __init__(self, windows: Iterable[ExposureWindow]) -> None:
        self._scans = sorted(
            (scan for window in windows for scan in window.scans), key=lambda scan: scan.start_s
        )
        self._free = [True] * len(self._scans)

    def take(self, scan: ScanInstance) -> bool:
        """Return whether a free scan explains `scan`; it is then no longer free."""
        at = bisect_left(self._scans, scan.start_s - SAME_SCAN_S, key=lambda s: s.start_s)
        best: int | None = None
        while at < len(self._scans) and self._scans[at].start_s <= scan.start_s + SAME_SCAN_S:
            if self._free[at] and (best is None or self._gap(at, scan) < self._gap(best, scan)):
                best = at
            at += 1
        if best is None or self._gap(best, scan) > SAME_ATTENUATION_DB:
            return False
        self._free[best] = False
        return True

    def _gap(self, at: int, scan: ScanInstance) -> int:
        return abs(self._scans[at].typical_attenuation_db - scan.typical_attenuation_db)
