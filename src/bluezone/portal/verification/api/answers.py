"""The shape of answers: JSON with padding; errors with their stable code.

Source: spec/server-rules.md 2.1: padding of 1 to 2 kB in every answer, `error`, `errorCode`
and its old name `error_code`. Padding hides from a watcher of the line which answer it was.
"""

import base64
import json
from collections.abc import Mapping
from random import Random
from typing import Final

from django.http import HttpResponse

from bluezone.portal.verification.errors import VerificationError

PADDING_MIN_BYTES: Final = 1024
PADDING_SPREAD_BYTES: Final = 1024


def padding(rng: Random) -> str:
    """Return 1024 to 2047 random bytes in base64."""
    size = PADDING_MIN_BYTES + rng.randrange(PADDING_SPREAD_BYTES)
    return base64.b64encode(rng.randbytes(size)).decode()


def answer(fields: Mapping[str, object], *, rng: Random, status: int = 200) -> HttpResponse:
    """Return an answer with padding that nobody may keep."""
    content = json.dumps({**fields, "padding": padding(rng)}, separators=(",", ":"))
    response = HttpResponse(content, content_type="application/json", status=status)
    response["Cache-Control"] = "no-store"
    return response


def error_fields(error: VerificationError) -> dict[str, object]:
    """Return what an error says on the wire."""
    return {"error": str(error), "errorCode": error.code, "error_code": error.code}


def error_answer(
    error: VerificationError, *, rng: Random, retry_after_s: int | None = None
) -> HttpResponse:
    """Return an error as an answer."""
    response = answer(error_fields(error), rng=rng, status=error.status)
    if retry_after_s is not None:
        response["Retry-After"] = str(retry_after_s)
    if error.status == 405:
        response["Allow"] = "POST"
    return response
