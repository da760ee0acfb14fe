"""Errors of staff accounts and of trying too often."""

from bluezone.portal.errors import PortalError


class InvalidAccountError(PortalError):
    """An account cannot be made: name taken, password too weak, unknown role or language."""

    code = "invalid_account"


class TooManyTriesError(PortalError):
    """Somebody tried too often; `retry_after_s` says when to come back."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ForbiddenGrantError(PortalError):
    """A role above or outside the giver's own, or a change of one's own roles."""

    code = "forbidden_grant"


class InvalidInvitationError(PortalError):
    """A link that is unknown, too old, used or withdrawn; which of these is not said."""

    code = "invalid_invitation"


class ForbiddenPersonError(PortalError):
    """An account that is not wholly below the person who wants to change it, or their own."""

    code = "forbidden_person"


class MailFailureError(PortalError):
    """A mail server that does not answer, or refuses."""

    code = "mail_failure"
