"""Reads counts and days as people in Vietnam type them.

310.000, 310,000, 310 000 and 310000 are one number; 23,4 and 23.4 and 23 % are no counts. A day
is 15/08/2020, 15-8-2020 or 2020-08-15.
"""

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign.figures.importing.sheet import Cell
from bluezone.portal.campaign.figures.recording import LARGEST

_PLAIN: Final = re.compile(r"[0-9]{1,20}")
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}(?P<mark>[., '’])[0-9]{3}(?:(?P=mark)[0-9]{3})*")
_DECIMAL: Final = re.compile(r"[0-9]+[.,][0-9]+")
_NEGATIVE: Final = re.compile(r"[-−–]\s*[0-9].*")
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]+")
_NOTHING: Final = frozenset({"", "-", "–", "—", "x", "n/a", "không có", "chưa có"})
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})(?:[T ].*)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell cannot be read: a stable code and a sentence."""

    code: str
    message: str


def is_nothing(cell: Cell) -> bool:
    """Return whether a cell says that there is no figure."""
    return cell.number is None and cell.day is None and cell.text.strip().lower() in _NOTHING


def read_count(cell: Cell) -> int | Fault:
    """Return the count in a cell, or what is wrong with it."""
    said = {"text": cell.text[:40]}
    if cell.percent or "%" in cell.text:
        return Fault("percentage", _("“%(text)s” is a percentage. Write the number.") % said)
    if cell.day is not None:
        return Fault("day_as_count", _("“%(text)s” is a day, not a count.") % said)
    text = _SPACES.sub(" ", cell.text).strip()
    if cell.number is not None:
        count = _whole(cell.number)
    elif _PLAIN.fullmatch(text):
        count = int(text)
    elif _THOUSANDS.fullmatch(text):
        count = int(re.sub("[^0-9]", "", text))
    else:
        count = None
    if _NEGATIVE.fullmatch(text) or (count is not None and count < 0):
        return Fault("negative", _("“%(text)s” is less than nothing.") % said)
    if count is None:
        return _no_count(text, cell)
    if count > LARGEST:
        return Fault("too_large", _("“%(text)s” is more than all phones of the world.") % said)
    return count


def _whole(number: float) -> int | None:
    if isinstance(number, float) and not (math.isfinite(number) and number.is_integer()):
        return None
    return int(number)


def _no_count(text: str, cell: Cell) -> Fault:
    said = {"text": cell.text[:40]}
    if _DECIMAL.fullmatch(text) or cell.number is not None:
        message = _("“%(text)s” is no whole number. Is it a percentage? Write the count.")
        return Fault("not_whole", message % said)
    message = _("“%(text)s” is no number. Write digits only, such as 310.000.")
    return Fault("not_a_number", message % said)


def read_day(cell: Cell) -> dt.date | Fault:
    """Return the day in a cell, or what is wrong with it."""
    if cell.day is not None:
        return cell.day
    text = cell.text.strip()
    first, year = _DAY_FIRST.fullmatch(text), _YEAR_FIRST.fullmatch(text)
    parts = (first[3], first[2], first[1]) if first else year.groups() if year else None
    if parts is not None:
        number = int(parts[0]) + (2000 if len(parts[0]) == 2 else 0)
        try:
            return dt.date(number, int(parts[1]), int(parts[2]))
        except ValueError:
            pass  # 31/02: said below
    message = _("“%(text)s” is no day. Write it as 15/08/2020.")
    return Fault("invalid_day", message % {"text": text[:40]})
