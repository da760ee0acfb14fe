"""What Linux says of its Bluetooth controllers before one is taken.

Sources: the kernel's sysfs (`/sys/class/bluetooth`, `/sys/class/rfkill`) and
`Documentation/driver-api/rfkill.rst`. The decision that surprises: a missing controller is
reported before a missing socket type, as it is what a person can change.
"""

import ctypes.util
import socket
from dataclasses import dataclass
from pathlib import Path

from bluezone.phone.radio.errors import (
    NoControllerError,
    PoweredOffError,
    TransportMissingError,
)
from bluezone.phone.radio.transport_faults import NO_CONTROLLER_HINT


def hci_controllers(sys_root: Path) -> list[str]:
    """Return the names of the system's controllers, e.g. `hci0`, in order."""
    folder = sys_root / "class" / "bluetooth"
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if ":" not in entry.name)


def is_blocked(name: str, sys_root: Path) -> bool:
    """Say whether a switch, in software or on the case, keeps a controller off."""
    switches = (sys_root / "class" / "bluetooth" / name).glob("rfkill*")
    return any(
        (switch / kind).is_file() and (switch / kind).read_text().strip() == "1"
        for switch in switches
        for kind in ("soft", "hard")
    )


def check_hci_socket(index: int, sys_root: Path) -> None:
    """Refuse what cannot work, with the reason.

    Args:
        index: number of the controller.
        sys_root: `/sys`.

    Raises:
        NoControllerError: there is no such controller.
        PoweredOffError: it is blocked.
        TransportMissingError: this Python or this system has no Bluetooth sockets.
    """
    name = f"hci{index}"
    there = hci_controllers(sys_root)
    if name not in there:
        others = f"there is {', '.join(there)}" if there else "there is none at all"
        raise NoControllerError(f"no Bluetooth controller {name} ({others}); {NO_CONTROLLER_HINT}")
    if is_blocked(name, sys_root):
        raise PoweredOffError(
            f"the Bluetooth controller {name} is switched off; switch it on: "
            "sudo rfkill unblock bluetooth, or the switch on the case"
        )
    if not hasattr(socket, "AF_BLUETOOTH") or ctypes.util.find_library("c") is None:
        raise TransportMissingError(
            "this Python was built without Bluetooth sockets; use the system's own "
            "(make PYTHON=/usr/bin/python3 install), or a USB dongle: --transport usb:0"
        )


@dataclass(frozen=True, slots=True)
class ControllerThere:
    """A controller that the system knows.

    Attributes:
        transport: the name to open it by.
        state: `ready`, or `blocked` by a switch; `usb` for a dongle seen on the bus.
    """

    transport: str
    state: str


def controllers_there(sys_root: Path) -> list[ControllerThere]:
    """Return the controllers that the kernel drives, then the dongles on USB."""
    kernel = [
        ControllerThere(
            f"hci-socket:{name.removeprefix('hci')}",
            "blocked" if is_blocked(name, sys_root) else "ready",
        )
        for name in hci_controllers(sys_root)
    ]
    return kernel + [ControllerThere(f"usb:{name}", "usb") for name in _usb_dongles(sys_root)]


def _usb_dongles(sys_root: Path) -> list[str]:
    """Return VENDOR:PRODUCT of each USB device with a Bluetooth interface (class E0 01 01)."""
    devices = sys_root / "bus" / "usb" / "devices"
    found = set()
    for interface in devices.glob("*:*"):
        parts = [interface / f"bInterface{part}" for part in ("Class", "SubClass", "Protocol")]
        if [_text(part) for part in parts] == ["e0", "01", "01"]:
            device = devices / interface.name.partition(":")[0]
            found.add(f"{_text(device / 'idVendor')}:{_text(device / 'idProduct')}")
    return sorted(found)


def _text(file: Path) -> str:
    return file.read_text().strip().lower() if file.is_file() else ""
