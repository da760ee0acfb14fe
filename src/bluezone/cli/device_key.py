"""The portal's device key for phones: from the environment, or from this machine's own portal."""

import os
from pathlib import Path
from typing import Final

VARIABLE: Final = "BLUEZONE_PHONE_API_KEY"


def device_key() -> str:
    """Return the device key, or an empty text where there is none.

    `BLUEZONE_PHONE_API_KEY` comes first. Otherwise, on a machine that runs its own portal
    (`bluezone migrate` made it), the key that lies there in `BLUEZONE_HOME`.
    """
    if key := os.environ.get(VARIABLE, ""):
        return key
    home = Path(os.environ.get("BLUEZONE_HOME") or Path.home() / ".bluezone")
    try:
        return (home / "portal" / "keys" / "device-api-key").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
