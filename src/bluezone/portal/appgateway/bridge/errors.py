"""What can go wrong between the portal and the key server."""

from bluezone.portal.appgateway.errors import GatewayError


class KeyServerUnreachableError(GatewayError):
    """No complete answer came; the next run tries again."""

    code = "key_server_unreachable"


class KeyServerAnswerError(GatewayError):
    """The answer is of another kind, or longer, than the key server's."""

    code = "key_server_answer"


class LostLeaseError(GatewayError):
    """Another worker took the work over; its result counts."""

    code = "lost_lease"
