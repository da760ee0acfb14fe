"""From the controller's advertising reports to what a node hears.

Source: Core 5.4, Vol 4 Part E 7.7.65.2. The decision that surprises: an advertisement is
handed on at once and, if a scan response follows, a second time together with it; waiting
for a response that may never come would lose the first.
"""

from collections import OrderedDict
from typing import Final

from bluezone.phone.radio.legacy_host import Report
from bluezone.phone.radio.radio import Address, HeardAdvertisement

_SCAN_RESPONSE: Final = 4
_MOST_ADDRESSES: Final = 512


class ReportReader:
    """Turns reports into heard advertisements and joins scan responses to theirs."""

    def __init__(self, *, active_scan: bool) -> None:
        """Make a reader.

        Args:
            active_scan: whether scan responses are to be expected at all.
        """
        self._active = active_scan
        self._first: OrderedDict[bytes, bytes] = OrderedDict()

    def read(self, report: Report) -> HeardAdvertisement:
        """Return what a report says."""
        address, data, response = bytes(report.address), bytes(report.data), b""
        if report.event_type == _SCAN_RESPONSE:
            data, response = self._first.get(address, b""), data
        elif self._active:
            self._keep(address, data)
        return HeardAdvertisement(
            data=data,
            address=Address(address),
            address_type=report.address_type,
            rssi_dbm=report.rssi,
            scan_response=response,
        )

    def _keep(self, address: bytes, data: bytes) -> None:
        self._first[address] = data
        self._first.move_to_end(address)
        if len(self._first) > _MOST_ADDRESSES:
            self._first.popitem(last=False)
