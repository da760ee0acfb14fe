"""`GET /health`: alive, and able to write.

The write is real (a counter), because a full disk or a read-only mount shows only there. Its
result is kept a few seconds, so that asking often costs nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bluezone.keyserver.last_resort import error_response
from bluezone.keyserver.store.db import Store

_PROBE: Final = text("UPDATE write_probe SET counter = counter + 1 WHERE probe_id = 1")
KEEP_S: Final = 5


def health_endpoint(
    store: Store, clock: Callable[[], int]
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint; 200 `{"status": "ok"}`, or 503 when writes fail."""
    lock = asyncio.Lock()
    checked_at: int | None = None
    writable = False

    async def health(_: Request) -> Response:
        nonlocal checked_at, writable
        async with lock:
            now = clock()
            if checked_at is None or not 0 <= now - checked_at < KEEP_S:
                writable = await asyncio.to_thread(_can_write, store.writes)
                checked_at = now
        if not writable:
            return error_response(503, "internal_error", "the database does not take writes")
        return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})

    return health


def _can_write(engine: Engine) -> bool:
    try:
        with engine.begin() as db:
            return db.execute(_PROBE).rowcount == 1
    except SQLAlchemyError:
        return False
