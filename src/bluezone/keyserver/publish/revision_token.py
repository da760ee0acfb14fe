"""The revision token: what a phone keeps so that its keys can be judged anew one day.

Source: key server rules 1.4. Opaque to the phone: AES-256-GCM over the list of its keys with
their intervals. Only this server can read it, and it stores nothing for it. Keys are listed by
their 16-byte id, together with start and period.
"""

import base64
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bluezone.keyserver.errors import BadRequestError, InvalidRevisionTokenError, SettingsError
from bluezone.keyserver.publish.accepted import AcceptedKey
from bluezone.keyserver.publish.reply import Entropy
from bluezone.keyserver.publish.request import decode_base64
from bluezone.keyserver.secret_file import create_secret_file
from bluezone.protocol.scheme import Scheme

_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_ENTRY: Final = struct.Struct(">16sqH")
_MAX_ENTRIES: Final = 90
"""Three publishes of thirty keys: what one phone can hold in fifteen days."""

Listed = Mapping[bytes, tuple[int, int]]
"""Key id to (start, period)."""


@dataclass(frozen=True, slots=True)
class TokenSealer:
    """Seals and opens revision tokens; hides its key."""

    _aead: AESGCM

    def __repr__(self) -> str:
        return "TokenSealer(...)"

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return a sealer with the key in the file `path`.

        Raises:
            SettingsError: there is no such file, or it has another length.
        """
        try:
            key = path.read_bytes()
        except OSError:
            raise SettingsError(f"cannot read {path.name}; run `bluezone migrate`") from None
        if len(key) != _KEY_BYTES:
            raise SettingsError(f"{path.name} has {len(key)} bytes, expected {_KEY_BYTES}")
        return cls(AESGCM(key))

    def seal(
        self, keys: Iterable[AcceptedKey], earlier: Listed, *, scheme: Scheme, entropy: Entropy
    ) -> str:
        """Return a token that lists `keys` and what an earlier token listed."""
        listed = {key.key_id: (key.start, key.period) for key in keys}
        for key_id, interval in earlier.items():
            if len(listed) < _MAX_ENTRIES:
                listed.setdefault(key_id, interval)
        plain = b"".join(_ENTRY.pack(key_id, *interval) for key_id, interval in listed.items())
        nonce = entropy(_NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, plain, _VERSION + _associated(scheme))
        return base64.b64encode(_VERSION + nonce + sealed).decode()

    def unseal(self, token: str, *, scheme: Scheme) -> Listed:
        """Return what `token` lists.

        Raises:
            InvalidRevisionTokenError: not a token of this server and scheme.
        """
        try:
            raw = decode_base64(token)
            nonce, sealed = raw[1 : 1 + _NONCE_BYTES], raw[1 + _NONCE_BYTES :]
            plain = self._aead.decrypt(nonce, sealed, raw[:1] + _associated(scheme))
        except (BadRequestError, InvalidTag, ValueError):
            raise InvalidRevisionTokenError("the revision token is not one of ours") from None
        return {key_id: (start, period) for key_id, start, period in _ENTRY.iter_unpack(plain)}


def create_sealing_key(path: Path, entropy: Entropy) -> None:
    """Write a new sealing key, readable by its owner only, unless there is one."""
    if not path.exists():
        create_secret_file(path, entropy(_KEY_BYTES))


def _associated(scheme: Scheme) -> bytes:
    return b"bluezone revision token 1 " + scheme.encode()
