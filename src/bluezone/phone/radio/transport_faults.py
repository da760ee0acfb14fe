"""Turn what a transport raises into an error that says what to do.

Sources: errno of Linux's Bluetooth sockets (bind to HCI_CHANNEL_USER: ENODEV, EBUSY,
EPERM, ERFKILL), libusb's error codes, pyserial. The decision that surprises: the module of
libusb is imported only when bumble has done so itself; a node on another transport never
needs it.
"""

import errno
import sys
from typing import Final

from bumble.core import BaseBumbleError
from bumble.transport.common import TransportSpecError

from bluezone.phone.radio.errors import (
    BadTransportError,
    ControllerBusyError,
    NoControllerError,
    NoPermissionError,
    PoweredOffError,
    RadioError,
    TransportMissingError,
)

_ERFKILL: Final = 132  # errno.ERFKILL exists on Linux only
_NONE_THERE: Final = frozenset(
    {errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ECONNREFUSED, errno.EHOSTUNREACH}
)
_USB_BY_NAME: Final[dict[str, type[RadioError]]] = {
    "USBErrorAccess": NoPermissionError,
    "USBErrorBusy": ControllerBusyError,
    "USBErrorNoDevice": NoControllerError,
    "USBErrorNotFound": NoControllerError,
}

NO_CONTROLLER_HINT: Final = (
    "plug in a Bluetooth dongle, see `bluezone node radios` for what is there, or look "
    "around without one: --transport virtual"
)
PERMISSION_HINT: Final = (
    "run it with sudo, or give this node's own Python the right to take controllers "
    "(setcap cap_net_admin,cap_net_raw+eip, see docs/radio.md)"
)
USB_PERMISSION_HINT: Final = (
    "run it as root, or let your group use the dongle by a udev rule (docs/radio.md)"
)
BUSY_HINT: Final = (
    "stop the system's Bluetooth first: sudo systemctl stop bluetooth, sudo hciconfig hci0 down"
)


def opening_faults() -> tuple[type[Exception], ...]:
    """Return what opening a transport may raise."""
    usb1 = sys.modules.get("usb1")
    usb_errors = (usb1.USBError,) if usb1 is not None else ()
    return (OSError, ValueError, ImportError, BaseBumbleError, *usb_errors)


def translated(error: Exception, name: str) -> RadioError:
    """Return our error for what was raised while opening the transport `name`."""
    if isinstance(error, ImportError):
        return TransportMissingError(f"{name} needs a package that is missing: {error.name}")
    if isinstance(error, TransportSpecError):
        return BadTransportError(f"{name!r} is not understood: {error}")
    if isinstance(error, OSError):
        return _of_errno(error, name)
    kind = _USB_BY_NAME.get(type(error).__name__, NoControllerError)
    if kind is NoPermissionError:
        return NoPermissionError(f"{name} may not be taken by this user; {USB_PERMISSION_HINT}")
    if kind is ControllerBusyError:
        return ControllerBusyError(f"{name} is used by another program; {BUSY_HINT}")
    return NoControllerError(f"there is no Bluetooth controller at {name}; {NO_CONTROLLER_HINT}")


def _of_errno(error: OSError, name: str) -> RadioError:
    number = error.errno
    if number in {errno.EPERM, errno.EACCES}:
        return NoPermissionError(f"{name} may not be taken by this user; {PERMISSION_HINT}")
    if number in {errno.EBUSY, errno.EADDRINUSE}:
        return ControllerBusyError(f"{name} is used by another program; {BUSY_HINT}")
    if number == _ERFKILL:
        return PoweredOffError(f"{name} is blocked; switch it on: sudo rfkill unblock bluetooth")
    if number in {errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT}:
        return TransportMissingError(
            f"the kernel knows no Bluetooth sockets, so {name} cannot be opened; a USB dongle "
            "works without them: --transport usb:0"
        )
    why = "nothing is there" if number in _NONE_THERE else error.strerror or str(error)
    return NoControllerError(f"no Bluetooth controller at {name} ({why}); {NO_CONTROLLER_HINT}")
