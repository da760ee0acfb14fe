"""Settings from the environment: `BLUEZONE_PORTAL_<NAME>`, each read with its type.

A wrong value stops the start with the variable's name, never with its value: it may be a
secret.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bluezone.portal.errors import InvalidSettingError

PREFIX: Final = "BLUEZONE_PORTAL_"
_WORDS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def text(name: str, default: str) -> str:
    """Return the variable `BLUEZONE_PORTAL_<name>`, or `default` where it is not set."""
    return os.environ.get(PREFIX + name, default)


def flag(name: str, *, default: bool) -> bool:
    """Return a yes-or-no variable: 1, true, yes, 0, false or no.

    Raises:
        InvalidSettingError: any other word.
    """
    value = text(name, "")
    if not value:
        return default
    if value.lower() not in _WORDS:
        raise InvalidSettingError(f"{PREFIX}{name} must be 1 or 0")
    return _WORDS[value.lower()]


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number between `low` and `high`, both allowed.

    Raises:
        InvalidSettingError: no number, or out of range.
    """
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise InvalidSettingError(f"{PREFIX}{name} must be a whole number from {low} to {high}")
    return int(value)


def words(name: str, default: str) -> list[str]:
    """Return a comma-separated variable as a list without empty parts."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def choices(name: str, default: str, *, allowed: Collection[str]) -> frozenset[str]:
    """Return a comma-separated variable as a set of words, each one of `allowed`; `none` is empty.

    Raises:
        InvalidSettingError: another word.
    """
    chosen = frozenset(words(name, default)) - {"none"}
    if not chosen <= frozenset(allowed):
        raise InvalidSettingError(f"{PREFIX}{name} may name: none, {', '.join(allowed)}")
    return chosen


def host_of(url: str) -> str:
    """Return the host name in the portal's public address.

    Raises:
        InvalidSettingError: it is no http or https address.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidSettingError(f"{PREFIX}PUBLIC_URL must be http://… or https://…")
    return f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname


def home() -> Path:
    """Return the portal's folder: `portal/` below `BLUEZONE_HOME` (default `~/.bluezone`)."""
    root = os.environ.get("BLUEZONE_HOME", "")
    return (Path(root) if root else Path.home() / ".bluezone") / "portal"
