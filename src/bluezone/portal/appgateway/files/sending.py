"""Sending bytes that may be kept for a while, or saying that they are still the same.

The published app sets no `If-None-Match`; caches between it and us, and the system's own on
iOS, do, and turn a 304 back into the 200 that the app needs.
"""

from typing import Final

from bluezone.portal.appgateway.http import Answer, Request

KEPT_S: Final = 300
"""A correction reaches every phone within five minutes of its next start."""


def kept_answer(request: Request, body: bytes, etag: str, *, kept_s: int = KEPT_S) -> Answer:
    """Return `body` with its entity tag, or 304 to whoever has it.

    Args:
        request: the request.
        body: JSON.
        etag: quoted, strong.
        kept_s: how long caches may keep it, seconds.
    """
    headers = {"etag": etag, "cache-control": f"public, max-age={kept_s}"}
    asked = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if {etag, f"W/{etag}", "*"}.isdisjoint(asked):
        return Answer(body, headers=headers)
    return Answer(b"", status=304, headers={**headers, "content-length": str(len(body))})
