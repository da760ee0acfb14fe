"""Calls of the portal's API from the command line, with an admin key.

The key comes from a file the caller names, from `BLUEZONE_PORTAL_ADMIN_KEY`, or from the file
that the first `bluezone migrate` left on this machine; never from an argument, where the
list of processes would show it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from bluezone.cli.home import home_folder
from bluezone.protocol.errors import BluezoneError

ADMIN_KEY_VARIABLE: Final = "BLUEZONE_PORTAL_ADMIN_KEY"
_TIMEOUT_S: Final = 30


class PortalCallError(BluezoneError):
    """The portal refused a call; `code` is the portal's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc] # each refusal has its own


class PortalUnreachableError(BluezoneError):
    """The portal does not answer, or not as a portal does."""

    code = "portal_unreachable"


class MissingAdminKeyError(BluezoneError):
    """There is no admin key to show."""

    code = "missing_admin_key"


@dataclass(frozen=True, slots=True)
class PortalAddress:
    """Where the portal is and which file has the key, if one was named."""

    url: str
    key_file: str | None = None


def call_portal(portal: PortalAddress, call: str, body: Mapping[str, object]) -> dict[str, object]:
    """Return the portal's answer to `call`, without its padding.

    Raises:
        MissingAdminKeyError: no key on this machine.
        PortalUnreachableError: no answer, or not JSON.
        PortalCallError: the portal refused.
    """
    headers = {"X-API-Key": _admin_key(portal.key_file)}
    try:
        answer = httpx2.post(
            f"{portal.url}/api/{call}", json=dict(body), headers=headers, timeout=_TIMEOUT_S
        )
        row = json.loads(answer.content)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise PortalUnreachableError(
            f"nothing answers at {portal.url}; start it with `bluezone serve`"
        ) from None
    except ValueError:
        raise PortalUnreachableError(f"{portal.url} does not speak as a portal does") from None
    if not isinstance(row, dict):
        raise PortalUnreachableError(f"{portal.url} does not speak as a portal does")
    row.pop("padding", None)
    if not answer.is_success:
        code = str(row.get("errorCode", "portal_error"))
        raise PortalCallError(code, str(row.get("error", "the portal refused")))
    return row


def _admin_key(key_file: str | None) -> str:
    from_environment = os.environ.get(ADMIN_KEY_VARIABLE, "")
    if from_environment and key_file is None:
        return from_environment.strip()
    path = Path(key_file) if key_file else home_folder() / "portal" / "keys" / "admin-api-key"
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise MissingAdminKeyError(
            f"no admin key; set {ADMIN_KEY_VARIABLE}, or run `bluezone migrate` on the "
            "portal's machine"
        ) from None
