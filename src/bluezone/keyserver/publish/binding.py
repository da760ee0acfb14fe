"""Check that a certificate is for exactly these keys.

Source: key server rules 1.5. The phone gave the authority an HMAC of its keys and now gives us
the secret; keys that the certificate was not made for do not add up. Day keys are bound by
the claim `daykeymac`, or, without that claim, by `tekmac` computed over the day keys.
"""

from collections.abc import Sequence

from bluezone.keyserver.errors import BadRequestError, CertificateRefusedError
from bluezone.keyserver.publish.request import decode_base64
from bluezone.protocol.certificate import CertificateClaims, daykeymac, macs_equal, tekmac
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey


def check_binding(
    keys: Sequence[DiagnosisKey] | Sequence[DayKeyEntry],
    claims: CertificateClaims,
    hmac_key: str | None,
) -> None:
    """Compare the certificate's MAC with the one over `keys`.

    Raises:
        CertificateRefusedError: the secret is missing or malformed, or the MACs differ.
    """
    secret = _secret(hmac_key)
    teks = [key for key in keys if isinstance(key, DiagnosisKey)]
    days = [key for key in keys if isinstance(key, DayKeyEntry)]
    actual = daykeymac(days, secret) if days else tekmac(teks, secret)
    expected = claims.tekmac
    if days and claims.daykeymac is not None:
        expected = claims.daykeymac
    if not macs_equal(actual, expected):
        raise CertificateRefusedError("the certificate is for other keys")


def _secret(hmac_key: str | None) -> bytes:
    try:
        secret = decode_base64(hmac_key or "")
    except BadRequestError:
        raise CertificateRefusedError("the HMAC secret is not base64") from None
    if not secret:
        raise CertificateRefusedError("the HMAC secret is missing")
    return secret
