"""The errors of a phone-like device: its memory and its dealings with servers.

Every message says what was wrong in sizes and names and what the person can do; none
carries the value of a key, an identifier, a code or a token.
"""

from bluezone.protocol.errors import BluezoneError


class PhoneError(BluezoneError):
    """Root of the errors of a phone-like device."""

    code = "phone_error"


class InvalidSightingError(PhoneError):
    """A sighting whose identifier, strength or time is out of bounds."""

    code = "invalid_sighting"


class StoreError(PhoneError):
    """A database of the phone that cannot be opened, read or written."""

    code = "store_unavailable"


class InvalidArraysError(PhoneError):
    """Arrays given to the matcher whose shapes or types do not fit together."""

    code = "invalid_arrays"


class ServerUnreachableError(PhoneError):
    """No answer came: no network, a name that does not resolve, a time-out. Try again."""

    code = "server_unreachable"


class ServerAnswerError(PhoneError):
    """An answer came that is not what the server must say: status, size or form."""

    code = "unexpected_server_answer"
