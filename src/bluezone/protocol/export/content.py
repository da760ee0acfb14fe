"""What a diagnosis-key file says, as values: window, region, keys, signatures.

Source: Exposure Notification key export format v1 (`spec/server-rules.md` 1.6). The
surprising decision: one type serves both payloads. A file carries either `keys` (scheme
`en`) or `day_keys` (scheme `bluezone`), never both, and `scheme` says which.
"""

from dataclasses import dataclass, field
from typing import Final

from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.scheme import Scheme

ECDSA_SHA256_OID: Final = "1.2.840.10045.4.3.2"
"""The one signature algorithm of the format: ECDSA over P-256 with SHA-256."""

HEADERS: Final = {
    Scheme.EN: b"EK Export v1    ",
    Scheme.BLUEZONE: b"BZ Export v1    ",
}
"""The 16 bytes before the protobuf, by scheme."""

HEADER_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class SignatureInfo:
    """Which key signs a file, and how.

    Attributes:
        key_id: name of the public key; in deployed systems the mobile country code.
        key_version: its version, for instance `v1`.
        algorithm: object identifier of the signature algorithm.
    """

    key_id: str
    key_version: str
    algorithm: str = ECDSA_SHA256_OID


@dataclass(frozen=True, slots=True)
class ExportSignature:
    """One signature of `export.sig`.

    Attributes:
        info: which key made it.
        batch_num: as in the file it signs; not itself signed.
        batch_size: as in the file it signs; not itself signed.
        signature: DER-encoded ECDSA signature over the whole payload.
    """

    info: SignatureInfo
    batch_num: int
    batch_size: int
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportContent:
    """What somebody wants to publish in one file.

    Attributes:
        scheme: `en` or `bluezone`.
        start_s: first second of the window, Unix UTC.
        end_s: first second after the window, Unix UTC.
        region: where the keys are from, for instance `VN`.
        batch_num: number of this file in its batch, from 1.
        batch_size: files in the batch.
        keys: temporary exposure keys, scheme `en` only.
        revised_keys: keys published before whose report type changed, scheme `en` only.
        day_keys: Bluezone day keys, scheme `bluezone` only.
        revised_day_keys: day keys whose report type changed, scheme `bluezone` only.
    """

    scheme: Scheme
    start_s: int
    end_s: int
    region: str
    batch_num: int = 1
    batch_size: int = 1
    keys: tuple[DiagnosisKey, ...] = field(default=(), repr=False)
    revised_keys: tuple[DiagnosisKey, ...] = field(default=(), repr=False)
    day_keys: tuple[DayKeyEntry, ...] = field(default=(), repr=False)
    revised_day_keys: tuple[DayKeyEntry, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(ExportContent):
    """A file as it was read; nothing is verified yet.

    Attributes:
        signature_infos: who says to have signed, as written inside the signed payload.
        payload: the whole `export.bin`, header included: what the signatures cover.
        signatures: content of `export.sig`; empty for a raw payload.
    """

    signature_infos: tuple[SignatureInfo, ...] = ()
    payload: bytes = field(default=b"", repr=False)
    signatures: tuple[ExportSignature, ...] = ()
