"""`migrate`, and what must exist before and after the tables: folder, secrets, first API keys."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate

from bluezone.portal import chance, clock, secret_files
from bluezone.portal.verification.api_keys import ensure_default_keys


class Command(migrate.Command):
    """Create or update the portal's tables; the first time also its secrets and API keys."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Make the folder first: Django's own checks ask the database what it can do."""
        settings.BLUEZONE_PORTAL_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's own command between our two steps; can be repeated."""
        if options.get("plan") or options.get("check_unapplied"):
            super().handle(*args, **options)
            return
        folder = settings.BLUEZONE_KEYS_FOLDER
        secret_files.make_missing(folder, chance.SYSTEM)
        settings.SECRET_KEY = secret_files.secret(folder, secret_files.DJANGO).hex()
        super().handle(*args, **options)
        if not options.get("app_label") and options.get("database") == "default":
            ensure_default_keys(folder, now=clock.now(), rng=chance.SYSTEM)
