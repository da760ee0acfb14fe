"""Both halves on SQLite, as `bluezone serve` runs them, but on the street's clock.

The portal is Django, which is set up once a process; that is why a process shows one
street. The decision that surprises: the passwords and keys here are made anew for each
street and shown on the page, so there is no secret to leak and none in the code.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from bluezone.demo.hosting import HOST
from bluezone.demo.page.visitor import Login
from bluezone.keyserver.app import create_app
from bluezone.keyserver.export.loop import open_worker
from bluezone.keyserver.export.worker import ExportWorker
from bluezone.keyserver.serve import Site
from bluezone.keyserver.settings import Authority, KeyServerSettings
from bluezone.keyserver.store.db import Store, open_store
from bluezone.protocol.export import read_public_key

USER: Final = "canbo"
"""The demo health worker's name at the desk: `cán bộ`, an official."""
_SETTINGS: Final = "bluezone.portal.settings"
_WORDS: Final = ("bien", "trang", "song", "nang", "thuyen", "xanh", "vuon", "hoa")


@dataclass(frozen=True, slots=True)
class Halves:
    """Two servers that are ready to be hosted.

    Attributes:
        sites: the portal and the key server.
        login: the demo health worker.
        device_key: what phones show to the portal.
        store: the key server's database.
        worker: its export worker.
        public_keys: what signs its files.
    """

    sites: tuple[Site, Site]
    login: Login
    device_key: str = field(repr=False)
    store: Store
    worker: ExportWorker
    public_keys: tuple[EllipticCurvePublicKey, ...]

    @property
    def portal_url(self) -> str:
        """Where the portal answers."""
        return self.sites[0].url

    @property
    def keyserver_url(self) -> str:
        """Where the key server answers."""
        return self.sites[1].url


def password(random_bytes: Callable[[int], bytes]) -> str:
    """Return a password that is easy to type: four plain words."""
    return "-".join(_WORDS[byte % len(_WORDS)] for byte in random_bytes(4))


def prepare_halves(
    home: Path,
    *,
    clock: Callable[[], int],
    portal_port: int,
    keyserver_port: int,
    language: str,
) -> Halves:
    """Create both databases and return what has to be hosted.

    Args:
        home: folder for both; nothing is written elsewhere.
        clock: the street's, Unix seconds.
        portal_port: free port for the portal.
        keyserver_port: free port for the key server.
        language: `vi` or `en`, of the demo health worker.
    """
    os.environ["BLUEZONE_HOME"] = str(home)
    os.environ["BLUEZONE_PORTAL_PUBLIC_URL"] = f"http://{HOST}:{portal_port}"
    login, device_key, portal = _portal(clock, portal_port, language)
    settings = _settings(home, portal_port, keyserver_port)
    app = create_app(settings, clock=clock)
    store = open_store(settings.resolved_database_url)
    return Halves(
        sites=(portal, Site("the key server", app, HOST, keyserver_port)),
        login=login,
        device_key=device_key,
        store=store,
        worker=open_worker(settings, store, entropy=os.urandom),
        public_keys=(read_public_key(settings.public_key_path.read_bytes()),),
    )


def _settings(home: Path, portal_port: int, keyserver_port: int) -> KeyServerSettings:
    jwks = f"http://{HOST}:{portal_port}/.well-known/jwks.json"
    authority = replace(Authority(), keys=jwks)
    return KeyServerSettings(
        home=home / "keyserver", authorities=(authority,), host=HOST, port=keyserver_port
    )


def _portal(clock: Callable[[], int], port: int, language: str) -> tuple[Login, str, Site]:
    """Set Django up, make its tables and its one account; return the site."""
    os.environ["DJANGO_SETTINGS_MODULE"] = _SETTINGS
    import django  # noqa: PLC0415 - needs the settings' name first
    from django.core.management import call_command  # noqa: PLC0415 - the same

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - models exist from here on

    from bluezone.portal import clock as portal_clock  # noqa: PLC0415 - the same
    from bluezone.portal.accounts.services import create_staff  # noqa: PLC0415 - the same
    from bluezone.portal.asgi import application  # noqa: PLC0415 - the same

    portal_clock.use(clock)
    call_command("migrate", interactive=False, verbosity=0)
    login = Login(USER, password(os.urandom))
    create_staff(login.user, login.password, display_name="Cán bộ y tế", language=language)
    device_key = (settings.BLUEZONE_KEYS_FOLDER / "device-api-key").read_text("ascii").strip()
    return login, device_key, Site("the portal", application, HOST, port, lifespan=False)
