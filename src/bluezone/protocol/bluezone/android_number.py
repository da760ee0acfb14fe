"""Java's numbers, as far as a pushed F0 list can show them.

Source: the Java language and library documentation (`Double.parseDouble`, `Long.parseLong`,
narrowing conversions, `Character.digit`) and wire specification section 1.6 points 6 and 7.
Needed only to decide exactly as a published Android phone does.
"""

import math
import re
import unicodedata
from decimal import Decimal
from typing import Final

INT_MAX: Final = 2**31 - 1
LONG_MAX: Final = 2**63 - 1

_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?", re.ASCII)
_HEXADECIMAL: Final = re.compile(
    r"[+-]?0[xX]([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)[pP][+-]?\d{1,6}[fFdD]?",
    re.ASCII | re.IGNORECASE,
)
_NAMED: Final = re.compile(r"([+-]?)(NaN|Infinity)")
_INTEGRAL: Final = re.compile(r"[+-]?[0-9a-fA-F]+")
_BLANKS: Final = "".join(map(chr, range(0x21)))
_FULL_WIDTH: Final = {0xFF21: 10, 0xFF41: 10}


def wrap_long(value: int) -> int:
    """Return `value` as a 64-bit signed product or sum keeps it."""
    return (value + 2**63) % 2**64 - 2**63


def parse_double(text: str) -> float | None:
    """Return what `Double.parseDouble` makes of `text`, None where it throws."""
    text = text.strip(_BLANKS)
    if named := _NAMED.fullmatch(text):
        value = math.nan if named[2] == "NaN" else math.inf
        return -value if named[1] == "-" else value
    if _DECIMAL.fullmatch(text):
        return float(text.rstrip("fFdD"))
    if _HEXADECIMAL.fullmatch(text):
        return _hexadecimal_double(text)
    return None


def _hexadecimal_double(text: str) -> float:
    mantissa, exponent = re.split("[pP]", text.rstrip("fFdD"))
    try:
        return float.fromhex(f"{mantissa}p{exponent}")
    except OverflowError:
        return -math.inf if text.startswith("-") else math.inf


def parse_long(digits: str, base: int) -> int | None:
    """Return what `Long.parseLong` makes of `digits`, None where it throws."""
    if not _INTEGRAL.fullmatch(digits) or len(digits) > 80:
        return None
    try:
        value = int(digits, base)
    except ValueError:
        return None
    return value if -LONG_MAX - 1 <= value <= LONG_MAX else None


def _saturate(value: float, limit: int) -> int:
    if math.isnan(value):
        return 0
    return limit if value >= limit else max(int(max(value, -1e30)), -limit - 1)


def to_long(value: object) -> int | None:
    """Return a JSON value as Android's `getLong` does, None where it throws.

    Fractions are cut off towards zero, numeric strings are read as doubles.
    """
    if isinstance(value, str):
        value = parse_double(value)
    if isinstance(value, float):
        return _saturate(value, LONG_MAX)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def to_int(value: object) -> int | None:
    """Return a JSON value as Android's `getInt` does, None where it throws.

    Doubles stop at the 32-bit limits, whole numbers wrap around them.
    """
    if isinstance(value, str):
        value = parse_double(value)
    if isinstance(value, float):
        return _saturate(value, INT_MAX)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return (value + 2**31) % 2**32 - 2**31


def double_text(value: float) -> str:
    """Return `Double.toString(value)`: plain from 0.001 up to 10 million, else with an E."""
    if value == 0 or 1e-3 <= abs(value) < 1e7 or not math.isfinite(value):
        return repr(value)
    mantissa, exponent = f"{Decimal(repr(value)).normalize():E}".split("E")
    fraction = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{fraction}E{int(exponent)}"


def hex_digit(unit: int) -> int:
    """Return `Character.digit(unit, 16)` of a UTF-16 code unit: 0 to 15, or -1."""
    for first, value in _FULL_WIDTH.items():
        if first <= unit < first + 6:
            return unit - first + value
    char = chr(unit)
    if char in "abcdefABCDEF":
        return int(char, 16)
    return unicodedata.decimal(char, -1)
