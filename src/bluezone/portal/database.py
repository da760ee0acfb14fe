"""Where the portal's tables lie: SQLite by default, PostgreSQL by its address.

The SQLite options make it honest: write-ahead log, every commit on the disk before it is
acknowledged (`synchronous=FULL`), and every transaction takes the write lock at once, so
that reading and then writing inside one cannot lose an update.
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from bluezone.portal.errors import InvalidSettingError

SQLITE_OPTIONS: Final[dict[str, object]] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
}


def database_from_url(url: str, *, home: Path) -> dict[str, Any]:
    """Return Django's description of the database.

    Args:
        url: empty for SQLite in `home`, or `postgresql://user:password@host:port/name`.
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
    parts = urlsplit(url)
    if parts.scheme != "postgresql" or not parts.path.strip("/"):
        raise InvalidSettingError(
            "BLUEZONE_PORTAL_DATABASE_URL must be postgresql://user:password@host:port/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
    }
