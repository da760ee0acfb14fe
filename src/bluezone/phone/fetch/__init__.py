"""Fetch signed diagnosis-key files: only new ones, only signed by keys we know."""

from bluezone.phone.fetch.fetcher import Fetcher, FetchReport, RefusedFile, VerifiedFile
from bluezone.phone.fetch.settings import FetchSettings
from bluezone.phone.fetch.state import FetchState

__all__ = [
    "FetchReport",
    "FetchSettings",
    "FetchState",
    "Fetcher",
    "RefusedFile",
    "VerifiedFile",
]
