"""The two identifier schemes, by the names that every room uses for them."""

from enum import StrEnum


class Scheme(StrEnum):
    """Which identifier scheme an identifier, a key or an export belongs to."""

    EN = "en"
    BLUEZONE = "bluezone"
