"""The object store that holds the files: a local folder, memory, or any S3-like service.

All of it goes through obstore, so that a cloud store is a URL in the settings. A put is
atomic: a reader sees the old object or the new one.
"""

from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from bluezone.keyserver.errors import ObjectStoreError
from bluezone.keyserver.settings import KeyServerSettings

_FILE_URL: Final = "file://"
INDEX_TYPE: Final = "text/plain; charset=us-ascii"
ZIP_TYPE: Final = "application/zip"
FILE_CACHE: Final = "public, max-age=1209600, immutable"
"""A file never changes under its name and lives 336 hours."""

INDEX_CACHE: Final = "public, max-age=300"


def open_objects(settings: KeyServerSettings) -> ObjectStore:
    """Return the object store of the settings; a local folder is created."""
    url = settings.export_url
    if not url or url.startswith(_FILE_URL):
        folder = Path(url.removeprefix(_FILE_URL)) if url else settings.home / "export"
        return LocalStore(folder, mkdir=True)
    return from_url(url)


def put_object(objects: ObjectStore, path: str, data: bytes) -> None:
    """Write `data` under `path`, in one piece.

    Raises:
        ObjectStoreError: it is not written.
    """
    local = isinstance(objects, LocalStore)  # a folder keeps no headers: ours are set on serving
    headers = {"Content-Type": content_type(path), "Cache-Control": cache(path)}
    try:
        obstore.put(objects, path, data, attributes=None if local else headers, use_multipart=False)
    except (BaseError, OSError) as error:
        raise ObjectStoreError(f"cannot write {path}: {type(error).__name__}") from None


def delete_object(objects: ObjectStore, path: str) -> None:
    """Delete what lies under `path`; nothing there is no fault.

    Raises:
        ObjectStoreError: it may still be there.
    """
    try:
        obstore.delete(objects, path)
    except FileNotFoundError:
        return
    except (BaseError, OSError) as error:
        raise ObjectStoreError(f"cannot delete {path}: {type(error).__name__}") from None


def content_type(path: str) -> str:
    """Return the media type of an object."""
    return ZIP_TYPE if path.endswith(".zip") else INDEX_TYPE


def cache(path: str) -> str:
    """Return the Cache-Control of an object: files for ever, the index for minutes."""
    return FILE_CACHE if path.endswith(".zip") else INDEX_CACHE
