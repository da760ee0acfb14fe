"""Where this machine keeps what it stores for Bluezone; every command asks here."""

import os
from pathlib import Path


def home_folder() -> Path:
    """Return `BLUEZONE_HOME`, or `~/.bluezone` where it is not set."""
    return Path(os.environ.get("BLUEZONE_HOME") or Path.home() / ".bluezone")
