"""`FindGUID`: the number of a bundle, made for one phone, so that no other can answer with it.

Source: spec/bluezone-wire.md 4.1 (a non-empty string; 36 characters in the published pushes) and
W8: the published server sent one number to everybody, which proved nothing. Ours is a number and
a MAC (keyed BLAKE2b) over it and the phone, 27 bytes in base64url. It goes into every push of a
bundle, to tens of millions of phones, so it is computed each time and stored nowhere.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Final

from bluezone.portal import keyring, secret_files
from bluezone.portal.appgateway.pushes.errors import FindGuidInvalidError

CHARACTERS: Final = 36
PATTERN: Final = re.compile(r"[A-Za-z0-9_-]{36}")
_NUMBER_BYTES: Final = 8
_MAC_BYTES: Final = 19
"""152 bits; both together are 27 bytes, which base64 makes 36 characters without padding."""
_PURPOSE: Final = b"find-guid"


def find_guid_key() -> bytes:
    """Return the secret of these MACs, 32 bytes."""
    return secret_files.secret(keyring.folder(), secret_files.FIND_GUID)


def find_guid_for(bundle_id: int, phone_id: int, *, key: bytes) -> str:
    """Return the `FindGUID` of a bundle for one phone, 36 characters.

    Args:
        bundle_id: number of the bundle, below 2**63.
        phone_id: number of the phone, which survives changes of its token.
        key: as `find_guid_key` returns it.
    """
    number = bundle_id.to_bytes(_NUMBER_BYTES, "big")
    return urlsafe_b64encode(number + _mac(number, phone_id, key)).decode()


def read_find_guid(text: str, phone_id: int, *, key: bytes) -> int:
    """Return the number of the bundle that `text` names.

    Raises:
        FindGuidInvalidError: not ours, or made for another phone.
    """
    if not PATTERN.fullmatch(text):
        raise FindGuidInvalidError("FindGUID is not 36 characters of base64url")
    raw = urlsafe_b64decode(text)
    number, mac = raw[:_NUMBER_BYTES], raw[_NUMBER_BYTES:]
    if not hmac.compare_digest(mac, _mac(number, phone_id, key)):
        raise FindGuidInvalidError("FindGUID was not made for this phone")
    return int.from_bytes(number, "big")


def _mac(number: bytes, phone_id: int, key: bytes) -> bytes:
    message = number + phone_id.to_bytes(_NUMBER_BYTES, "big")
    return blake2b(message, digest_size=_MAC_BYTES, key=key, person=_PURPOSE).digest()
