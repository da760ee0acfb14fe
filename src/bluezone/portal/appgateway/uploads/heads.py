"""Names in multipart bodies: the boundary in a content type, the name in a part's head.

Source: spec/bluezone-wire.md 3.2 (exact multipart bytes) and 3.4 rule 4; RFC 2046 5.1 and RFC
7578. The surprising part: the boundary `*****` of version 2.0.4 is not made of the letters that
RFC 2046 allows, so any printable ASCII is taken.
"""

import re
from typing import Final

from bluezone.portal.appgateway.uploads.errors import MalformedUploadError

BOUNDARY_BYTES: Final = 200
"""RFC 2046 allows 70; the longest published one has 48."""

_BOUNDARY: Final = re.compile(r';\s*boundary\s*=\s*(?:"([^"\r\n]+)"|([^\s;"]+))', re.IGNORECASE)
_DISPOSITION: Final = re.compile(rb"\r\ncontent-disposition[ \t]*:([^\r\n]*)", re.IGNORECASE)
_NAME: Final = re.compile(rb';[ \t]*name[ \t]*=[ \t]*(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)


def boundary_of(content_type: str) -> bytes:
    """Return the boundary that a content type names, quoted or not.

    Raises:
        MalformedUploadError: not multipart, no boundary, or one that cannot be one.
    """
    if not content_type.strip().lower().startswith("multipart/"):
        raise MalformedUploadError("the body is not multipart")
    found = _BOUNDARY.search(content_type)
    text = (found[1] or found[2]).rstrip() if found else ""
    if not 0 < len(text) <= BOUNDARY_BYTES or not text.isascii() or not text.isprintable():
        raise MalformedUploadError("the content type names no boundary that can be used")
    return text.encode("ascii")


def part_name(head: bytes | bytearray) -> str:
    r"""Return the name of a part.

    Args:
        head: the lines after the boundary, from the end of the boundary's own line (CRLF) on.

    Raises:
        MalformedUploadError: the part has no name.
    """
    line = _DISPOSITION.search(head)
    found = _NAME.search(line[1]) if line else None
    if found is None:
        raise MalformedUploadError("a part has no name")
    return bytes(found[1] if found[1] is not None else found[2]).decode("latin-1")
