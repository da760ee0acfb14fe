"""Listen to a node's events and remember what the owner may want to see.

The surprising decision: it keeps no identifier and no place, only the last instants and the
last faults; the page can be shown to a stranger.
"""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

from bluezone.phone.node.events import (
    AdvertisingStarted,
    AdvertisingStopped,
    Event,
    Fault,
    Heard,
    ScanStarted,
    ScanStopped,
    Started,
    Stopped,
)

_FAULTS_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class SeenFault:
    """A fault of the node: when, its stable code, the node's own sentence."""

    time_s: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class NodeState:
    """What the node is doing.

    Attributes:
        on: the radio is on.
        advertising: an identifier is being sent at this moment.
        scanning: the node is listening at this moment.
        heard_s: when somebody was heard last, Unix seconds; None since the start.
        faults: newest first.
    """

    on: bool = False
    advertising: bool = False
    scanning: bool = False
    heard_s: int | None = None
    faults: tuple[SeenFault, ...] = ()


class NodeMonitor:
    """Give `on_event` to a node; read `state` from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on = self._advertising = self._scanning = False
        self._heard_s: int | None = None
        self._faults: deque[SeenFault] = deque(maxlen=_FAULTS_KEPT)

    def on_event(self, event: Event) -> None:
        """Take one event; returns at once."""
        with self._lock:
            match event:
                case Started() | Stopped():
                    self._on = isinstance(event, Started)
                    self._advertising = self._scanning = False
                case AdvertisingStarted() | AdvertisingStopped():
                    self._advertising = isinstance(event, AdvertisingStarted)
                case ScanStarted() | ScanStopped():
                    self._scanning = isinstance(event, ScanStarted)
                case Heard():
                    self._heard_s = int(event.time_s)
                case Fault():
                    fault = SeenFault(int(event.time_s), event.code, event.message)
                    self._faults.appendleft(fault)
                case _:
                    pass

    @property
    def state(self) -> NodeState:
        """What the node is doing now."""
        with self._lock:
            return NodeState(
                self._on, self._advertising, self._scanning, self._heard_s, tuple(self._faults)
            )
