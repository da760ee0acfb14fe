"""Signing an export and verifying one.

Source: `spec/server-rules.md` 1.6: DER-encoded ECDSA with SHA-256 over the whole
`export.bin`, header included. The surprising decision: signatures are deterministic
(RFC 6979), so the same keys give the same file and no bad random number can leak a key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from bluezone.protocol.errors import ExportSignatureError
from bluezone.protocol.export.content import (
    ECDSA_SHA256_OID,
    Export,
    ExportSignature,
    SignatureInfo,
)
from bluezone.protocol.export.limits import MAX_SIGNATURES, MAX_TEXT, Check
from bluezone.protocol.export.public_key import check_public_keys

P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the curve (FIPS 186-5): both numbers of a signature lie below it."""


@dataclass(frozen=True, slots=True)
class ExportSigner:
    """A private key and the names under which phones know its public half.

    Attributes:
        key: P-256 private key; hidden in the repr.
        key_id: usually the mobile country code, for instance `452`.
        key_version: for instance `v1`.

    Raises:
        ExportSignatureError: the key is on another curve, or a name is too long.
    """

    key: EllipticCurvePrivateKey = field(repr=False)
    key_id: str
    key_version: str

    def __post_init__(self) -> None:
        if not isinstance(self.key.curve, SECP256R1):
            _refuse(f"exports are signed on P-256, not on {self.key.curve.name}", "wrong_curve")
        if max(len(self.key_id), len(self.key_version)) > MAX_TEXT:
            _refuse(f"key id and version have at most {MAX_TEXT} characters", "text_too_long")

    @property
    def info(self) -> SignatureInfo:
        """What the file says about this signer."""
        return SignatureInfo(self.key_id, self.key_version)

    def sign(self, payload: bytes) -> bytes:
        """Return the DER-encoded signature over a whole `export.bin`."""
        return self.key.sign(payload, ECDSA(SHA256(), deterministic_signing=True))


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """The signature that held.

    Attributes:
        info: what the file says about its key.
        key_number: position of the public key among those that were tried, from 0.
    """

    info: SignatureInfo
    key_number: int


def verify_export(
    export: Export, public_keys: Sequence[EllipticCurvePublicKey]
) -> VerifiedSignature:
    """Return the first signature that one of the keys made.

    A signature by another algorithm or another key is passed over: during a change of
    keys a file carries several, and one that holds is enough.

    Args:
        export: what `read_export` returned.
        public_keys: P-256 keys that the caller trusts, at least one.

    Raises:
        ExportSignatureError: `check` is `signature_info` (see `usable_signatures`),
            `public_key` with reason `no_key` or `wrong_curve`, or `signature` with reason
            `signature_mismatch`, `wrong_curve` or `malformed_signature`.
    """
    usable = usable_signatures(export)
    check_public_keys(public_keys)
    for one in usable:
        for number, key in enumerate(public_keys):
            if _holds(one.signature, export.payload, key):
                return VerifiedSignature(one.info, number)
    return _explain(usable)


def usable_signatures(export: Export) -> list[ExportSignature]:
    """Return the signatures whose algorithm is the one of the format, in file order.

    Raises:
        ExportSignatureError: `check` is `signature_info`; `reason` is `unsigned`,
            `too_many_signatures` or `unsupported_algorithm`.
    """
    if not export.signatures:
        _refuse("the file carries no signature", "unsigned", Check.SIGNATURE_INFO)
    if len(export.signatures) > MAX_SIGNATURES:
        message = f"{len(export.signatures)} signatures, more than {MAX_SIGNATURES}"
        _refuse(message, "too_many_signatures", Check.SIGNATURE_INFO)
    usable = [one for one in export.signatures if one.info.algorithm == ECDSA_SHA256_OID]
    if not usable:
        message = f"no signature says to be ECDSA with SHA-256 ({ECDSA_SHA256_OID})"
        _refuse(message, "unsupported_algorithm", Check.SIGNATURE_INFO)
    return usable


def _holds(signature: bytes, payload: bytes, key: EllipticCurvePublicKey) -> bool:
    try:
        key.verify(signature, payload, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _explain(signatures: Sequence[ExportSignature]) -> NoReturn:
    """Say why nothing held, by the best of the signatures."""
    reasons = {_fault_of(one.signature) for one in signatures}
    if "signature_mismatch" in reasons:
        _refuse("no signature was made by a given key over these bytes", "signature_mismatch")
    if "wrong_curve" in reasons:
        _refuse("the signature was made on a larger curve than P-256", "wrong_curve")
    _refuse("the signature is not a DER-encoded pair of numbers", "malformed_signature")


def _fault_of(signature: bytes) -> str:
    try:
        pair = decode_dss_signature(signature)
    except ValueError:
        return "malformed_signature"
    if min(pair) <= 0:
        return "malformed_signature"
    return "wrong_curve" if max(pair) >= P256_ORDER else "signature_mismatch"


def _refuse(message: str, reason: str, check: Check = Check.SIGNATURE) -> NoReturn:
    raise ExportSignatureError(message, check=check, reason=reason)
