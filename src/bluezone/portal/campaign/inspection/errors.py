"""Errors of the inspection; each message is for the person at the desk, in their language."""

from bluezone.portal.errors import PortalError


class InspectionError(PortalError):
    """Something cannot be entered; the message says why."""

    code = "invalid_inspection"
