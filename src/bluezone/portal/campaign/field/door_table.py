"""Lists of households from a CSV or XLSX table: label, alley, order, two counts if wanted.

Columns may have Vietnamese names. A name of a person or a phone number has no column; a label
that looks like a phone number is refused, because somebody would type one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign.field.errors import ListRefusedError
from bluezone.portal.campaign.field.models import ALLEY_LENGTH, LABEL_LENGTH
from bluezone.portal.campaign.field.roster import MAX_HOUSEHOLDS, Door
from bluezone.portal.campaign.figures.errors import UnreadableFileError
from bluezone.portal.campaign.figures.importing.files import read_sheet
from bluezone.portal.units.csv_reader import Row, Table, read_table, table_of
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
_NOT_TEXT: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
"""How workbooks, old workbooks and PDFs begin; `read_sheet` reads or explains them."""
_PHONE_NUMBER: Final = re.compile(r"\d[\d .-]{7,}\d")


@dataclass(frozen=True, slots=True)
class DoorList:
    """The good rows of a table, and what is wrong with the others."""

    doors: tuple[Door, ...]
    problems: tuple[str, ...]


def read_doors(content: bytes, file: str, *, keep_good: bool = False) -> DoorList:
    """Return the doors of a table, in its order.

    Args:
        content: bytes of a CSV or XLSX file: columns `alley` and `label`; `order`, `adults` and
            `smartphones` where known. Without `order` the order of the rows counts.
        file: its name, for messages.
        keep_good: leave wrong rows out instead of refusing the table.

    Raises:
        ListRefusedError: a row is wrong and `keep_good` is not set, it is no table, or it is too
            long; each problem names row and column.
    """
    try:
        table = _table(content, file)
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
    too_long = len(table.rows) > MAX_HOUSEHOLDS
    if too_long:
        message = _("more than %(limit)d households; split the list between teams")
        limit = {"limit": MAX_HOUSEHOLDS}
        problems.append(Problem(file, 0, "", "too_many_households", message % limit))
    problems.sort(key=lambda problem: problem.row)
    said = tuple(map(str, problems))
    if too_long or (said and not keep_good):
        raise ListRefusedError(said)
    return DoorList(tuple(doors), said)


def _table(content: bytes, file: str) -> Table:
    """Return the table; the first bytes tell a workbook from text."""
    required = [["alley"], ["label"]]
    if not content.startswith(_NOT_TEXT):
        return read_table(content, file, ALIASES, required=required)
    try:
        sheet = read_sheet(content)
    except UnreadableFileError as error:
        raise InvalidTableError((Problem(file, 0, "", error.reason, str(error)),)) from None
    rows = [(row.number, [cell.text for cell in row.cells]) for row in sheet.rows]
    return table_of(rows, file, ALIASES, required=required)


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
