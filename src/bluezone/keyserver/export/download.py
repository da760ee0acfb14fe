"""`GET /export/...`: the files for phones, as a CDN wants them.

A file never changes under its name (long, immutable), an index lives minutes. ETags are the
object store's own: strong, and new with every write. Only names that the worker could have
written are looked up; everything else is 404 before the object store is asked.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bluezone.keyserver.errors import ObjectStoreError
from bluezone.keyserver.export.objects import INDEX_CACHE, cache, content_type

if TYPE_CHECKING:  # names of type stubs: they do not exist at run time
    from obstore import GetResult, ObjectMeta

Endpoint = Callable[[Request], Awaitable[Response]]
_SEGMENT: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_NAME: Final = re.compile(rf"({_SEGMENT}/)+({_SEGMENT}\.zip|index\.txt)", re.ASCII)
MAX_PATH: Final = 255


def download_endpoint(objects: ObjectStore) -> Endpoint:
    """Return the endpoint for files and indexes; answers GET and HEAD."""

    async def download(request: Request) -> Response:
        path = request.path_params["path"]
        if len(path) > MAX_PATH or not _NAME.fullmatch(path):
            raise HTTPException(404)
        found = await _get(objects, path)
        headers = _headers(path, found.meta)
        if not_modified(request, headers["etag"], found.meta["last_modified"]):
            return Response(status_code=304, headers=headers)
        headers["content-length"] = str(found.meta["size"])
        if request.method == "HEAD":
            return Response(headers=headers, media_type=content_type(path))
        return StreamingResponse(_chunks(found), headers=headers, media_type=content_type(path))

    return download


def public_key_endpoint(pem: bytes) -> Endpoint:
    """Return the endpoint that shows the public key of the files."""
    etag = f'"{hashlib.sha256(pem).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": INDEX_CACHE, "x-content-type-options": "nosniff"}

    async def public_key(request: Request) -> Response:
        if _names(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        return Response(pem, headers=headers, media_type="application/x-pem-file")

    return public_key


def not_modified(request: Request, etag: str, modified: datetime) -> bool:
    """Return whether the client holds this version (RFC 9110, 13.2.2)."""
    if (wanted := request.headers.get("if-none-match")) is not None:
        return _names(wanted, etag)
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return modified.replace(microsecond=0) <= since.replace(tzinfo=since.tzinfo or UTC)
    except (ValueError, TypeError, OverflowError):
        return False


def _names(wanted: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    return etag in tags or tags == {"*"}


async def _get(objects: ObjectStore, path: str) -> "GetResult":
    try:
        return await obstore.get_async(objects, path)
    except FileNotFoundError:
        raise HTTPException(404) from None
    except (BaseError, OSError) as error:
        raise ObjectStoreError(f"cannot read an object: {type(error).__name__}") from None


def _headers(path: str, meta: "ObjectMeta") -> dict[str, str]:
    modified = meta["last_modified"].astimezone(UTC)
    etag = meta["e_tag"] or f'"{int(modified.timestamp() * 1e6):x}-{meta["size"]:x}"'
    return {
        "etag": etag.removeprefix("W/"),
        "last-modified": format_datetime(modified, usegmt=True),
        "cache-control": cache(path),
        "x-content-type-options": "nosniff",
    }


async def _chunks(found: "GetResult") -> AsyncIterator[bytes]:
    async for chunk in found.stream():
        yield bytes(chunk)
