"""Finding a delimiter in a stream without keeping any byte of the stream.

Between two chunks only a number is remembered: how many bytes of the delimiter the stream ends
with. That is enough, because those bytes are the delimiter's own, and because a delimiter
begins with the only CR that it has: a match that fails cannot hide another one inside.
"""

from dataclasses import dataclass
from typing import Final

_CR: Final = b"\r"


@dataclass(frozen=True, slots=True)
class Step:
    """What a look at a chunk brought.

    Attributes:
        late: bytes remembered from before (the delimiter's first ones) that are content.
        end: where the content of this chunk ends.
        after: where the chunk goes on behind the delimiter; None if it was not found.
    """

    late: int
    end: int
    after: int | None


class Delimiter:
    """Looks for CRLF, two hyphens and the boundary."""

    def __init__(self, boundary: bytes) -> None:
        """Begin as if a line had just ended: a body may begin with its boundary.

        Args:
            boundary: without its hyphens, no CR in it.
        """
        self.text: Final = b"\r\n--" + boundary
        self._seen = 2

    def look(self, chunk: bytes, start: int) -> Step:
        """Look for the delimiter in `chunk` from `start` on."""
        seen, self._seen = self._seen, 0
        if seen:
            if chunk.startswith(self.text[seen:], start):
                return Step(0, start, start + len(self.text) - seen)
            left = len(chunk) - start
            if left < len(self.text) - seen and self.text.startswith(chunk[start:], seen):
                self._seen = seen + left
                return Step(0, start, None)
        found = chunk.find(self.text, start)
        if found >= 0:
            return Step(seen, found, found + len(self.text))
        end = self._end(chunk, start)
        self._seen = len(chunk) - end
        return Step(seen, end, None)

    def _end(self, chunk: bytes, start: int) -> int:
        """Return where the delimiter may have begun at the end of `chunk`."""
        last = chunk.rfind(_CR, max(start, len(chunk) - len(self.text) + 1))
        return last if last >= 0 and self.text.startswith(chunk[last:]) else len(chunk)
