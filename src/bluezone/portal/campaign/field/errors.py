"""Errors of the door-to-door work; each code is stable."""

from bluezone.portal.errors import PortalError


class FieldError(PortalError):
    """Something cannot be done; the message says why, in the reader's words."""

    code = "invalid_field_request"
    status = 400


class BadRequestError(FieldError):
    """The request is no JSON of the expected shape."""

    code = "invalid_request"


class BatchTooLargeError(FieldError):
    """More visits than one request may carry; nothing was stored."""

    code = "too_many_visits"
    status = 413


class UnknownDeviceError(FieldError):
    """No such device, or a wrong token."""

    code = "unknown_device"
    status = 401


class DeviceRevokedError(FieldError):
    """The device was withdrawn, or its owner left the team: it must wipe itself."""

    code = "device_revoked"
    status = 403


class CampaignClosedError(FieldError):
    """The campaign is closed: visits are no longer taken, the device must wipe itself."""

    code = "campaign_closed"
    status = 410


class VisitRefusedError(FieldError):
    """One visit of a batch cannot be taken; the others are."""

    code = "invalid_visit"


class UnknownHouseholdError(VisitRefusedError):
    """No such household in this team; the same answer whether another team has it or not."""

    code = "unknown_household"


class TimeInFutureError(VisitRefusedError):
    """The visit lies after the server's clock: the phone must read the server's time again."""

    code = "time_in_future"


class CounterConflictError(VisitRefusedError):
    """This id was stored before with other content."""

    code = "counter_conflict"


class ListRefusedError(FieldError):
    """A list of households has wrong rows; `problems` has each. Nothing was stored."""

    code = "invalid_household_list"

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))
