"""How strong a Bluetooth advertisement arrives: distance, carriage, shadowing, fading.

    rssi = reference - 10 n log10(d / 1 m) - carriage(sender) - carriage(receiver)
           + shadowing(pair, time) + fading(packet)

Sources: log-distance path loss with log-normal shadowing, Rappaport, "Wireless
Communications", 2nd ed., section 4.9; correlated shadowing, Gudmundson, Electronics Letters
27 (1991) 2145; Rician fading, same book, section 5.6. The numbers are fitted to public
recordings, see docs/radio.md and bench/path_loss_fit.py. The decision that surprises:
turning on the spot counts as shadowing, not as fading. It lasts for minutes, so it cannot be
averaged out within a scan, and that is what makes distance by radio so uncertain.
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

MIN_DISTANCE_M: Final = 0.2
"""Below it the formula is not measured; two phones are never nearer than their owners."""


class Carriage(Enum):
    """Where a phone is carried; the value is the mean loss through the body in dB."""

    HAND = 0.0
    POCKET = 8.0
    BACKPACK = 7.9


@dataclass(frozen=True, slots=True)
class PathLoss:
    """The parameters of the model.

    Attributes:
        reference_dbm: mean strength at 1 m, both phones in the hand.
        exponent: decades of distance to tens of dB; 2 in free space.
        shadowing_db: standard deviation of the slow part of one pair.
        shadowing_s: time after which the slow part is as good as new, seconds.
        rician_k: power of the direct path over the scattered ones; 0 is Rayleigh fading.
        sensitivity_dbm: weaker packets are not received.
    """

    reference_dbm: float = -65.0
    exponent: float = 2.2
    shadowing_db: float = 4.9
    shadowing_s: float = 60.0
    rician_k: float = 2.25
    sensitivity_dbm: float = -96.0

    def mean_dbm(self, distance_m: float, *, carriage_db: float = 0.0) -> float:
        """Return the mean strength at a distance.

        Args:
            distance_m: between the two antennas; below `MIN_DISTANCE_M` counts as that.
            carriage_db: both phones' loss together.
        """
        distance_m = max(distance_m, MIN_DISTANCE_M)
        return self.reference_dbm - 10 * self.exponent * math.log10(distance_m) - carriage_db

    def reach_m(self) -> float:
        """Return the distance beyond which no packet is worth a draw.

        There the mean lies four deviations of the shadowing and 6 dB of fading below the
        sensitivity: fewer than one packet in ten thousand would arrive.
        """
        margin_db = 4 * self.shadowing_db + 6
        room_db = self.reference_dbm + margin_db - self.sensitivity_dbm
        return float(10 ** (room_db / (10 * self.exponent)))

    def next_shadowing_db(
        self, before_db: float | None, passed_s: float, rng: np.random.Generator
    ) -> float:
        """Return the slow part of a pair, given its last value and the time since.

        Args:
            before_db: the last value; None for a pair that never met.
            passed_s: seconds since the last value.
            rng: draws one number.
        """
        fresh = self.shadowing_db * float(rng.standard_normal())
        if before_db is None:
            return fresh
        memory = math.exp(-passed_s / self.shadowing_s)
        return memory * before_db + math.sqrt(1 - memory * memory) * fresh

    def fading_db(self, rng: np.random.Generator) -> float:
        """Return the fast part of one packet: Rician, mean power 1, in dB.

        Args:
            rng: draws two numbers.
        """
        scattered = math.sqrt(0.5 / (self.rician_k + 1))
        direct = math.sqrt(self.rician_k / (self.rician_k + 1))
        re = direct + scattered * float(rng.standard_normal())
        im = scattered * float(rng.standard_normal())
        return 10 * math.log10(max(re * re + im * im, 1e-9))
