"""Settings from environment variables; each name is in `docs/validation-rules.md`.

`BLUEZONE_KEYSERVER_<FIELD>` for a field of `KeyServerSettings`, `PublishLimits` or (one
authority) `Authority`, `BLUEZONE_KEYSERVER_EXPORT_<FIELD>` for one of `ExportSettings`. An
unknown name is refused: a misspelt limit would silently not limit.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from bluezone.keyserver.errors import SettingsError
from bluezone.keyserver.settings import (
    Authority,
    ExportSettings,
    KeyServerSettings,
    PublishLimits,
)

PREFIX: Final = "BLUEZONE_KEYSERVER_"
EXPORT_PREFIX: Final = "BLUEZONE_KEYSERVER_EXPORT_"
AUTHORITIES_FILE: Final = "BLUEZONE_KEYSERVER_AUTHORITIES_FILE"
AUTHORITY_KEYS: Final = "BLUEZONE_KEYSERVER_AUTHORITY_KEYS"
_AUTHORITY_NAMES: Final = {
    "HEALTH_AUTHORITY_ID": "health_authority_id",
    "CERTIFICATE_ISSUER": "issuer",
    "CERTIFICATE_AUDIENCE": "audience",
    "AUTHORITY_KEYS": "keys",
    "REGION": "region",
}
_SERVER_FIELDS: Final = (
    "database_url",
    "export_url",
    "host",
    "port",
    "jwks_cache_s",
    "export_every_s",
)


def bluezone_home(environ: Mapping[str, str]) -> Path:
    """Return the folder of all rooms: `BLUEZONE_HOME`, or `~/.bluezone`."""
    return Path(environ.get("BLUEZONE_HOME") or Path.home() / ".bluezone").absolute()


def load_settings(environ: Mapping[str, str]) -> KeyServerSettings:
    """Return the settings that the environment asks for, defaults for the rest.

    Raises:
        SettingsError: a name is unknown or a value malformed.
    """
    known = {EXPORT_PREFIX + name.upper() for name in _names(ExportSettings)}
    known |= {PREFIX + name.upper() for name in (*_names(PublishLimits), *_SERVER_FIELDS)}
    known |= {PREFIX + name for name in _AUTHORITY_NAMES} | {AUTHORITIES_FILE}
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(f"{name} is not a setting of the key server")
    server = {name: environ.get(PREFIX + name.upper()) for name in _SERVER_FIELDS}
    return KeyServerSettings(
        home=bluezone_home(environ) / "keyserver",
        authorities=_authorities(environ),
        limits=PublishLimits(**_numbers(PublishLimits, environ, PREFIX)),
        export=ExportSettings(**_numbers(ExportSettings, environ, EXPORT_PREFIX)),
        **_typed(KeyServerSettings, server, PREFIX),
    )


def _names(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind)]


def _numbers(kind: type[Any], environ: Mapping[str, str], prefix: str) -> dict[str, Any]:
    asked = {name: environ.get(prefix + name.upper()) for name in _names(kind)}
    return _typed(kind, asked, prefix)


def _typed(kind: type[Any], asked: Mapping[str, str | None], prefix: str) -> dict[str, Any]:
    """Return the values that were given, each in the type of its field."""
    types = {field.name: field.type for field in fields(kind)}
    values: dict[str, Any] = {}
    for name, text in asked.items():
        if not text:
            continue
        if types[name] is int:
            if not (text.isascii() and text.isdigit()):
                raise SettingsError(f"{prefix}{name.upper()} is not a whole number")
            values[name] = int(text)
        else:
            values[name] = text
    return values


def _authorities(environ: Mapping[str, str]) -> tuple[Authority, ...]:
    path = environ.get(AUTHORITIES_FILE)
    if path:
        return _read_authorities(Path(path))
    given = {name: environ.get(PREFIX + key) for key, name in _AUTHORITY_NAMES.items()}
    return (Authority(**{name: text for name, text in given.items() if text is not None}),)


def _read_authorities(path: Path) -> tuple[Authority, ...]:
    """Read a JSON list of objects with the fields of `Authority`."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        authorities = tuple(Authority(**row) for row in rows)
    except OSError:
        raise SettingsError(f"{AUTHORITIES_FILE}: cannot read {path.name}") from None
    except (ValueError, TypeError):
        raise SettingsError(
            f"{AUTHORITIES_FILE}: expected a JSON list of objects with the members "
            + ", ".join(_names(Authority))
        ) from None
    if not authorities or len({one.health_authority_id for one in authorities}) != len(authorities):
        raise SettingsError(f"{AUTHORITIES_FILE}: no authority, or one name twice")
    return authorities
