"""Where the portal's tables lie: SQLite by default, PostgreSQL by its address.

The SQLite options make it honest: write-ahead log, every commit on the disk before it is
acknowledged (`synchronous=FULL`), and every transaction takes the write lock at once, so
that reading and then writing inside one cannot lose an update.
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from bluezone.portal.errors import InvalidSettingError

SQLITE_OPTIONS: Final[dict[str, object]] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
}

CONNECT_TIMEOUT_S: Final = 10
"""A server that does not answer is reported, not waited for."""

_LIBPQ_OPTIONS: Final = frozenset(
    {
        "application_name",
        "channel_binding",
        "connect_timeout",
        "gssencmode",
        "passfile",
        "require_auth",
        "sslcert",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
    }
)


def database_from_url(url: str, *, home: Path) -> dict[str, Any]:
    """Return Django's description of the database.

    Args:
        url: empty for SQLite in `home`, or `postgresql://user:password@host:port/name`; after
            a `?` libpq's options, such as `sslmode=verify-full`, and `host=/folder` for the
            folder of a socket on this machine.
        home: the portal's folder.

    Raises:
        InvalidSettingError: another kind of address.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / "portal.sqlite3",
            "OPTIONS": dict(SQLITE_OPTIONS),
        }
    try:
        return _postgresql(url)
    except ValueError:
        raise InvalidSettingError(
            "BLUEZONE_PORTAL_DATABASE_URL must be postgresql://user:password@host:port/name, "
            "after a ? perhaps host=/folder or options such as sslmode=verify-full"
        ) from None


def _postgresql(url: str) -> dict[str, Any]:
    """Raise ValueError for what is no such address."""
    parts = urlsplit(url)
    name = unquote(parts.path.strip("/"))
    options: dict[str, Any] = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    host = options.pop("host", "") or parts.hostname or ""
    if parts.scheme != "postgresql" or not name or not options.keys() <= _LIBPQ_OPTIONS:
        raise ValueError
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": CONNECT_TIMEOUT_S, **options},
    }
