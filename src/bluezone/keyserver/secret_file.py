"""Files that hold a secret: owner only, written whole or not at all, never overwritten."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def create_secret_file(path: Path, secret: bytes) -> bool:
    """Write `secret` to `path` with mode 0600 and return True, or False if there is a file.

    A crash leaves either no file of that name or the whole one; of two processes that
    start together one wins and the other gets False.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as file:  # mode 0600
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return False
    return True
