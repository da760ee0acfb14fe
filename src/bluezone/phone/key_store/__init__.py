"""This phone's own keys of both schemes, for the last 14 days."""

from bluezone.phone.key_store.own_keys import Advertised, OwnKeys
from bluezone.phone.key_store.store import KeyStore, RandomBytes

__all__ = ["Advertised", "KeyStore", "OwnKeys", "RandomBytes"]
