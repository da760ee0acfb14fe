"""Temporary exposure keys and the identifiers that they produce.

Source: Exposure Notification Cryptography Specification v1.2, April 2020, the sections
"Rolling Proximity Identifier Key", "Rolling Proximity Identifier" and "Associated
Encrypted Metadata Key". The surprising decision: a key may start at any interval, not
only at midnight UTC, because reinstalled and rotated phones publish such keys.
"""

from typing import Final, NewType

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bluezone.protocol.errors import InvalidKeyError

Tek = NewType("Tek", bytes)
"""Temporary exposure key: 16 bytes, secret until its owner publishes it."""

Rpi = NewType("Rpi", bytes)
"""Rolling proximity identifier: the 16 public bytes of one interval."""

INTERVAL_S: Final = 600
"""Length of an interval in seconds (EN cryptography v1.2, `ENIntervalNumber`)."""

ROLLING_PERIOD: Final = 144
"""Most intervals that one key covers: a day (EN cryptography v1.2, `TEKRollingPeriod`)."""

TEK_BYTES: Final = 16
RPI_BYTES: Final = 16

MAX_INTERVAL: Final = 2**32 - 1
"""Intervals are little-endian 32-bit numbers inside the identifier."""

_RPI_PREFIX: Final = b"EN-RPI" + bytes(6)


def interval_at(time_s: int) -> int:
    """Return the number of the ten-minute interval that holds an instant.

    Args:
        time_s: Unix seconds UTC, 0 to the end of interval 2**32 - 1.

    Raises:
        InvalidKeyError: no interval number stands for that instant.
    """
    interval = int(time_s // INTERVAL_S)
    if not 0 <= interval <= MAX_INTERVAL:
        raise InvalidKeyError("the instant lies outside the intervals that 32 bits can count")
    return interval


def interval_start_s(interval: int) -> int:
    """Return the first second (Unix, UTC) of an interval."""
    return interval * INTERVAL_S


def derive_rpik(tek: Tek) -> bytes:
    """Return the 16-byte identifier key of `tek`: HKDF-SHA256, no salt, info `EN-RPIK`.

    Raises:
        InvalidKeyError: `tek` is not 16 bytes long.
    """
    return _derive(tek, b"EN-RPIK")


def derive_aemk(tek: Tek) -> bytes:
    """Return the 16-byte metadata key of `tek`: HKDF-SHA256, no salt, info `EN-AEMK`.

    Raises:
        InvalidKeyError: `tek` is not 16 bytes long.
    """
    return _derive(tek, b"EN-AEMK")


def expand_tek(tek: Tek, start: int, count: int = ROLLING_PERIOD) -> list[Rpi]:
    """Return every identifier that a phone with `tek` broadcast, in order of time.

    Args:
        tek: 16 bytes.
        start: number of the first interval, 0 to 2**32 - 1.
        count: intervals to expand, 1 to 144; the last must still be a 32-bit number.

    Returns:
        `count` identifiers of 16 bytes; element i belongs to interval `start + i`.

    Raises:
        InvalidKeyError: the length of `tek` or the range of intervals is out of limits.
    """
    if not 1 <= count <= ROLLING_PERIOD:
        raise InvalidKeyError(f"a key covers 1 to {ROLLING_PERIOD} intervals, not {count}")
    if not 0 <= start <= MAX_INTERVAL - count + 1:
        raise InvalidKeyError(f"intervals {start} to {start + count - 1} are not 32-bit numbers")
    # One block an interval and no block twice: ECB is the specification's bare AES here.
    aes = Cipher(AES(derive_rpik(tek)), ECB()).encryptor()  # noqa: S305 (see above)
    blocks = aes.update(b"".join(map(_plain_block, range(start, start + count))))
    return [Rpi(blocks[at : at + RPI_BYTES]) for at in range(0, len(blocks), RPI_BYTES)]


def rpi_at(tek: Tek, interval: int) -> Rpi:
    """Return the identifier of one interval.

    Raises:
        InvalidKeyError: the length of `tek` or the interval is out of limits.
    """
    return expand_tek(tek, interval, 1)[0]


def _plain_block(interval: int) -> bytes:
    """Return `PaddedData` of the specification: the 16 bytes that AES turns into an RPI."""
    return _RPI_PREFIX + interval.to_bytes(4, "little")


def _derive(tek: Tek, info: bytes) -> bytes:
    if len(tek) != TEK_BYTES:
        raise InvalidKeyError(f"a temporary exposure key has {TEK_BYTES} bytes, not {len(tek)}")
    return HKDF(SHA256(), length=16, salt=None, info=info).derive(tek)
