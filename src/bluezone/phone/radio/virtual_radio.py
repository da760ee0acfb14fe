"""A node's radio on the virtual air."""

from bluezone.phone.radio.bumble_radio import BumbleRadio
from bluezone.phone.radio.hci_link import HciLink, virtual_link
from bluezone.phone.radio.legacy_air import RadioConfig
from bluezone.phone.radio.virtual_controller import VirtualController

VIRTUAL_CONFIG = RadioConfig(advertising_interval_s=1.0)
"""A packet a second instead of ten: a street of twelve costs a tenth of the work, and the
contact log keeps one sighting in 5 s anyway."""


def virtual_radio(
    controller: VirtualController, config: RadioConfig = VIRTUAL_CONFIG
) -> BumbleRadio:
    """Return a closed radio on a controller made by `VirtualAir.add_station`."""

    async def open_link() -> HciLink:
        return virtual_link(controller)

    return BumbleRadio(open_link, config)
