"""Associated metadata: the four bytes that tell a receiver how loud the sender was.

Source: Exposure Notification Bluetooth Specification v1.2, "Associated Encrypted
Metadata", and the reader rules of `spec/exposure.md` section 1.2. The surprising
decision: the version is never checked. Published receivers read the confidence from bits
3-2 and the power from byte 1 whatever the version says, and so do we.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from bluezone.protocol.en.tek import RPI_BYTES, Rpi, Tek, derive_aemk
from bluezone.protocol.errors import InvalidKeyError, InvalidMetadataError

METADATA_BYTES: Final = 4

MIN_PLAUSIBLE_TX_DBM: Final = -50
"""Below it a receiver drops the sighting (`spec/exposure.md` 1.2)."""

MAX_PLAUSIBLE_TX_DBM: Final = 20
"""Above it a receiver drops the sighting (`spec/exposure.md` 1.2)."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a sender says of itself.

    Attributes:
        version_major: 0 to 3; 1 on every published phone.
        version_minor: 0 to 3; 1 since confidence exists, 0 before.
        confidence: 0 lowest (fleet default), 1 low (manufacturer), 2 medium, 3 high.
        tx_power_dbm: calibrated transmit power, -128 to 127 dBm.
    """

    version_major: int
    version_minor: int
    confidence: int
    tx_power_dbm: int

    @property
    def is_plausible(self) -> bool:
        """Whether the transmit power lies in the bounds that receivers accept."""
        return MIN_PLAUSIBLE_TX_DBM <= self.tx_power_dbm <= MAX_PLAUSIBLE_TX_DBM

    def encode(self) -> bytes:
        """Return the four plain bytes.

        Raises:
            InvalidMetadataError: a field does not fit its bits.
        """
        two_bits = (self.version_major, self.version_minor, self.confidence)
        if not all(0 <= value <= 3 for value in two_bits):
            raise InvalidMetadataError("version numbers and confidence must be 0 to 3")
        if not -128 <= self.tx_power_dbm <= 127:
            raise InvalidMetadataError("transmit power must be -128 to 127 dBm")
        first = self.version_major << 6 | self.version_minor << 4 | self.confidence << 2
        return bytes((first, self.tx_power_dbm & 0xFF, 0, 0))


def decode_metadata(plain: bytes) -> Metadata:
    """Return the meaning of four decrypted bytes; reserved bits and bytes are ignored.

    Raises:
        InvalidMetadataError: there are not exactly four bytes.
    """
    _check_length(plain)
    return Metadata(
        version_major=plain[0] >> 6,
        version_minor=plain[0] >> 4 & 3,
        confidence=plain[0] >> 2 & 3,
        tx_power_dbm=int.from_bytes(plain[1:2], signed=True),
    )


def crypt_metadata(tek: Tek, rpi: Rpi, data: bytes) -> bytes:
    """Encrypt or decrypt metadata: AES-128-CTR, the identifier is the first counter block.

    Args:
        tek: the sender's key, 16 bytes.
        rpi: the identifier that travels with the metadata, 16 bytes.
        data: four bytes, plain or encrypted; the operation is its own inverse.

    Raises:
        InvalidKeyError: `tek` or `rpi` is not 16 bytes long.
        InvalidMetadataError: `data` is not four bytes long.
    """
    return crypt_with_aemk(derive_aemk(tek), rpi, data)


def crypt_with_aemk(aemk: bytes, rpi: Rpi, data: bytes) -> bytes:
    """Do as `crypt_metadata` with the metadata key at hand, for many identifiers of a key.

    Raises:
        InvalidKeyError: `aemk` or `rpi` is not 16 bytes long.
        InvalidMetadataError: `data` is not four bytes long.
    """
    if len(aemk) != 16 or len(rpi) != RPI_BYTES:
        raise InvalidKeyError("a metadata key and an identifier have 16 bytes each")
    _check_length(data)
    return Cipher(AES(aemk), CTR(rpi)).encryptor().update(data)


def _check_length(data: bytes) -> None:
    if len(data) != METADATA_BYTES:
        raise InvalidMetadataError(f"metadata has {METADATA_BYTES} bytes, not {len(data)}")
