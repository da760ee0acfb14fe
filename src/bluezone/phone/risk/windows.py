"""Evaluated sightings of one key -> scan instances -> exposure windows.

Source: `spec/exposure.md` section 2.4. The surprising decision of the original, kept: a
window is a fixed cut from its first sighting, silence does not end it, and when the cut
falls inside a scan the rest of the scan opens the next window with its seconds counted
again. Such a scan is marked `continued`, so that a model may count it once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bluezone.phone.risk.system import DAY_S, SystemConstants, half_up
from bluezone.phone.sighting import Scheme


@dataclass(frozen=True, slots=True)
class EvaluatedSighting:
    """One sighting that counts, with what its metadata and time say.

    Attributes:
        time_s: Unix seconds of receipt.
        rssi_dbm: calibrated received strength.
        tx_power_dbm: calibrated transmit power of the sender.
        confidence: calibration confidence, 0 lowest to 3 high.
        seconds_since_last_scan: seconds the scan stands for, if this sighting opens it.
        tolerated: the time lies outside the identifier's own interval or slot.
        scan: number of the scan where scans were inferred from rows; None where the gap
            to the previous sighting decides.
    """

    time_s: int
    rssi_dbm: int
    tx_power_dbm: int
    confidence: int
    seconds_since_last_scan: int
    tolerated: bool = False
    scan: int | None = None

    @property
    def attenuation_db(self) -> int:
        """Transmit power minus received strength, never below 0 (1.3)."""
        return max(self.tx_power_dbm - self.rssi_dbm, 0)


@dataclass(frozen=True, slots=True)
class ScanInstance:
    """What one scan heard of one key.

    Attributes:
        min_attenuation_db: the smallest attenuation of its packets.
        typical_attenuation_db: mean in dB over its packets, halves rounded up.
        seconds_since_last_scan: seconds it stands for; may be negative (2.4).
        attenuations: of each packet in order of time; empty if only the two above are known.
        start_s: Unix seconds of its first packet.
        span_s: seconds from its first to its last packet; 0 for inferred scans, whose
            seconds already stand for the whole cycle.
        continued: the scan began in the window before, which has counted its seconds.
    """

    min_attenuation_db: int
    typical_attenuation_db: int
    seconds_since_last_scan: int
    attenuations: tuple[int, ...] = ()
    start_s: int = 0
    span_s: int = 0
    continued: bool = False

    @classmethod
    def of_packets(
        cls,
        attenuations: tuple[int, ...],
        *,
        start_s: int,
        seconds_since_last_scan: int,
        span_s: int,
        continued: bool = False,
    ) -> "ScanInstance":
        """Return the scan of packets with these attenuations, at least one."""
        return cls(
            min_attenuation_db=min(attenuations),
            typical_attenuation_db=half_up(sum(attenuations) / len(attenuations)),
            seconds_since_last_scan=seconds_since_last_scan,
            attenuations=attenuations,
            start_s=start_s,
            span_s=span_s,
            continued=continued,
        )


@dataclass(frozen=True, slots=True)
class ExposureWindow:
    """At most 30 minutes of sightings of one key.

    Attributes:
        start_s: Unix seconds of its first sighting; its UTC day is the window's day.
        report_type: 1 to 5, resolved.
        infectiousness: 0 none, 1 standard, 2 high.
        confidence: calibration confidence of the first sighting.
        scans: in order of time.
        scheme: which identifiers were heard.
        tolerated: only tolerance for stale ids and clock skew matched any of it.
    """

    start_s: int
    report_type: int
    infectiousness: int
    confidence: int
    scans: tuple[ScanInstance, ...]
    scheme: Scheme = Scheme.EN
    tolerated: bool = False

    @property
    def day(self) -> int:
        """Day number of the window's start, days since 1970-01-01 UTC."""
        return self.start_s // DAY_S


def build_windows(
    sightings: Iterable[EvaluatedSighting],
    *,
    report_type: int,
    infectiousness: int,
    scheme: Scheme,
    system: SystemConstants,
) -> tuple[ExposureWindow, ...]:
    """Return the windows of one key, in order of time.

    Args:
        sightings: list U of the key, ascending in time (2.2).
        report_type: resolved type of the key.
        infectiousness: of the key, 0 to 2.
        scheme: scheme of the key.
        system: lengths and gaps.
    """
    return tuple(
        ExposureWindow(
            start_s=scans[0][0].time_s,
            report_type=report_type,
            infectiousness=infectiousness,
            confidence=scans[0][0].confidence,
            scans=_scan_instances(scans, continued=continued),
            scheme=scheme,
            tolerated=all(packet.tolerated for scan in scans for packet in scan),
        )
        for scans, continued in _cut(sightings, system)
    )


_Scans = list[list[EvaluatedSighting]]


def _cut(
    sightings: Iterable[EvaluatedSighting], system: SystemConstants
) -> list[tuple[_Scans, bool]]:
    """Return each window as a list of scans, and whether its first scan is a rest."""
    windows: list[tuple[_Scans, bool]] = []
    previous: EvaluatedSighting | None = None
    for sighting in sightings:
        same_scan = previous is not None and _same_scan(previous, sighting, system)
        if not windows or _is_full(windows[-1][0], sighting, system):
            windows.append(([[sighting]], same_scan))
        elif same_scan:
            windows[-1][0][-1].append(sighting)
        else:
            windows[-1][0].append([sighting])
        previous = sighting
    return windows


def _is_full(scans: _Scans, sighting: EvaluatedSighting, system: SystemConstants) -> bool:
    return sighting.time_s - scans[0][0].time_s >= system.window_length_s


def _same_scan(a: EvaluatedSighting, b: EvaluatedSighting, system: SystemConstants) -> bool:
    if b.scan is not None:
        return a.scan == b.scan
    return b.time_s - a.time_s <= system.same_scan_gap_s


def _scan_instances(scans: _Scans, *, continued: bool) -> tuple[ScanInstance, ...]:
    return tuple(
        _scan_instance(scan, continued=continued and number == 0)
        for number, scan in enumerate(scans)
    )


def _scan_instance(packets: Sequence[EvaluatedSighting], *, continued: bool) -> ScanInstance:
    first = packets[0]
    return ScanInstance.of_packets(
        tuple(packet.attenuation_db for packet in packets),
        start_s=first.time_s,
        seconds_since_last_scan=first.seconds_since_last_scan,
        span_s=0 if first.scan is not None else packets[-1].time_s - first.time_s,
        continued=continued,
    )
