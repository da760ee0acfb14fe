"""The registry of health authorities and the keys their certificates are verified with.

Source: key server rules 1.5 (keys are cached five minutes). The surprising decision: when the
keys cannot be loaded, older ones are not used on. The phone gets `unable_to_load_health_
authority` and tries again; a key that the authority withdrew must stop working.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from bluezone.keyserver.certificate.key_source import Fetch, fetch
from bluezone.keyserver.errors import (
    AuthorityUnavailableError,
    CertificateRefusedError,
    MissingRegionError,
    UnknownAuthorityError,
)
from bluezone.keyserver.settings import Authority
from bluezone.protocol.certificate import CertificateClaims, read_jwks, verify_certificate
from bluezone.protocol.errors import InvalidCertificateError, ProtocolError
from bluezone.protocol.export import read_public_key

RETRY_S: Final = 5
"""After a failed load, publishes are refused this long without asking again."""

PublicKeys = Mapping[str, EllipticCurvePublicKey]
_PEM: Final = b"-----BEGIN"


class _OneKey(PublicKeys):
    """The key of a PEM file, which has no `kid`: it answers to every one."""

    def __init__(self, key: EllipticCurvePublicKey) -> None:
        self._key = key

    def __getitem__(self, kid: str) -> EllipticCurvePublicKey:
        del kid
        return self._key

    def __iter__(self) -> Iterator[str]:
        return iter(("*",))

    def __len__(self) -> int:
        return 1


@dataclass(slots=True)
class _Cached:
    keys: PublicKeys | None = None
    good_until: int = 0
    retry_at: int = 0
    loading: asyncio.Lock = field(default_factory=asyncio.Lock)


class AuthorityRegistry:
    """Finds a health authority by its name and verifies its certificates."""

    def __init__(
        self, authorities: Iterable[Authority], *, cache_s: int, fetch: Fetch = fetch
    ) -> None:
        self._authorities = {one.health_authority_id: one for one in authorities}
        self._cache = {name: _Cached() for name in self._authorities}
        self._cache_s = cache_s
        self._fetch = fetch

    def find(self, health_authority_id: str) -> Authority:
        """Return the authority of that name.

        Raises:
            UnknownAuthorityError: there is none.
            MissingRegionError: its keys would be exported nowhere.
        """
        authority = self._authorities.get(health_authority_id)
        if authority is None:
            raise UnknownAuthorityError("this server knows no health authority of that name")
        if not authority.region:
            raise MissingRegionError("the health authority has no region configured here")
        return authority

    async def verify(
        self, authority: Authority, token: str, *, now: int, leeway_s: int
    ) -> CertificateClaims:
        """Return the claims of a certificate of `authority`.

        Raises:
            AuthorityUnavailableError: its public keys cannot be loaded.
            CertificateRefusedError: the certificate does not hold.
        """
        keys = await self._keys_of(authority, now=now)
        try:
            return verify_certificate(
                token,
                keys=keys,
                iss=authority.issuer,
                aud=authority.audience,
                now=now,
                leeway_s=leeway_s,
            )
        except InvalidCertificateError as error:
            raise CertificateRefusedError(f"the certificate does not hold: {error}") from None

    async def _keys_of(self, authority: Authority, *, now: int) -> PublicKeys:
        cached = self._cache[authority.health_authority_id]
        if (keys := _fresh(cached, now)) is not None:
            return keys
        async with cached.loading:
            if (keys := _fresh(cached, now)) is not None:
                return keys
            if now < cached.retry_at:
                raise AuthorityUnavailableError("the authority's keys could not be loaded")
            cached.retry_at = now + RETRY_S
            cached.keys = parse_keys(await self._fetch(authority.keys))
            cached.good_until, cached.retry_at = now + self._cache_s, 0
            return cached.keys


def parse_keys(data: bytes) -> PublicKeys:
    """Return the P-256 keys of a JWKS by key id, or the one of a PEM file.

    Raises:
        AuthorityUnavailableError: neither of the two, or a key of another curve.
    """
    try:
        if data.lstrip().startswith(_PEM):
            return _OneKey(read_public_key(data))
        return read_jwks(data)
    except ProtocolError as error:
        raise AuthorityUnavailableError(f"the authority's keys are unusable: {error}") from None


def _fresh(cached: _Cached, now: int) -> PublicKeys | None:
    """Return cached keys unless they are stale, or from a clock that was set back."""
    if cached.keys is None or not now < cached.good_until:
        return None
    return cached.keys
