"""QR codes as vector drawings for print. Error correction M: a poster is scratched and folded.

Capitals and digits alone would make a smaller code, but addresses have lower case; a short
address keeps the code at 29 or 33 modules, so that one module is 2 mm wide on a wall.
"""

import io
from typing import Final

import segno

QUIET_ZONE: Final = 4
"""Modules of white around the code, ISO/IEC 18004."""


def matrix(address: str) -> tuple[bytearray, ...]:
    """Return the modules of the code that `svg` draws, without its quiet zone."""
    return segno.make(address, error="m", micro=False).matrix


def with_quiet_zone(address: str, code_mm: float) -> float:
    """Return the width of the whole drawing, mm, whose code is `code_mm` wide."""
    modules = len(matrix(address))
    return code_mm * (modules + 2 * QUIET_ZONE) / modules


def svg(address: str) -> str:
    """Return `address` as a black SVG on nothing, with its quiet zone."""
    drawing = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawing, kind="svg", border=QUIET_ZONE, dark="#000000", omitsize=True)
    return drawing.getvalue().decode()
