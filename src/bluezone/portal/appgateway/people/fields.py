"""Six digits as people type them. Source: spec/bluezone-wire.md 5.3."""

import re
import unicodedata
from typing import Final

from bluezone.portal.appgateway.people.one_time_codes import DIGITS

_SEPARATORS: Final = re.compile(r"[\s.\-]")
_CODE: Final = re.compile(rf"[0-9]{{{DIGITS}}}", re.ASCII)


def read_code(value: object) -> str | None:
    """Return the six digits of a typed code, or None; spaces, dots and hyphens are no harm."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**DIGITS:
        value = str(value).zfill(DIGITS)
    if not isinstance(value, str) or len(value) > 4 * DIGITS:
        return None
    code = _SEPARATORS.sub("", unicodedata.normalize("NFKC", value))
    return code if _CODE.fullmatch(code) else None
