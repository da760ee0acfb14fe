"""Open a real controller by bumble's name for the way to it.

Source: bumble 0.0.236, `bumble.transport.open_transport`. The decision that surprises: what
can be known without touching the controller is looked up first (is there one, is it
blocked), because the error numbers of the socket do not tell these cases apart.
"""

import asyncio
import re
from pathlib import Path
from typing import Final

from bumble.transport import open_transport
from bumble.transport.common import Transport

from bluezone.phone.radio.bumble_radio import BumbleRadio
from bluezone.phone.radio.errors import BadTransportError, NoControllerError
from bluezone.phone.radio.hci_link import HciLink
from bluezone.phone.radio.hci_socket import check_hci_socket
from bluezone.phone.radio.legacy_air import RadioConfig
from bluezone.phone.radio.transport_faults import opening_faults, translated

OPEN_LIMIT_S: Final = 10.0

_ALIASES: Final = {"tcp": "tcp-client", "ws": "ws-client", "unix": "unix-client"}
_SPECIFICATIONS: Final = {
    "hci-socket": r"\d{0,4}",
    "usb": r"\d{1,3}(\+.*)?!?|[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}([/#][^/#]+)?(\+.*)?!?",
    "pyusb": r"\d{1,3}!?|[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}([/#][^/#]+)?!?",
    "serial": r"[^,]+(,\d+)?(,(rtscts|dsrdtr|delay|resync))*",
    "tcp-client": r".+:\d{1,5}",
    "tcp-server": r".+:\d{1,5}",
    "udp": r".+:\d{1,5},.+:\d{1,5}",
    "ws-client": r"wss?://.+",
    "ws-server": r".+:\d{1,5}",
    "unix-client": r".+",
    "unix-server": r".+",
    "pty": r".*",
    "file": r".+",
    "vhci": r".*",
    "android-emulator": r".*",
    "android-netsim": r".*",
}
_METADATA: Final = re.compile(r"\[[^\]]*\]")


def real_radio(name: str, config: RadioConfig | None = None) -> BumbleRadio:
    """Return a closed radio on the controller at `name`.

    Args:
        name: e.g. `hci-socket:0`, `usb:0`, `serial:/dev/ttyUSB0,115200`, `tcp:HOST:PORT`.
        config: how to use the air; None for the defaults.

    Raises:
        BadTransportError: the name is not that of a transport.
    """
    name = checked_name(name)

    async def open_link() -> HciLink:
        return await _open_link(name)

    return BumbleRadio(open_link, config)


def checked_name(name: str) -> str:
    """Return the name in bumble's own words.

    Raises:
        BadTransportError: the kind is unknown or what follows it does not fit.
    """
    kind, _, rest = name.partition(":")
    kind = _ALIASES.get(kind, kind)
    pattern = _SPECIFICATIONS.get(kind)
    if pattern is None:
        known = ", ".join(sorted(_SPECIFICATIONS))
        raise BadTransportError(f"{kind!r} is no kind of transport; these are: {known}")
    if re.fullmatch(pattern, _METADATA.sub("", rest)) is None:
        raise BadTransportError(
            f"{name!r} is not how a {kind} transport is written; examples: hci-socket:0, "
            "usb:0, serial:/dev/ttyUSB0,115200, tcp:127.0.0.1:9000"
        )
    return f"{kind}:{rest}" if rest else kind


async def _open_link(name: str) -> HciLink:
    kind, _, rest = name.partition(":")
    if kind == "hci-socket":
        check_hci_socket(int(_METADATA.sub("", rest) or 0), Path("/sys"))
    transport = await _open(name)
    return HciLink(transport.source, transport.sink, transport.close)


async def _open(name: str) -> Transport:
    try:
        async with asyncio.timeout(OPEN_LIMIT_S):
            return await open_transport(name)
    except TimeoutError as error:
        raise NoControllerError(
            f"nothing answered at {name} within {OPEN_LIMIT_S:.0f} s"
        ) from error
    except opening_faults() as error:
        raise translated(error, name) from error
