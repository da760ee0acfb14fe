"""The errors that our code raises on purpose.

One root, one stable `code` per kind of fault. A message says what was wrong with sizes
and names, and what the person can do. It never carries the value of a key, a code, a
phone number or a token. Other rooms derive their own errors from `BluezoneError`.
"""

from typing import ClassVar


class BluezoneError(Exception):
    """Root of every error of ours; `code` is stable and safe to show and to log."""

    code: ClassVar[str] = "bluezone_error"


class ProtocolError(BluezoneError):
    """Bytes from outside, or an argument, that the protocol does not allow."""

    code = "protocol_error"


class InvalidKeyError(ProtocolError):
    """A key, or the range of intervals or slots asked of it, is out of limits."""

    code = "invalid_key"


class InvalidMetadataError(ProtocolError):
    """Associated metadata of a length other than four bytes, or out of bounds."""

    code = "invalid_metadata"


class InvalidFrameError(ProtocolError):
    """An advertisement or a characteristic value that cannot be decoded."""

    code = "invalid_frame"


class InvalidF0ListError(ProtocolError):
    """A list of F0 entries that a published phone could not read safely."""

    code = "invalid_f0_list"


class InvalidInfoFError(ProtocolError):
    """What a published phone says of its own keys is malformed."""

    code = "invalid_infof"


class InvalidHistoryError(ProtocolError):
    """A contact-history file with a row that cannot be read."""

    code = "invalid_history"


class ExportError(ProtocolError):
    """An export that may not be used.

    Attributes:
        check: name of the step that failed, as `docs/export-format.md` numbers them.
        reason: the one fault that it found, stable and finer than `code`.
    """

    code = "export_error"

    def __init__(self, message: str, *, check: str = "content", reason: str = "invalid") -> None:
        super().__init__(message)
        self.check = check
        self.reason = reason


class InvalidExportError(ExportError):
    """A diagnosis-key export that is not a well-formed archive of version 1."""

    code = "invalid_export"


class ExportSignatureError(ExportError):
    """A well-formed export whose signature is missing, foreign or wrong."""

    code = "invalid_export_signature"


class InvalidCertificateError(ProtocolError):
    """A verification certificate that is malformed, forged, expired or for other keys.

    Attributes:
        reason: the one fault that was found, stable and finer than `code`.
    """

    code = "invalid_certificate"

    def __init__(self, message: str, *, reason: str = "invalid") -> None:
        super().__init__(message)
        self.reason = reason
