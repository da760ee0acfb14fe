"""Which store fits a visitor's phone, and where the app is in each.

The browser says what it is; nothing of it is kept. Where it says nothing useful (computers,
iPads that pretend to be computers, phones without either store) all stores are shown alike.
The links are the operator's: a wrong default would send a whole country to a copycat.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings


class Device(StrEnum):
    """What a visitor holds, as far as it matters here."""

    ANDROID = "android"
    IOS = "ios"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Store:
    """A store and the app's address in it, empty while the operator has set none."""

    device: Device
    name: str
    url: str


def device_of(user_agent: str) -> Device:
    """Return what the header User-Agent speaks of."""
    said = user_agent.casefold()
    # Phones of Windows and KaiOS name the others to be let into their pages.
    if "windows phone" in said or "kaios" in said or "tizen" in said:
        return Device.OTHER
    if "iphone" in said or "ipad" in said or "ipod" in said:
        return Device.IOS
    return Device.ANDROID if "android" in said else Device.OTHER


def stores(device: Device) -> list[Store]:
    """Return all stores, the one that fits `device` first."""
    found = [
        Store(Device.ANDROID, "Google Play", settings.BLUEZONE_STORE_ANDROID_URL),
        Store(Device.IOS, "App Store", settings.BLUEZONE_STORE_IOS_URL),
    ]
    return sorted(found, key=lambda store: store.device != device)
