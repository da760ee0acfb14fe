"""Unit paths in addresses."""

from bluezone.portal.units.paths import PATH_PATTERN


class UnitPathConverter:
    """A unit's path, such as `vn2020.30.288`; nothing else fits."""

    regex = PATH_PATTERN

    def to_python(self, value: str) -> str:
        """Return the path."""
        return value

    def to_url(self, value: str) -> str:
        """Return the path."""
        return value
