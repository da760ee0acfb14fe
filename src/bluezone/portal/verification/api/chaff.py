"""Answers to chaff: they look like real ones and mean nothing.

Phones send chaff so that a watcher cannot tell when somebody really reports. The answer has
the fields and sizes of a real one; its token and certificate are random and open nothing.
"""

import base64
import datetime as dt
from random import Random
from typing import Final
from uuid import UUID

from bluezone.portal.verification.api.bodies import (
    BatchIssueBody,
    Body,
    CertificateBody,
    IssueBody,
    VerifyBody,
)

_TOKEN_BYTES: Final = 348
_CERTIFICATE_BYTES: Final = 399
"""Random bytes whose base64 is as long as a real token or certificate is."""


def chaff_fields(body_type: type[Body], *, now: int, rng: Random) -> dict[str, object]:
    """Return the fields of an answer to chaff for the call that takes `body_type`."""
    if issubclass(body_type, VerifyBody):
        today = dt.datetime.fromtimestamp(now, tz=dt.UTC).date().isoformat()
        token = _random_text(_TOKEN_BYTES, rng)
        return {"testtype": "confirmed", "symptomDate": today, "testDate": "", "token": token}
    if issubclass(body_type, CertificateBody):
        return {"certificate": _random_text(_CERTIFICATE_BYTES, rng)}
    if issubclass(body_type, IssueBody | BatchIssueBody):
        return {"uuid": str(UUID(bytes=rng.randbytes(16), version=4)), "code": ""}
    return {"claimed": False, "expiresAtTimestamp": now, "longExpiresAtTimestamp": now}


def _random_text(size: int, rng: Random) -> str:
    return base64.urlsafe_b64encode(rng.randbytes(size)).decode()
