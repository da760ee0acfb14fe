import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bluezone.keyserver.certificate.authority import AuthorityRegistry, parse_keys
from bluezone.keyserver.certificate.key_source import fetch
from bluezone.keyserver.errors import AuthorityUnavailableError, CertificateRefusedError
from bluezone.keyserver.settings import Authority
from bluezone.protocol.certificate import CertificateClaims, issue_certificate, write_jwks

NOW = 1_597_932_345
AUTHORITY = Authority()


class Source:
    """Where an authority shows its keys; may be out of order."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.loads = 0
        self.broken = False

    async def load(self, _: str) -> bytes:
        self.loads += 1
        if self.broken:
            raise AuthorityUnavailableError("the authority's keys cannot be reached")
        return write_jwks({"k": self.key.public_key()}).encode()

    def certificate(self, now: int) -> str:
        claims = CertificateClaims("confirmed", None, bytes(32))
        return issue_certificate(
            claims,
            key=self.key,
            kid="k",
            iss=AUTHORITY.issuer,
            aud=AUTHORITY.audience,
            now=now,
            ttl_s=900,
        )


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def registry(source: Source) -> AuthorityRegistry:
    return AuthorityRegistry([AUTHORITY], cache_s=300, fetch=source.load)


def verify(registry: AuthorityRegistry, source: Source, now: int) -> CertificateClaims:
    return asyncio.run(registry.verify(AUTHORITY, source.certificate(now), now=now, leeway_s=5))


def test_keys_are_asked_for_once_in_five_minutes(
    registry: AuthorityRegistry, source: Source
) -> None:
    for now in (NOW, NOW + 1, NOW + 299):
        verify(registry, source, now)
    assert source.loads == 1
    verify(registry, source, NOW + 300)
    assert source.loads == 2


def test_many_first_publishes_ask_once(registry: AuthorityRegistry, source: Source) -> None:
    async def crowd() -> None:
        token = source.certificate(NOW)
        verifying = [registry.verify(AUTHORITY, token, now=NOW, leeway_s=5) for _ in range(20)]
        await asyncio.gather(*verifying)

    asyncio.run(crowd())
    assert source.loads == 1


def test_a_withdrawn_key_stops_working_after_five_minutes(
    registry: AuthorityRegistry, source: Source
) -> None:
    verify(registry, source, NOW)
    old = source.certificate(NOW + 300)
    source.key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(CertificateRefusedError):
        asyncio.run(registry.verify(AUTHORITY, old, now=NOW + 300, leeway_s=5))


def test_old_keys_are_not_used_on_when_new_ones_cannot_be_loaded(
    registry: AuthorityRegistry, source: Source
) -> None:
    verify(registry, source, NOW)
    source.broken = True
    with pytest.raises(AuthorityUnavailableError):
        verify(registry, source, NOW + 300)


def test_after_a_failed_load_nobody_asks_for_five_seconds(
    registry: AuthorityRegistry, source: Source
) -> None:
    source.broken = True
    for now in (NOW, NOW + 1, NOW + 4):
        with pytest.raises(AuthorityUnavailableError):
            verify(registry, source, now)
    assert source.loads == 1
    source.broken = False
    assert verify(registry, source, NOW + 5).report_type == "confirmed"


def test_a_pem_file_answers_to_every_key_id(source: Source, tmp_path: Path) -> None:
    pem = source.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "desk.pem").write_bytes(pem)
    authority = Authority(keys=str(tmp_path / "desk.pem"))
    registry = AuthorityRegistry([authority], cache_s=300)
    token = source.certificate(NOW)
    claims = asyncio.run(registry.verify(authority, token, now=NOW, leeway_s=5))
    assert claims.report_type == "confirmed"


def wrong_curve() -> bytes:
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="a web page"),
        pytest.param(b"{}", id="no keys"),
        pytest.param(b'{"keys": [{"kty": "oct", "k": "AA"}]}', id="a secret"),
        pytest.param(b"-----BEGIN PUBLIC KEY-----\nAAAA\n", id="a broken PEM"),
        pytest.param(wrong_curve(), id="a key on P-384"),
    ],
)
def test_unusable_keys_are_the_authoritys_fault(data: bytes) -> None:
    with pytest.raises(AuthorityUnavailableError) as refused:
        parse_keys(data)
    assert refused.value.code == "unable_to_load_health_authority"


def test_a_missing_file_and_a_dead_server_are_unavailable(tmp_path: Path) -> None:
    for source in (str(tmp_path / "none.json"), "http://127.0.0.1:1/jwks.json", "http://["):
        with pytest.raises(AuthorityUnavailableError):
            asyncio.run(fetch(source))


def test_a_giant_file_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(bytes(256 * 1024 + 1))
    with pytest.raises(AuthorityUnavailableError, match="longer"):
        asyncio.run(fetch(str(tmp_path / "keys.json")))
