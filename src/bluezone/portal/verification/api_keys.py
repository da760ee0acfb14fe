"""API keys: 64 random bytes, the realm and a signature; the database holds an HMAC.

Source: spec/server-rules.md 2.3. The signature lets a made-up key be refused without asking
the database. A key is shown once, when it is made.
"""

import base64
import binascii
import hmac
from pathlib import Path
from random import Random
from typing import Final

from django.conf import settings
from django.db import transaction

from bluezone.portal import keyring, secret_files
from bluezone.portal.audit.services import SYSTEM, record
from bluezone.portal.errors import MissingSecretError
from bluezone.portal.verification.errors import UnauthorizedError
from bluezone.portal.verification.models import ApiKey, ApiKeyKind

KEY_BYTES: Final = 64
DEFAULT_FILES: Final = {
    ApiKeyKind.DEVICE: "device-api-key",
    ApiKeyKind.ADMIN: "admin-api-key",
}
"""Files with the keys that phones and commands on the same machine use."""


def create_api_key(
    name: str, kind: str, *, actor: str, now: int, rng: Random
) -> tuple[ApiKey, str]:
    """Make a key; return its row and the key itself, which nobody can read again."""
    value = new_key(rng)
    return register(name, kind, value, actor=actor, now=now), value


def new_key(rng: Random) -> str:
    """Return a new key: random bytes, realm and signature, joined by dots."""
    secret = base64.urlsafe_b64encode(rng.randbytes(KEY_BYTES)).rstrip(b"=").decode()
    unsigned = f"{secret}.{settings.BLUEZONE_REALM}"
    return f"{unsigned}.{_signature(unsigned)}"


def register(name: str, kind: str, value: str, *, actor: str, now: int) -> ApiKey:
    """Let the key `value` in from now on."""
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=name,
            kind=kind,
            key_hmac=keyring.fingerprint(secret_files.API_KEY, value),
            created_at=now,
            created_by=actor,
        )
        record(actor, "api_key.created", f"api-key {key.pk}", {"name": name, "kind": kind})
    return key


def revoke_api_key(key_id: int, *, actor: str, now: int) -> bool:
    """Let a key in no more; return False if there is none or it was revoked before."""
    with transaction.atomic():
        changed = ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=now)
        if changed:
            record(actor, "api_key.revoked", f"api-key {key_id}")
    return changed == 1


def authenticate(value: str, kind: str) -> ApiKey:
    """Return the key that a program showed.

    Raises:
        UnauthorizedError: none, not ours, revoked, or of another kind.
    """
    if not value:
        raise UnauthorizedError("the header X-API-Key is missing")
    unsigned, _, signature = value.rpartition(".")
    if len(value) > 256 or not value.isascii() or not _signed(unsigned, signature):
        raise UnauthorizedError("this API key is not from here")
    hashed = keyring.fingerprint(secret_files.API_KEY, value)
    key = ApiKey.objects.filter(key_hmac=hashed, revoked_at=None).first()
    if key is None:
        raise UnauthorizedError("this API key is unknown or was revoked")
    if key.kind != kind:
        raise UnauthorizedError(f"this call needs an API key of the kind {kind}")
    return key


def ensure_default_keys(folder: Path, *, now: int, rng: Random) -> list[ApiKey]:
    """Make the first device and admin keys; return the rows that are new.

    A key whose file is there is registered again in an empty database. Where keys of the
    kind exist but the file is gone, somebody manages them by hand: nothing is made.
    """
    return [
        key
        for kind, name in DEFAULT_FILES.items()
        if (key := _ensure(folder / name, kind, now=now, rng=rng)) is not None
    ]


def _ensure(path: Path, kind: ApiKeyKind, *, now: int, rng: Random) -> ApiKey | None:
    try:
        value = secret_files.read_private(path).decode("ascii", "replace").strip()
    except MissingSecretError:
        if ApiKey.objects.filter(kind=kind).exists():
            return None
        value = new_key(rng)
        secret_files.write_private(path, value.encode() + b"\n")
    if ApiKey.objects.filter(key_hmac=keyring.fingerprint(secret_files.API_KEY, value)).exists():
        return None
    return register(f"default {kind.value}", kind.value, value, actor=SYSTEM, now=now)


def _signature(unsigned: str) -> str:
    key = secret_files.secret(keyring.folder(), secret_files.API_KEY)
    digest = hmac.digest(key, b"signature\n" + unsigned.encode(), "sha512")
    return base64.urlsafe_b64encode(digest[:KEY_BYTES]).rstrip(b"=").decode()


def _signed(unsigned: str, signature: str) -> bool:
    try:
        return hmac.compare_digest(_signature(unsigned), signature)
    except (TypeError, binascii.Error):
        return False
