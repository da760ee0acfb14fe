"""What Linux says of its Bluetooth controllers before one is taken.

Sources: the kernel's sysfs (`/sys/class/bluetooth`, `/sys/class/rfkill`) and
`Documentation/driver-api/rfkill.rst`. The decision that surprises: a missing controller is
reported before a missing socket type, as it is what a person can change.
"""

import ctypes.util
import socket
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
