"""Receiving an upload: all of it dropped, or all but a few named parts.

Whatever happens in between, what was kept is overwritten when the block ends. Bytes that are
dropped belong to the ASGI server's chunk and go with it, before the next chunk is asked for.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import cast

from django.conf import settings

from bluezone.portal.appgateway.http import Request
from bluezone.portal.appgateway.uploads.heads import boundary_of
from bluezone.portal.appgateway.uploads.multipart import MultipartParser, Parts, Sinks


def drop(_name: str) -> None:
    """Keep nothing of a part."""


@asynccontextmanager
async def read_parts(
    request: Request, *, keep: Mapping[str, int], sink: Sinks = drop
) -> AsyncIterator[Parts]:
    """Read a multipart body; hand out the parts to be kept, and overwrite them at the end.

    Args:
        request: its body has not been read.
        keep: most bytes of each part that is kept, by name.
        sink: asked for every other part by its name; None drops it.

    Raises:
        BadBodyError: not multipart, too large, too slow, cut off, or a part that is kept is
            too large or came twice.
    """
    parser = MultipartParser(
        boundary_of(request.headers.get("content-type", "")), keep=keep, sink=sink
    )
    try:
        async with _streamed(request) as chunks:
            async for chunk in chunks:
                parser.feed(chunk)
                del chunk
        yield parser.finish()
    finally:
        parser.wipe()


async def drop_body(request: Request) -> None:
    """Let a body come in and go; not even its boundaries are looked for.

    Raises:
        BadBodyError: too large, too slow or cut off.
    """
    async with _streamed(request) as chunks:
        async for chunk in chunks:
            del chunk


def _streamed(request: Request) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
    """Return the body's chunks; whatever is left of them goes when the block ends."""
    chunks = request.chunks(
        limit=settings.BLUEZONE_GATEWAY_UPLOAD_BYTES,
        within_s=settings.BLUEZONE_GATEWAY_UPLOAD_SECONDS,
    )
    return aclosing(cast("AsyncGenerator[bytes, None]", chunks))
