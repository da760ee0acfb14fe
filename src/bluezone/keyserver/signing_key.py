"""The key that signs export files: made once, readable by its owner, its public half shown."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from bluezone.keyserver.errors import SettingsError
from bluezone.keyserver.secret_file import create_secret_file
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.protocol.export import ExportSigner


def create_signing_key(settings: KeyServerSettings) -> None:
    """Make the P-256 key unless there is one, and write its public half beside it."""
    if not settings.signing_key_path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        create_secret_file(settings.signing_key_path, pem)
    settings.public_key_path.write_bytes(public_pem(open_signer(settings)))


def open_signer(settings: KeyServerSettings) -> ExportSigner:
    """Return the signer with its configured id and version.

    Raises:
        SettingsError: the key is missing, unreadable or not on P-256.
    """
    key = _load(settings.signing_key_path)
    export = settings.export
    return ExportSigner(key, export.signing_key_id, export.signing_key_version)


def public_pem(signer: ExportSigner) -> bytes:
    """Return the public half as PEM."""
    return signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _load(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError:
        raise SettingsError(f"cannot read {path.name}; run `bluezone migrate`") from None
    except (ValueError, TypeError):
        raise SettingsError(f"{path.name} is not an unencrypted private key in PEM") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SettingsError(f"{path.name} is not a P-256 key")
    return key
