"""The key server as one ASGI application.

Publish, withdraw, download, health. Nothing here logs an address, a header or a time of a request.
"""

import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from bluezone.keyserver.certificate.authority import AuthorityRegistry
from bluezone.keyserver.certificate.key_source import Fetch, fetch
from bluezone.keyserver.export.download import download_endpoint, public_key_endpoint
from bluezone.keyserver.export.objects import open_objects
from bluezone.keyserver.health import health_endpoint
from bluezone.keyserver.last_resort import LastResort, http_error
from bluezone.keyserver.prepare import prepare_embedded
from bluezone.keyserver.publish.handler import publish_endpoint
from bluezone.keyserver.publish.reply import Entropy
from bluezone.keyserver.publish.request import DayKeyPublishRequest, PublishRequest
from bluezone.keyserver.publish.revision_token import TokenSealer
from bluezone.keyserver.publish.service import PublishService, PublishWriter
from bluezone.keyserver.publish.store import insert_publishes
from bluezone.keyserver.settings import KeyServerSettings
from bluezone.keyserver.signing_key import open_signer, public_pem
from bluezone.keyserver.store.db import Store, open_store
from bluezone.keyserver.withdraw.handler import withdraw_endpoint
from bluezone.keyserver.withdraw.service import MinuteLimit, WithdrawService, WithdrawWriter
from bluezone.keyserver.withdraw.store import withdraw_all
from bluezone.protocol.scheme import Scheme

Clock = Callable[[], int]


def wall_clock() -> int:
    """Return Unix seconds UTC."""
    return int(time.time())


def create_app(
    settings: KeyServerSettings,
    *,
    clock: Clock = wall_clock,
    entropy: Entropy = os.urandom,
    load_keys: Fetch = fetch,
) -> Starlette:
    """Return the application; embedded databases are created or updated first.

    Args:
        settings: see `KeyServerSettings`.
        clock: returns Unix seconds UTC.
        entropy: returns random bytes: padding, nonces.
        load_keys: gets the keys of a health authority from its URL or file.

    Raises:
        SettingsError: a key of the server is missing or unusable.
    """
    prepare_embedded(settings, entropy=entropy)
    store = open_store(settings.resolved_database_url)
    writer: PublishWriter = PublishWriter(partial(insert_publishes, store.writes))
    service = PublishService(
        limits=settings.limits,
        authorities=AuthorityRegistry(
            settings.authorities, cache_s=settings.jwks_cache_s, fetch=load_keys
        ),
        sealer=TokenSealer.open(settings.sealing_key_path),
        writer=writer,
        clock=clock,
        entropy=entropy,
    )
    withdrawing = WithdrawService(
        limits=settings.limits,
        sealer=service.sealer,
        writer=WithdrawWriter(partial(withdraw_all, store)),
        clock=clock,
        entropy=entropy,
        limit=MinuteLimit(settings.limits.withdrawals_per_minute),
    )
    routes = _routes(settings, service, store, clock) + _withdraw_routes(withdrawing)
    return Starlette(
        routes=routes,
        middleware=[Middleware(LastResort)],
        exception_handlers={HTTPException: http_error},
        lifespan=_lifespan([writer, withdrawing.writer], store),
    )


def _routes(
    settings: KeyServerSettings, service: PublishService, store: Store, clock: Clock
) -> list[Route]:
    return [
        Route("/v1/publish", publish_endpoint(service, PublishRequest), methods=["POST"]),
        Route(
            "/bluezone/v1/publish",
            publish_endpoint(service, DayKeyPublishRequest),
            methods=["POST"],
        ),
        Route(
            "/export/public-key.pem",
            public_key_endpoint(public_pem(open_signer(settings))),
            methods=["GET"],
        ),
        Route("/export/{path:path}", download_endpoint(open_objects(settings)), methods=["GET"]),
        Route("/health", health_endpoint(store, clock), methods=["GET"]),
    ]


def _withdraw_routes(service: WithdrawService) -> list[Route]:
    paths = {"/v1/withdraw": Scheme.EN, "/bluezone/v1/withdraw": Scheme.BLUEZONE}
    return [
        Route(path, withdraw_endpoint(service, scheme), methods=["POST"])
        for path, scheme in paths.items()
    ]


def _lifespan(
    writers: Sequence[PublishWriter | WithdrawWriter], store: Store
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        for writer in writers:
            writer.close()
        store.close()

    return lifespan
