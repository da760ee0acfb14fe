"""The files of the field app as one thing with a version: what the service worker keeps.

The version is a hash of everything that the shell is made of, so that a changed text or script
reaches each phone at its next contact, and nothing else does.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.templatetags.static import static

FOLDER: Final = Path(__file__).parent / "static" / "fieldwork"
MODULES: Final = ("app.js", "page.js", "store.js", "sync.js", "views.js", "walk.js")
FILES: Final = (*MODULES, "field.css", "icon.svg", "icon-192.png", "icon-512.png")


def addresses() -> list[str]:
    """Return where the files of the shell are, the page itself excepted."""
    return [static(f"fieldwork/{name}") for name in FILES]


def contents() -> Iterator[bytes]:
    """Yield the bytes of the files."""
    for name in FILES:
        yield (FOLDER / name).read_bytes()


def version(page: bytes) -> str:
    """Return the version of the shell whose page is `page`."""
    digest = hashlib.sha256(page)
    for content in contents():
        digest.update(content)
    return digest.hexdigest()[:16]
