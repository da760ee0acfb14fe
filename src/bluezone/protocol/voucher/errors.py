"""The error of vouchers."""

from bluezone.protocol.errors import ProtocolError


class InvalidVoucherError(ProtocolError):
    """A voucher, or a step on the way to one, that is malformed, forged or for another key.

    Attributes:
        reason: the one fault that was found, stable and finer than `code`.
    """

    code = "invalid_voucher"

    def __init__(self, message: str, *, reason: str = "invalid") -> None:
        super().__init__(message)
        self.reason = reason
