"""bumble's host, kept to legacy commands and handing reports on without detours.

Sources: Core 5.4, Vol 4 Part E 3.1.1 (a host that has used extended advertising commands
may not use legacy ones, and the other way round) and bumble 0.0.236. The decision that
surprises: what the controller says of extended advertising is not believed, so that no
command of bumble's makes a new controller refuse our legacy ones.
"""

import logging
from collections.abc import Callable
from typing import Any, Final

from bumble import hci
from bumble.host import Host

# bumble warns of states that are normal here: a connection to an advertisement that it did
# not start itself, the answer to a command whose sender was stopped. Its errors stay.
logging.getLogger("bumble").setLevel(logging.ERROR)

Report = hci.HCI_LE_Advertising_Report_Event.Report

_EXTENDED_COMMANDS: Final = frozenset(
    {
        hci.HCI_LE_EXTENDED_CREATE_CONNECTION_COMMAND,
        hci.HCI_LE_READ_MAXIMUM_ADVERTISING_DATA_LENGTH_COMMAND,
        hci.HCI_LE_READ_NUMBER_OF_SUPPORTED_ADVERTISING_SETS_COMMAND,
        hci.HCI_LE_SET_EXTENDED_SCAN_PARAMETERS_COMMAND,
        hci.HCI_LE_SET_EXTENDED_ADVERTISING_PARAMETERS_COMMAND,
    }
)
_EXTENDED_FEATURES: Final = (
    hci.LeFeatureMask.LE_EXTENDED_ADVERTISING | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
)


class LegacyHost(Host):
    """A host for controllers of every age; `on_report` gets each advertising report."""

    on_report: Callable[[Report], None] | None = None

    def supports_command(self, op_code: int) -> bool:
        """Say whether the controller knows a command that we are willing to use."""
        return op_code not in _EXTENDED_COMMANDS and bool(super().supports_command(op_code))

    def supports_le_features(self, features: hci.LeFeatureMask) -> bool:
        """Say whether the controller has features that we are willing to use."""
        return not features & _EXTENDED_FEATURES and bool(super().supports_le_features(features))

    def on_hci_le_advertising_report_event(
        self,
        event: hci.HCI_LE_Advertising_Report_Event | hci.HCI_LE_Extended_Advertising_Report_Event,
    ) -> None:
        """Hand on the reports, past the accumulators of bumble's device."""
        if self.on_report is None or isinstance(
            event, hci.HCI_LE_Extended_Advertising_Report_Event
        ):
            return
        for report in event.reports:
            self.on_report(report)

    def on_command_processed(
        self, event: hci.HCI_Command_Complete_Event[Any] | hci.HCI_Command_Status_Event
    ) -> None:
        """Take an answer, unless nobody waits for it any more."""
        command, answer = self.pending_command, self.pending_response
        late = command is None or command.op_code != event.command_opcode
        if answer is None or not (answer.done() or late):
            super().on_command_processed(event)

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Handle a packet; events, the bulk of them, without writing them out first."""
        if isinstance(packet, hci.HCI_Event) and self.snooper is None:
            self.on_hci_event_packet(packet)
        else:
            super().on_hci_packet(packet)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Send a packet without writing it out first."""
        if self.snooper is not None or self.hci_sink is None:
            super().send_hci_packet(packet)
        else:
            self.hci_sink.on_packet(bytes(packet))
