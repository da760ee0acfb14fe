"""Verification certificates: the one place where the two halves touch."""

from bluezone.protocol.certificate.claims import REPORT_TYPES, CertificateClaims
from bluezone.protocol.certificate.jwks import read_jwks, write_jwks
from bluezone.protocol.certificate.jwt import issue_certificate, verify_certificate
from bluezone.protocol.certificate.tekmac import MacKey, daykeymac, macs_equal, tekmac

__all__ = [
    "REPORT_TYPES",
    "CertificateClaims",
    "MacKey",
    "daykeymac",
    "issue_certificate",
    "macs_equal",
    "read_jwks",
    "tekmac",
    "verify_certificate",
    "write_jwks",
]
