"""How a node behaves.

Sources: `spec/bluezone-wire.md` 2.4 (10 s for an iPhone), 2.8 (duty cycles);
`spec/exposure.md` 1.2 to 1.4 (transmit power, RSSI correction). The decision that
surprises: calibration is the owner's to give; a controller without any is announced as
uncalibrated instead of guessed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bluezone.phone.node.duty import DutyCycle
from bluezone.phone.node.errors import InvalidNodeConfigError
from bluezone.phone.sighting import Scheme

PUBLISHED_ADVERTISING: Final = DutyCycle(15, 15)
PUBLISHED_SCANNING: Final = DutyCycle(40, 260)


class IPhoneState(StrEnum):
    """As which iPhone a node shows itself, instead of as an Android phone."""

    FOREGROUND = "foreground"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """The settings of a node.

    Attributes:
        advertise: when to send.
        scan: when to listen.
        dwell_s: seconds of one scheme before the other's turn, 0.25 to 60.
        schemes: what to send; empty only listens.
        tx_power_dbm: calibrated transmit power for the EN metadata, -50 to 20.
        confidence: of the calibration, 0 (none) to 3.
        rssi_correction_db: added to every received strength, -40 to 40.
        iphone: show the iPhone frame and answer reads; None is an Android phone.
        iphone_limit_s: time to connect to an iPhone and read it, 1 to 60 s.
        check_every_s: time between two looks for published keys, 60 s to 7 days.
    """

    advertise: DutyCycle = PUBLISHED_ADVERTISING
    scan: DutyCycle = PUBLISHED_SCANNING
    dwell_s: float = 1.0
    schemes: tuple[Scheme, ...] = (Scheme.BLUEZONE, Scheme.EN)
    tx_power_dbm: int = -15
    confidence: int = 0
    rssi_correction_db: int = 0
    iphone: IPhoneState | None = None
    iphone_limit_s: float = 10.0
    check_every_s: float = 4 * 3600.0

    def __post_init__(self) -> None:
        """Check the bounds.

        Raises:
            InvalidNodeConfigError: a number is out of them.
        """
        for name, low, high in _BOUNDS:
            value = getattr(self, name)
            if not low <= value <= high:
                raise InvalidNodeConfigError(f"{name} is {value}; {low} to {high} is possible")
        if len(set(self.schemes)) != len(self.schemes):
            raise InvalidNodeConfigError("a scheme is named twice")


_BOUNDS: Final = (
    ("dwell_s", 0.25, 60.0),
    ("tx_power_dbm", -50, 20),
    ("confidence", 0, 3),
    ("rssi_correction_db", -40, 40),
    ("iphone_limit_s", 1.0, 60.0),
    ("check_every_s", 60.0, 7 * 86_400.0),
)
