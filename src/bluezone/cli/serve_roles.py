"""What `bluezone serve` starts for each role, and how the roles find each other."""

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from bluezone.keyserver.environment import (
    AUTHORITIES_FILE,
    AUTHORITY_KEYS,
    load_settings,
)
from bluezone.keyserver.hosting import Site, check_port, serve_sites
from bluezone.keyserver.settings import KeyServerSettings

JWKS_PATH: Final = "/.well-known/jwks.json"
PORTAL_EVERY_S: Final = 5
"""How long a message may wait for its first try."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run.

    Attributes:
        roles: some of `keyserver`, `export`, `portal`.
        host: address to listen on.
        portal_port: port of the portal.
        keyserver_port: port of the key server.
    """

    roles: frozenset[str]
    host: str
    portal_port: int
    keyserver_port: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """Roles that are ready to run: databases migrated, applications built, ports free."""

    settings: KeyServerSettings
    sites: tuple[Site, ...]
    export: bool
    portal: bool

    def addresses(self) -> list[tuple[str, str]]:
        """Return the name and the address of every role."""
        folder = self.settings.export_url or (self.settings.home / "export").as_uri()
        rows = [(site.name, site.url) for site in self.sites]
        return [*rows, ("export", folder)] if self.export else rows


def prepare_plan(plan: Plan) -> Prepared:
    """Build what `plan` needs; Django's part cannot be done inside an event loop.

    Raises:
        BluezoneError: a port is taken or a setting is wrong.
    """
    settings = _settings(plan)
    sites = []
    if "portal" in plan.roles:
        check_port("the portal", plan.host, plan.portal_port)
        sites.append(_portal(plan))
    if "keyserver" in plan.roles:
        check_port("the key server", plan.host, plan.keyserver_port)
        from bluezone.cli.serve_keyserver import keyserver_app  # noqa: PLC0415 - only its role

        sites.append(Site("keyserver", keyserver_app(settings), plan.host, plan.keyserver_port))
    if "export" in plan.roles:
        from bluezone.cli.serve_keyserver import prepare_export  # noqa: PLC0415 - only its role

        prepare_export(settings)
    return Prepared(
        settings,
        tuple(sites),
        export="export" in plan.roles,
        portal="portal" in plan.roles,
    )


async def run_prepared(prepared: Prepared, stopped: asyncio.Event) -> None:
    """Run every role until `stopped` is set, then finish what is under way.

    Raises:
        ServerError: a server ended by itself.
    """
    background = []
    if prepared.export:
        background.append(asyncio.create_task(_export(prepared.settings, stopped)))
    if prepared.portal:
        background.append(asyncio.create_task(_portal_work(stopped)))
    try:
        if prepared.sites:
            await serve_sites(prepared.sites, stopped)
        await stopped.wait()
    finally:
        stopped.set()
        await asyncio.gather(*background)


def _settings(plan: Plan) -> KeyServerSettings:
    """Return the key server's settings; by default its authority is the portal beside it."""
    settings = load_settings(os.environ)
    settings = replace(settings, host=plan.host, port=plan.keyserver_port)
    if os.environ.get(AUTHORITY_KEYS) or os.environ.get(AUTHORITIES_FILE):
        return settings
    url = f"http://127.0.0.1:{plan.portal_port}{JWKS_PATH}"
    ours = tuple(replace(authority, keys=url) for authority in settings.authorities)
    return replace(settings, authorities=ours)


async def _export(settings: KeyServerSettings, stopped: asyncio.Event) -> None:
    from bluezone.cli.serve_keyserver import run_export_loop  # noqa: PLC0415 - only its role

    await run_export_loop(settings, stopped)


async def _portal_work(stopped: asyncio.Event) -> None:
    """Send the portal's messages and forget what is over, again and again."""
    from bluezone.cli.serve_portal import portal_round  # noqa: PLC0415 - Django: only for its role

    while not stopped.is_set():
        await asyncio.to_thread(portal_round)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), PORTAL_EVERY_S)


def _portal(plan: Plan) -> Site:
    """Return the portal; its embedded database is created or updated first, another checked."""
    os.environ.setdefault("BLUEZONE_PORTAL_PUBLIC_URL", f"http://127.0.0.1:{plan.portal_port}")
    beside = f"http://127.0.0.1:{plan.keyserver_port}"
    os.environ.setdefault("BLUEZONE_PORTAL_GATEWAY_KEY_SERVER_URL", beside)
    from bluezone.cli.migrate import migrate_portal  # noqa: PLC0415 - Django: only for its role

    embedded = _portal_is_embedded()
    if embedded:
        migrate_portal()
    from bluezone.portal.asgi import application  # noqa: PLC0415 - the same
    from bluezone.portal.preparing import check_tables  # noqa: PLC0415 - the same

    if not embedded:
        check_tables()

    return Site("portal", application, plan.host, plan.portal_port, lifespan=False)


def _portal_is_embedded() -> bool:
    return os.environ.get("BLUEZONE_PORTAL_DATABASE_URL", "").partition(":")[0] in {"", "sqlite"}
