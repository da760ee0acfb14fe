"""Errors of the verification API, each with its stable code and HTTP status.

Source: spec/server-rules.md 2.2. Codes without a status there have 400. Ours, for what the
list has no word for: `unauthorized` 401, `method_not_allowed` 405, `not_found` 404 and
`too_many_requests` 429.
"""

from typing import ClassVar

from bluezone.portal.errors import PortalError


class VerificationError(PortalError):
    """Root of what a caller of the API can be told."""

    code = "verification_error"
    status: ClassVar[int] = 400


class UnparsableRequestError(VerificationError):
    """Not one JSON object of the expected shape."""

    code = "unparsable_request"


class InternalServerError(VerificationError):
    """Our fault."""

    code = "internal_server_error"
    status = 500


class UnauthorizedError(VerificationError):
    """No API key, a wrong one, a revoked one, or one of another kind."""

    code = "unauthorized"
    status = 401


class MethodNotAllowedError(VerificationError):
    """Only POST."""

    code = "method_not_allowed"
    status = 405


class UnknownCallError(VerificationError):
    """No call of that name."""

    code = "not_found"
    status = 404


class TooManyRequestsError(VerificationError):
    """Over the limit of requests or of wrong codes."""

    code = "too_many_requests"
    status = 429


class MaintenanceModeError(VerificationError):
    """The server only reads at the moment."""

    code = "maintenance_mode"
    status = 429


class QuotaExceededError(VerificationError):
    """No more codes today."""

    code = "quota_exceeded"
    status = 429


class CodeInvalidError(VerificationError):
    """No such code, or it was already used."""

    code = "code_invalid"


class CodeExpiredError(VerificationError):
    """The code is known and no longer good."""

    code = "code_expired"


class CodeNotFoundError(VerificationError):
    """No code was issued under this identifier."""

    code = "code_not_found"
    status = 404


class CodeUserUnauthorizedError(VerificationError):
    """The code was issued by somebody else."""

    code = "code_user_unauthorized"
    status = 401


class UnsupportedTestTypeError(VerificationError):
    """The phone, or this realm, does not take this kind of test."""

    code = "unsupported_test_type"
    status = 412


class InvalidTestTypeError(VerificationError):
    """No such kind of test."""

    code = "invalid_test_type"


class MissingDateError(VerificationError):
    """Neither a symptom date nor a test date."""

    code = "missing_date"


class InvalidDateError(VerificationError):
    """A date too long ago or in the future."""

    code = "invalid_date"


class UuidAlreadyExistsError(VerificationError):
    """A code was issued under this identifier before."""

    code = "uuid_already_exists"
    status = 409


class PhoneNumberInvalidError(VerificationError):
    """Not a phone number that can receive messages."""

    code = "phone_number_invalid"


class SmsFailureError(VerificationError):
    """Messages cannot be sent."""

    code = "sms_failure"


class SmsQueueFullError(VerificationError):
    """Too many messages wait already."""

    code = "sms_queue_full"
    status = 429


class TokenInvalidError(VerificationError):
    """Not our token, or it was already used."""

    code = "token_invalid"


class TokenExpiredError(VerificationError):
    """The token is known and too old."""

    code = "token_expired"


class HmacInvalidError(VerificationError):
    """The HMAC of the keys is not 32 bytes in base64."""

    code = "hmac_invalid"
