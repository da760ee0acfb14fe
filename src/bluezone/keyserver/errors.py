"""What the key server refuses, each with its code on the wire and its HTTP status.

Source: error codes and status of the Exposure Notification key server, version 1. One code
has one status; so a body that is too long answers 400 `bad_request`, not 413.
"""

from typing import ClassVar

from bluezone.protocol.errors import BluezoneError


class KeyServerError(BluezoneError):
    """Root of what this server refuses; `status` is the HTTP status of the answer."""

    code = "internal_error"
    status: ClassVar[int] = 500


class SettingsError(KeyServerError):
    """A setting is missing, malformed or outside its limits."""

    code = "invalid_settings"


class ServerError(KeyServerError):
    """A server cannot start or has ended by itself."""

    code = "server_failed"


class BadRequestError(KeyServerError):
    """The request is malformed, breaks a rule for the whole batch, or has no good key."""

    code = "bad_request"
    status = 400

    def __init__(self, message: str, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.warnings = warnings


class UnknownAuthorityError(KeyServerError):
    """No health authority of that name may publish here."""

    code = "unknown_health_authority_id"
    status = 401


class AuthorityUnavailableError(KeyServerError):
    """The keys of the health authority cannot be loaded now; the phone tries again."""

    code = "unable_to_load_health_authority"


class MissingRegionError(KeyServerError):
    """The health authority has no region, so its keys would reach nobody."""

    code = "health_authority_missing_region_config"


class CertificateRefusedError(KeyServerError):
    """The certificate is forged, expired, of another authority, or for other keys."""

    code = "health_authority_verification_certificate_invalid"
    status = 401


class MissingRevisionTokenError(KeyServerError):
    """A key stands here with another report type and no revision token came with it."""

    code = "missing_revision_token"
    status = 400


class InvalidRevisionTokenError(KeyServerError):
    """The revision token is foreign, or does not list the key with this interval."""

    code = "invalid_revision_token"
    status = 400


class InvalidTransitionError(KeyServerError):
    """The stored report type cannot become the one of the certificate."""

    code = "invalid_report_type_transition"
    status = 400


class TooManyRequestsError(KeyServerError):
    """More came within a minute than this server does."""

    code = "too_many_requests"
    status = 429


class StoreUnavailableError(KeyServerError):
    """The database did not take the write; nothing of the request is stored."""


class ObjectStoreError(KeyServerError):
    """The object store did not take or give an export file; the next run tries again."""

    code = "object_store_failed"


class StaleLeaseError(KeyServerError):
    """The lease ran out before the work was recorded; another worker may hold it."""

    code = "stale_lease"
