"""Get the public keys of a health authority from a URL or a file.

A JWKS is asked for over HTTP with a short time limit and a size limit; redirects are not
followed, because an authority's keys must come from where the operator said.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import httpx2

from bluezone.keyserver.errors import AuthorityUnavailableError

Fetch = Callable[[str], Awaitable[bytes]]
"""Returns the bytes at a URL or in a file; `AuthorityUnavailableError` when it cannot."""

TIMEOUT_S: Final = 10.0
MAX_BYTES: Final = 256 * 1024


async def fetch(source: str) -> bytes:
    """Return what lies at `source`.

    Raises:
        AuthorityUnavailableError: no answer in time, another status than 200, too long, or
            no such file.
    """
    if source.startswith(("http://", "https://")):
        return await _fetch_url(source)
    try:
        data = await asyncio.to_thread(Path(source).read_bytes)
    except OSError:
        raise AuthorityUnavailableError("the file with the authority's keys is missing") from None
    return _limited(data)


async def _fetch_url(url: str) -> bytes:
    try:
        async with (
            httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as web,
            web.stream("GET", url) as response,
        ):
            if response.status_code != 200:
                raise AuthorityUnavailableError(
                    f"the authority's keys answered with status {response.status_code}"
                )
            data = b""
            async for part in response.aiter_bytes():
                data = _limited(data + part)
            return data
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise AuthorityUnavailableError("the authority's keys cannot be reached") from None


def _limited(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise AuthorityUnavailableError(f"the authority's keys are longer than {MAX_BYTES} bytes")
    return data
