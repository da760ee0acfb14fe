"""Lists of households from a CSV table: label, alley, order, and two counts if wanted.

Columns may have Vietnamese names. A name of a person or a phone number has no column; a label
that looks like a phone number is refused, because somebody would type one.
"""

import re
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign.field.errors import ListRefusedError
from bluezone.portal.campaign.field.models import ALLEY_LENGTH, LABEL_LENGTH
from bluezone.portal.campaign.field.roster import MAX_HOUSEHOLDS, Door
from bluezone.portal.units.csv_reader import Row, read_table
from bluezone.portal.units.errors import InvalidTableError, Problem

ALIASES: Final[Mapping[str, str]] = {
    "ngõ": "alley",
    "ngo": "alley",
    "số_nhà": "label",
    "so_nha": "label",
    "nhà": "label",
    "hộ": "label",
    "thứ_tự": "order",
    "thu_tu": "order",
    "stt": "order",
    "người_lớn": "adults",
    "nguoi_lon": "adults",
    "điện_thoại_thông_minh": "smartphones",
    "dien_thoai_thong_minh": "smartphones",
    "smartphone": "smartphones",
}
MAX_COUNT: Final = 50
_PHONE_NUMBER: Final = re.compile(r"\d[\d .-]{7,}\d")


def read_doors(content: bytes, file: str) -> list[Door]:
    """Return the doors of a table, in its order.

    Args:
        content: bytes of a CSV file: columns `alley` and `label`; `order`, `adults` and
            `smartphones` where known. Without `order` the order of the rows counts.
        file: its name, for messages.

    Raises:
        ListRefusedError: something is wrong; each problem names row and column. Nothing is kept.
    """
    try:
        table = read_table(content, file, ALIASES, required=[["alley"], ["label"]])
    except InvalidTableError as error:
        raise ListRefusedError(tuple(map(str, error.problems))) from None
    problems = list(table.problems)
    doors: list[Door] = []
    seen: dict[tuple[str, str], int] = {}
    for place, row in enumerate(table.rows, start=1):
        found = _problems(row, file, seen)
        problems.extend(found)
        if not found:
            doors.append(_door(row, place))
    if len(table.rows) > MAX_HOUSEHOLDS:
        message = _("more than %(limit)d households; split the list between teams")
        limit = {"limit": MAX_HOUSEHOLDS}
        problems.append(Problem(file, 0, "", "too_many_households", message % limit))
    if problems:
        problems.sort(key=lambda problem: problem.row)
        raise ListRefusedError(tuple(map(str, problems)))
    return doors


def label_problem(text: str, longest: int) -> str:
    """Return what is wrong with an alley or a label, empty if nothing is."""
    if not text:
        return _("is empty")
    if len(text) > longest or not text.isprintable():
        return _("is longer than %(longest)d characters") % {"longest": longest}
    if _PHONE_NUMBER.search(text):
        return _("looks like a phone number; write a house number or a short label")
    return ""


def _problems(row: Row, file: str, seen: dict[tuple[str, str], int]) -> list[Problem]:
    found = []
    for column, longest in (("alley", ALLEY_LENGTH), ("label", LABEL_LENGTH)):
        if wrong := label_problem(row.get(column), longest):
            found.append(Problem(file, row.number, column, "bad_label", wrong))
    for column, limit in (("order", 1_000_000), ("adults", MAX_COUNT), ("smartphones", MAX_COUNT)):
        if not _is_count(row.get(column), limit):
            message = _("write a whole number from 0 to %(limit)d, or nothing") % {"limit": limit}
            found.append(Problem(file, row.number, column, "bad_count", message))
    key = (row.get("alley"), row.get("label"))
    if key in seen:
        message = _("this household stands in row %(row)d already") % {"row": seen[key]}
        found.append(Problem(file, row.number, "label", "household_twice", message))
    seen.setdefault(key, row.number)
    return found


def _is_count(text: str, limit: int) -> bool:
    return not text or (text.isascii() and text.isdigit() and len(text) < 8 and int(text) <= limit)


def _door(row: Row, place: int) -> Door:
    order = row.get("order")
    return Door(
        alley=row.get("alley"),
        label=row.get("label"),
        position=int(order) if order else place,
        adults=_count(row.get("adults")),
        smartphones=_count(row.get("smartphones")),
    )


def _count(text: str) -> int | None:
    return int(text) if text else None
