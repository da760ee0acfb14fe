"""What can be wrong with a radio, each with what the person can do about it.

Source of the causes: the transports of bumble and the error numbers of Linux's Bluetooth
sockets. The decision that surprises: "powered off" includes a controller that the
operating system holds switched on, since a program of ours may take it only when it is
down (HCI user channel).
"""

from bluezone.phone.errors import PhoneError


class RadioError(PhoneError):
    """Root of everything that goes wrong between a node and its controller."""

    code = "radio_error"


class BadTransportError(RadioError):
    """The name of the transport is malformed or of an unknown kind."""

    code = "radio_bad_transport"


class NoControllerError(RadioError):
    """There is no Bluetooth controller at that place."""

    code = "radio_no_controller"


class PoweredOffError(RadioError):
    """The controller is there, but switched off or blocked (rfkill)."""

    code = "radio_powered_off"


class NoPermissionError(RadioError):
    """The controller is there, but this user may not take it."""

    code = "radio_no_permission"


class ControllerBusyError(RadioError):
    """Another program, usually the system's own Bluetooth service, holds the controller."""

    code = "radio_busy"


class ControllerSilentError(RadioError):
    """The controller does not answer or refused a command it must know."""

    code = "radio_no_answer"


class TransportMissingError(RadioError):
    """This machine lacks what that kind of transport needs."""

    code = "radio_transport_missing"


class ConnectionFailedError(RadioError):
    """A phone did not let itself be connected to or read."""

    code = "radio_connection_failed"


class RadioLostError(RadioError):
    """The controller went away while it was in use."""

    code = "radio_lost"
