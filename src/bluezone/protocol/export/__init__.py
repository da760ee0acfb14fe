"""Diagnosis-key files: read, verify, write, sign; for both schemes."""

from bluezone.protocol.export.content import (
    ECDSA_SHA256_OID,
    Export,
    ExportContent,
    ExportSignature,
    SignatureInfo,
)
from bluezone.protocol.export.federation import (
    FederatedKey,
    FederationBatch,
    read_federation_batch,
)
from bluezone.protocol.export.limits import Check
from bluezone.protocol.export.public_key import read_public_key
from bluezone.protocol.export.read import read_any, read_export, read_payload
from bluezone.protocol.export.signature import (
    ExportSigner,
    VerifiedSignature,
    usable_signatures,
    verify_export,
)
from bluezone.protocol.export.write import write_export

__all__ = [
    "ECDSA_SHA256_OID",
    "Check",
    "Export",
    "ExportContent",
    "ExportSignature",
    "ExportSigner",
    "FederatedKey",
    "FederationBatch",
    "SignatureInfo",
    "VerifiedSignature",
    "read_any",
    "read_export",
    "read_federation_batch",
    "read_payload",
    "read_public_key",
    "usable_signatures",
    "verify_export",
    "write_export",
]
