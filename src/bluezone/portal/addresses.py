"""From where a request comes.

The address is used for counting tries only, as an HMAC, and is never stored. Behind proxies
of our own the header X-Forwarded-For is believed for as many hops as there are proxies
(`BLUEZONE_PORTAL_TRUSTED_PROXIES`), and not at all by default: anybody can write it.
"""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address of whoever speaks to the outermost proxy of ours."""
    hops = settings.BLUEZONE_TRUSTED_PROXIES
    direct: str = request.META.get("REMOTE_ADDR") or "unknown"
    if not hops:
        return direct
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return said[-hops] if len(said) >= hops and said[-hops] else direct
