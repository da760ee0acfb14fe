"""What can be wrong with a push, a bundle or the way to the phones."""

from bluezone.portal.appgateway.errors import GatewayError


class PushError(GatewayError):
    """Root of the errors of pushes."""

    code = "push_error"


class PushInvalidError(PushError):
    """A published phone could crash on it, hang on it or misread it; it is not sent."""

    code = "push_invalid"


class FindGuidInvalidError(PushError):
    """No bundle of ours has this number, or it was pushed to another phone (Status 61)."""

    code = "find_guid_invalid"


class RoundInvalidError(PushError):
    """A round has no entries, or entries of the future."""

    code = "round_invalid"


class AccessRefusedError(PushError):
    """Firebase does not accept the service account."""

    code = "fcm_account_refused"


class AccessUnavailableError(PushError):
    """The server that gives out access tokens does not answer."""

    code = "fcm_account_unavailable"
