"""What is wrong with a request, as far as the gateway's door is concerned."""

from bluezone.portal.errors import PortalError


class GatewayError(PortalError):
    """Root of the app gateway's errors."""

    code = "gateway_error"


class BadBodyError(GatewayError):
    """The body cannot be understood; answered with Status 2."""

    code = "bad_body"


class BodyTooLargeError(BadBodyError):
    """More bytes came than the handler takes."""

    code = "body_too_large"


class BodyTooSlowError(BadBodyError):
    """The body was not there in time."""

    code = "body_too_slow"


class BodyTruncatedError(BadBodyError):
    """The client went away in the middle, or the body is gone."""

    code = "body_truncated"


class TooBusyError(GatewayError):
    """More work waits than can be done before the phones give up."""

    code = "too_busy"


class TokenCollisionError(GatewayError):
    """Two tokens share a hash, which does not happen by chance."""

    code = "token_collision"
