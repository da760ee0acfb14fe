"""The portal's device key for phones: from the environment, or from this machine's own portal."""

import os
from typing import Final

import click

from bluezone.cli.home import home_folder

VARIABLE: Final = "BLUEZONE_PHONE_API_KEY"


def device_key() -> str:
    """Return the device key, or an empty text where there is none.

    `BLUEZONE_PHONE_API_KEY` comes first. Otherwise, on a machine that runs its own portal
    (`bluezone migrate` made it), the key that lies there in `BLUEZONE_HOME`.
    """
    if key := os.environ.get(VARIABLE, ""):
        return key
    try:
        return (
            (home_folder() / "portal" / "keys" / "device-api-key")
            .read_text(encoding="ascii")
            .strip()
        )
    except (OSError, ValueError):
        return ""


DEVICE_KEY_OPTION: Final = click.option(
    "--api-key",
    default=device_key,
    help="Device key of the portal; better given as BLUEZONE_PHONE_API_KEY. "
    "A portal on this machine needs none.",
)
"""The option of every command that shares keys."""
