"""What a verification certificate says, between JSON claims and a checked value.

Source: `spec/server-rules.md` 1.5 for the claims of a verification server, DESIGN "How a
warning flows" for their use. The surprising decision: `daykeymac` is a claim of ours beside
`tekmac`, so one certificate binds the keys of both schemes; a foreign key server ignores it.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

from bluezone.protocol.certificate.tekmac import MAC_BYTES
from bluezone.protocol.en.tek import MAX_INTERVAL
from bluezone.protocol.errors import InvalidCertificateError

REPORT_TYPES: Final = ("confirmed", "likely", "negative", "user-report")
"""The report types that an authority can certify (server-rules 1.3)."""

_MAX_MAC_TEXT: Final = 64


@dataclass(frozen=True, slots=True)
class CertificateClaims:
    """A signed statement about keys, with no identity inside.

    Attributes:
        report_type: one of `confirmed`, `likely`, `negative`, `user-report`.
        symptom_onset_interval: interval number of the onset, None if unknown.
        tekmac: HMAC of the temporary exposure keys, 32 bytes.
        daykeymac: HMAC of the Bluezone day keys, 32 bytes, None if none are certified.
        issued_at: Unix seconds; set by `verify_certificate`, ignored when issuing.
        expires_at: Unix seconds; set by `verify_certificate`, ignored when issuing.
    """

    report_type: str
    symptom_onset_interval: int | None
    tekmac: bytes = field(repr=False)
    daykeymac: bytes | None = field(default=None, repr=False)
    issued_at: int = 0
    expires_at: int = 0


def claims_to_json(claims: CertificateClaims) -> dict[str, str | int]:
    """Return the claims of ours as they stand in the token.

    Raises:
        InvalidCertificateError: a value is out of limits; `reason` is `claims`.
    """
    body: dict[str, str | int] = {
        "reportType": claims.report_type,
        "tekmac": base64.b64encode(claims.tekmac).decode("ascii"),
    }
    if claims.symptom_onset_interval is not None:
        body["symptomOnsetInterval"] = claims.symptom_onset_interval
    if claims.daykeymac is not None:
        body["daykeymac"] = base64.b64encode(claims.daykeymac).decode("ascii")
    claims_from_json({**body, "iat": 0, "exp": 0})
    return body


def claims_from_json(body: Mapping[str, object]) -> CertificateClaims:
    """Return the checked claims of a token whose signature holds.

    A missing onset, and the 0 that the reference writes for it, are None.

    Raises:
        InvalidCertificateError: a claim is missing, of another type or out of limits.
    """
    report_type = body.get("reportType")
    if not isinstance(report_type, str) or report_type not in REPORT_TYPES:
        _refuse("claim reportType is none of " + ", ".join(REPORT_TYPES))
    return CertificateClaims(
        report_type=report_type,
        symptom_onset_interval=whole_number(body.get("symptomOnsetInterval", 0), "onset") or None,
        tekmac=_mac(body.get("tekmac"), "tekmac"),
        daykeymac=_mac(body["daykeymac"], "daykeymac") if "daykeymac" in body else None,
        issued_at=whole_number(body.get("iat"), "iat"),
        expires_at=whole_number(body.get("exp"), "exp"),
    )


def whole_number(value: object, name: str) -> int:
    """Return a claim that must be a whole number of 32 bits.

    Raises:
        InvalidCertificateError: it is something else; `reason` is `claims`.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_INTERVAL:
        _refuse(f"claim {name} is not a whole number of 32 bits")
    return value


def _mac(value: object, name: str) -> bytes:
    if not isinstance(value, str) or len(value) > _MAX_MAC_TEXT or not value.isascii():
        _refuse(f"claim {name} is not a short base64 text")
    try:
        mac = base64.b64decode(value, validate=True)
    except binascii.Error as fault:
        raise InvalidCertificateError(f"claim {name} is not base64", reason="claims") from fault
    if len(mac) != MAC_BYTES:
        _refuse(f"claim {name} has {len(mac)} bytes, not {MAC_BYTES}")
    return mac


def _refuse(message: str) -> NoReturn:
    raise InvalidCertificateError(message, reason="claims")
