"""The way to the phones that the settings name; kept, so that its connections are."""

from functools import lru_cache
from typing import Final

from django.conf import settings

from bluezone.portal.appgateway.pushes.fcm import Fcm
from bluezone.portal.appgateway.pushes.fcm_auth import SAFE, access_from_file
from bluezone.portal.appgateway.pushes.provider import Provider, ShownHere
from bluezone.portal.errors import InvalidSettingError

OUTBOX: Final = "outbox"
FCM: Final = "fcm"


def only_shown() -> bool:
    """Return whether pushes are shown in the portal and sent to nobody."""
    return str(settings.BLUEZONE_GATEWAY_PUSH_PROVIDER) == OUTBOX


def current_provider() -> Provider:
    """Return the provider that the settings name.

    Raises:
        InvalidSettingError: no such provider, or its address or account is not usable.
        UnsafeSecretError: others can read the account's file.
    """
    if only_shown():
        return ShownHere()
    if settings.BLUEZONE_GATEWAY_PUSH_PROVIDER == FCM:
        return _fcm(
            settings.BLUEZONE_GATEWAY_FCM_CREDENTIALS,
            settings.BLUEZONE_GATEWAY_FCM_URL,
            settings.BLUEZONE_GATEWAY_FCM_CONNECTIONS,
        )
    raise InvalidSettingError("BLUEZONE_PORTAL_GATEWAY_PUSH_PROVIDER must be outbox or fcm")


@lru_cache(maxsize=4)
def _fcm(credentials: str, url: str, connections: int) -> Fcm:
    if not f"{url}/".startswith(SAFE):
        raise InvalidSettingError("BLUEZONE_PORTAL_GATEWAY_FCM_URL must begin with https://")
    return Fcm(access_from_file(credentials), url=url, connections=connections)
