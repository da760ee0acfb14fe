from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256K1,
    SECP256R1,
    SECP384R1,
    EllipticCurve,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bluezone.protocol.errors import ExportSignatureError
from bluezone.protocol.export import (
    Export,
    ExportSignature,
    ExportSigner,
    SignatureInfo,
    read_export,
    read_public_key,
    verify_export,
)
from bluezone.protocol.export.public_key import MAX_PEM_BYTES
from bluezone.protocol.export.signature import P256_ORDER

OTHER = derive_private_key(4711, SECP256R1())
SHA384_OID = "1.2.840.10045.4.3.3"


@pytest.fixture
def export(en_file: bytes) -> Export:
    return read_export(en_file)


def with_signatures(export: Export, *signatures: bytes, algorithm: str | None = None) -> Export:
    info = export.signature_infos[0]
    if algorithm is not None:
        info = SignatureInfo(info.key_id, info.key_version, algorithm)
    return replace(export, signatures=tuple(ExportSignature(info, 1, 1, s) for s in signatures))


def fault_of(export: Export, *keys: object) -> tuple[str, str]:
    with pytest.raises(ExportSignatureError) as caught:
        verify_export(export, list(keys))  # type: ignore[arg-type]
    assert caught.value.code == "invalid_export_signature"
    return caught.value.check, caught.value.reason


def test_the_right_key_among_several_verifies_and_is_named(
    export: Export, signer: ExportSigner
) -> None:
    verified = verify_export(export, [OTHER.public_key(), signer.key.public_key()])
    assert (verified.key_number, verified.info) == (1, SignatureInfo("452", "v1"))


def test_another_key_does_not_verify(export: Export) -> None:
    assert fault_of(export, OTHER.public_key()) == ("signature", "signature_mismatch")


def test_a_changed_bit_anywhere_in_the_payload_is_noticed(
    export: Export, signer: ExportSigner
) -> None:
    for at in range(len(export.payload)):
        changed = bytearray(export.payload)
        changed[at] ^= 1
        spoilt = replace(export, payload=bytes(changed))
        assert fault_of(spoilt, signer.key.public_key())[1] == "signature_mismatch"


def test_the_signature_covers_the_header_too(export: Export, signer: ExportSigner) -> None:
    bare = signer.sign(export.payload[16:])
    fault = fault_of(with_signatures(export, bare), signer.key.public_key())
    assert fault == ("signature", "signature_mismatch")


def test_an_unsigned_file_is_refused(export: Export, signer: ExportSigner) -> None:
    fault = fault_of(replace(export, signatures=()), signer.key.public_key())
    assert fault == ("signature_info", "unsigned")


def test_eleven_signatures_are_refused(export: Export, signer: ExportSigner) -> None:
    many = with_signatures(export, *[signer.sign(export.payload)] * 11)
    assert fault_of(many, signer.key.public_key()) == ("signature_info", "too_many_signatures")


@pytest.mark.parametrize("algorithm", [SHA384_OID, "", "ES256", "1.2.840.10045.4.3.2 "])
def test_another_algorithm_is_refused_even_if_the_signature_would_hold(
    export: Export, signer: ExportSigner, algorithm: str
) -> None:
    other = with_signatures(export, signer.sign(export.payload), algorithm=algorithm)
    fault = fault_of(other, signer.key.public_key())
    assert fault == ("signature_info", "unsupported_algorithm")


def test_a_signature_of_another_algorithm_beside_a_good_one_is_passed_over(
    export: Export, signer: ExportSigner
) -> None:
    foreign = with_signatures(export, b"quantum", algorithm="2.16.840.1").signatures
    both = replace(export, signatures=foreign + export.signatures)
    assert verify_export(both, [signer.key.public_key()]).key_number == 0


@pytest.mark.parametrize("curve", [SECP384R1(), SECP256K1()], ids=["P-384", "secp256k1"])
def test_a_public_key_on_another_curve_is_refused(export: Export, curve: EllipticCurve) -> None:
    key = derive_private_key(7, curve)
    signed = with_signatures(export, key.sign(export.payload, ECDSA(SHA256())))
    assert fault_of(signed, key.public_key()) == ("public_key", "wrong_curve")


def test_a_signature_made_on_p384_is_named_so(export: Export, signer: ExportSigner) -> None:
    key = derive_private_key(7, SECP384R1())
    signed = with_signatures(export, key.sign(export.payload, ECDSA(SHA256())))
    assert fault_of(signed, signer.key.public_key()) == ("signature", "wrong_curve")


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"\x30",
        bytes(64),
        b"\x30\x00",
        encode_dss_signature(0, 1),
        encode_dss_signature(1, 0),
        encode_dss_signature(5, 5) + b"\0",
    ],
    ids=["empty", "cut", "raw pair", "empty list", "r is 0", "s is 0", "a byte after it"],
)
def test_a_malformed_signature_is_named_so(
    export: Export, signer: ExportSigner, signature: bytes
) -> None:
    fault = fault_of(with_signatures(export, signature), signer.key.public_key())
    assert fault == ("signature", "malformed_signature")


def test_verifying_without_a_key_is_refused(export: Export) -> None:
    assert fault_of(export) == ("public_key", "no_key")


def test_signing_is_deterministic_and_below_the_order_of_the_curve(signer: ExportSigner) -> None:
    one = signer.sign(b"sample")
    assert signer.sign(b"sample") == one
    assert max(decode_dss_signature(one)) < P256_ORDER


def test_signing_follows_the_published_vector_of_rfc_6979() -> None:
    # RFC 6979, A.2.5: curve P-256, SHA-256, message "sample".
    key = derive_private_key(
        0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, SECP256R1()
    )
    assert decode_dss_signature(ExportSigner(key, "", "").sign(b"sample")) == (
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
    )


def pem_of(key: object) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]


def test_a_pem_public_key_is_read() -> None:
    read = read_public_key(pem_of(OTHER.public_key()))
    assert read.public_numbers() == OTHER.public_key().public_numbers()


PRIVATE_PEM = OTHER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
GOOD_PEM = pem_of(OTHER.public_key())


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (b"", "unreadable_key"),
        (b"not a key", "unreadable_key"),
        (GOOD_PEM[:60], "unreadable_key"),
        (GOOD_PEM.replace(b"M", b"!", 1), "unreadable_key"),
        (PRIVATE_PEM, "unreadable_key"),
        (pem_of(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()), "unreadable_key"),
        (GOOD_PEM + bytes(MAX_PEM_BYTES), "unreadable_key"),
        (pem_of(derive_private_key(7, SECP384R1()).public_key()), "wrong_curve"),
    ],
    ids=["empty", "text", "cut", "bad letter", "private", "Ed25519", "giant", "P-384"],
)
def test_anything_but_a_p256_public_key_is_refused(pem: bytes, reason: str) -> None:
    with pytest.raises(ExportSignatureError) as caught:
        read_public_key(pem)
    assert (caught.value.check, caught.value.reason) == ("public_key", reason)
