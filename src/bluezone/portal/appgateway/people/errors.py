"""What can be wrong with what people send about themselves."""

from bluezone.portal.appgateway.errors import GatewayError


class PeopleError(GatewayError):
    """Root of these errors."""

    code = "people_error"


class CodeNotSentError(PeopleError):
    """No code is sent now: too many were, a wait is not over, or messages are switched off."""

    code = "code_not_sent"


class NameInvalidError(PeopleError):
    """Fewer than three characters, too many, or characters that no name has (Status 82)."""

    code = "name_invalid"


class AddressInvalidError(PeopleError):
    """Empty, too long, or with characters that no address has (Status 83)."""

    code = "address_invalid"


class DeclarationInvalidError(PeopleError):
    """`UserInfo` is not what the app sends, or names no number that can be called (Status 2)."""

    code = "declaration_invalid"
