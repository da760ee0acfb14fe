"""Errors of cases."""

from bluezone.portal.errors import PortalError


class InvalidCaseError(PortalError):
    """A case cannot be opened like this."""

    code = "invalid_case"
