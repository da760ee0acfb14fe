"""What is wrong with an upload; all of them are answered with Status 2."""

from bluezone.portal.appgateway.errors import BadBodyError


class MalformedUploadError(BadBodyError):
    """The body is not multipart, or its parts do not follow the form."""

    code = "malformed_upload"


class TruncatedUploadError(BadBodyError):
    """The body ended before its last boundary."""

    code = "truncated_upload"


class PartTooLargeError(BadBodyError):
    """A part that is kept, or the head of a part, has more bytes than it may have."""

    code = "part_too_large"


class TooManyPartsError(BadBodyError):
    """More parts came than any published phone sends."""

    code = "too_many_parts"


class DuplicatePartError(BadBodyError):
    """A part that is kept came twice: nobody can tell which one is meant."""

    code = "duplicate_part"
