"""The four files as they are sent: made and checked once, then only bytes.

Source: spec/bluezone-wire.md 3.1 and 3.2. Phones wait one second for some of them. A wrong file
of the operator stops the portal's start; it is never half used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

import msgspec
from django.conf import settings

from bluezone.portal.appgateway.files.config_file import config_file
from bluezone.portal.appgateway.files.faq_file import faq_file, turn_contact
from bluezone.portal.appgateway.files.sources import Sources, contents
from bluezone.portal.appgateway.files.text_file import text_file
from bluezone.portal.appgateway.files.version_file import version_file

VERSION: Final = "versionApp"
CONFIG: Final = "configApp"
TEXTS: Final = "resourceApp"
FAQ: Final = "dataFAQ"
NAMES: Final = (VERSION, CONFIG, TEXTS, FAQ)


@dataclass(frozen=True, slots=True)
class Document:
    """A file: its members, its bytes, and its entity tag."""

    members: Mapping[str, object]
    body: bytes
    etag: str


def current() -> Mapping[str, Document]:
    """Return the files by name, as this portal's settings say."""
    return build(
        Sources(
            settings.BLUEZONE_GATEWAY_FILES,
            settings.BLUEZONE_PUBLIC_URL,
            store_android=settings.BLUEZONE_STORE_ANDROID_URL,
            store_ios=settings.BLUEZONE_STORE_IOS_URL,
        )
    )


@lru_cache(maxsize=8)
def build(sources: Sources) -> Mapping[str, Document]:
    """Return the files by name.

    Raises:
        AppFilesError: the operator's file says something that phones must not get.
    """
    said = contents(sources)
    return {
        VERSION: _document(version_file(said, sources)),
        CONFIG: _document(config_file(said, sources, turn_contact(said))),
        TEXTS: _document(text_file(said)),
        FAQ: _document(faq_file(said, public_url=sources.public_url)),
    }


def _document(members: Mapping[str, object]) -> Document:
    body = msgspec.json.encode(members)
    return Document(members, body, f'"{sha256(body).hexdigest()[:32]}"')
