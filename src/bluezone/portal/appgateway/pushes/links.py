"""Links in pushes: to pages of our own only.

Source: spec/bluezone-wire.md 4.1 and W26: a published phone opens a link in a view of its own
with scripts, cookies and the place where it is. So the address begins with our public one, to
the letter, and what follows holds nothing that two readers of addresses could read differently.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from bluezone.portal.appgateway.pushes.errors import PushInvalidError

CHARACTERS: Final = 300
_REST: Final = re.compile(r"/[A-Za-z0-9/._~%?&=#,;:+!*'()-]*")
_HOST: Final = re.compile(r"[A-Za-z0-9.:\[\]-]+")


def check_link(link: object) -> None:
    """Check a link.

    Raises:
        PushInvalidError: not https, or not on our own public host.
    """
    own = urlsplit(str(settings.BLUEZONE_PUBLIC_URL)).netloc
    start = f"https://{own}"
    if not isinstance(link, str) or len(link) > CHARACTERS or not _HOST.fullmatch(own):
        raise PushInvalidError(f"a link is not a text of at most {CHARACTERS} characters")
    if not link.startswith(f"{start}/") or not _REST.fullmatch(link.removeprefix(start)):
        raise PushInvalidError("a link does not lead to a page on our own public host")
