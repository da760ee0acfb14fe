"""Where the files are and how much of them a phone takes.

Sources: `spec/server-rules.md` 1.6 (layout, 336 h) and 1.9 (index at most 1 MiB).
"""

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from bluezone.protocol.export.limits import MAX_ARCHIVE_BYTES
from bluezone.protocol.scheme import Scheme

MAX_INDEX_BYTES: Final = 2**20
MAX_INDEX_LINES: Final = 20_000
MAX_FILES_A_RUN: Final = 2_000
KEPT_S: Final = 15 * 86_400
"""A file whose window ended longer ago cannot concern any sighting still kept."""
RETRY_FIRST_S: Final = 3_600
RETRY_LAST_S: Final = 86_400
"""A refused file is tried again after an hour, then two, four, at most a day (ours)."""


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """One export root.

    Attributes:
        base_url: the export root, for instance `http://127.0.0.1:8080/export`.
        public_keys: the pinned keys; a file must carry a signature of one of them.
        indexes: paths of the index files under the root for each scheme, the longest
            packages first: an hourly file is left out if a daily one covers its window.
        max_file_bytes: largest file that is taken.
    """

    base_url: str
    public_keys: tuple[EllipticCurvePublicKey, ...] = field(repr=False)
    indexes: tuple[tuple[Scheme, str], ...] = (
        (Scheme.EN, "en/daily/index.txt"),
        (Scheme.EN, "en/hourly/index.txt"),
        (Scheme.BLUEZONE, "bluezone/daily/index.txt"),
        (Scheme.BLUEZONE, "bluezone/hourly/index.txt"),
    )
    max_file_bytes: int = MAX_ARCHIVE_BYTES

    def url(self, path: str) -> str:
        """Return the address of a path under the export root."""
        return f"{self.base_url.rstrip('/')}/{path}"
