"""Links in the files: to pages of our own, or to the app in the stores, and nowhere else.

Source: spec/bluezone-wire.md W14, W25 and W26: the published app opens whatever these files say,
in a view with scripts. So a file says where a link leads (`/questions/`, `store:ios`), never the
address itself. A store whose address the operator has not set becomes our own install page.
"""

import re
from typing import Final

from bluezone.portal.appgateway.files.checking import Rule
from bluezone.portal.appgateway.files.sources import Sources

INSTALL: Final = "/install/"
STORE_ANDROID: Final = "store:android"
STORE_IOS: Final = "store:ios"
_PATH: Final = re.compile(r"/(?!/)[A-Za-z0-9/._~%?&=#-]{0,200}")


def is_link(value: object) -> bool:
    """Tell whether `value` is a path of ours, one of the stores, or empty."""
    if not isinstance(value, str):
        return False
    return value in {"", STORE_ANDROID, STORE_IOS} or bool(_PATH.fullmatch(value))


RULE: Final = Rule(
    is_link, "a path on our own host (/questions/), store:android, store:ios, or empty"
)


def address(link: str, sources: Sources) -> str:
    """Return the address that a link of the file stands for."""
    stores = {STORE_ANDROID: sources.store_android, STORE_IOS: sources.store_ios}
    if link in stores:
        return stores[link] or sources.public_url + INSTALL
    return sources.public_url + link if link else ""
