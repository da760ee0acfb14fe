"""Errors of the portal that belong to no single app."""

from bluezone.protocol.errors import BluezoneError


class PortalError(BluezoneError):
    """Root of the portal's errors."""

    code = "portal_error"


class InvalidSettingError(PortalError):
    """An environment variable has a value that the portal cannot use."""

    code = "invalid_setting"


class MissingSecretError(PortalError):
    """A secret file is not there; `bluezone migrate` makes it."""

    code = "missing_secret"


class UnsafeSecretError(PortalError):
    """A secret file can be read by others, or is not what it should be."""

    code = "unsafe_secret"


class DatabaseUnavailableError(PortalError):
    """The database server does not answer, or its tables are not those of this version."""

    code = "database_unavailable"
