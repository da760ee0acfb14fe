"""Finds the headings of a table, in Vietnamese with or without diacritics, or in English.

Reports have titles above the table: the heading row is the first of 20 that names units and
counts. A column of percentages is left alone, because percentages are calculated, with their
base, never stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign.figures.choices import Series
from bluezone.portal.campaign.figures.errors import UnreadableFileError
from bluezone.portal.campaign.figures.importing.sheet import Sheet, SheetRow, letter
from bluezone.portal.units.models import Level
from bluezone.portal.units.naming import fold

_SEARCHED_ROWS: Final = 20
CODE, NAME, DAY, SERIES, VALUE, NOTE = "code", "name", "day", "series", "value", "note"

_LEVEL_CODES: Final = {
    "ma thon": Level.VILLAGE,
    "village code": Level.VILLAGE,
    "ma xa": Level.COMMUNE,
    "ma phuong": Level.COMMUNE,
    "ma xa phuong": Level.COMMUNE,
    "ma phuong xa": Level.COMMUNE,
    "ma xa phuong thi tran": Level.COMMUNE,
    "ma px": Level.COMMUNE,
    "commune code": Level.COMMUNE,
    "ma huyen": Level.DISTRICT,
    "ma quan huyen": Level.DISTRICT,
    "ma qh": Level.DISTRICT,
    "district code": Level.DISTRICT,
    "ma tinh": Level.PROVINCE,
    "ma tinh thanh": Level.PROVINCE,
    "ma tp": Level.PROVINCE,
    "province code": Level.PROVINCE,
}
_DEPTH: Final = (Level.VILLAGE, Level.COMMUNE, Level.DISTRICT, Level.PROVINCE)
_ROLES: Final = {
    CODE: "ma|ma so|ma don vi|ma dvhc|ma don vi hanh chinh|ma dia ban|code|unit|unit code|"
    "unit path|path",
    NAME: "ten|ten don vi|don vi|ten xa|ten phuong|ten xa phuong|xa phuong|phuong xa|"
    "xa phuong thi tran|ten huyen|huyen|quan huyen|ten tinh|tinh|tinh thanh|"
    "tinh thanh pho|ten dia phuong|dia phuong|dia ban|name|unit name|area",
    DAY: "ngay|ngay bao cao|tinh den ngay|den ngay|thoi diem|date|day",
    SERIES: "chi so|chi tieu|loai|loai so lieu|series|metric",
    VALUE: "so luong|so lieu|gia tri|so may|so luong cai dat|so cai dat|da cai dat|luy ke|"
    "tong so|value|count|number",
    NOTE: "ghi chu|note|remark",
}
_SERIES_NAMES: Final = {
    Series.DOWNLOADS: "luot tai|so luot tai|tai ve|so luot tai ve|downloads|downloads total",
    Series.USERS: "nguoi dung|so nguoi dung|nguoi su dung|so nguoi su dung|nguoi cai dat|"
    "so nguoi cai dat|so nguoi da cai dat|so nguoi dan cai dat|users|installs",
    Series.USERS_WITH_PHONE: "nguoi dung co so dien thoai|so nguoi dung co so dien thoai|"
    "tai khoan co so dien thoai|users with phone|users with phone number|"
    "users with a phone number",
    Series.ACTIVE_PHONES: "may hoat dong|so may hoat dong|may dang hoat dong|"
    "so may dang hoat dong|active phones",
}
_ROLE_OF: Final = {name: role for role, names in _ROLES.items() for name in names.split("|")}
SERIES_OF: Final = {
    name: series for series, names in _SERIES_NAMES.items() for name in names.split("|")
}
"""Folded names of the series, as they stand in headings or in a column of their own."""
_COUNTERS: Final = frozenset({"stt", "tt", "so tt", "no", "so thu tu"})
_PERCENT: Final = ("ty le", "ti le", "phan tram", "percent", "rate")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a table.

    Attributes:
        row: number of the heading row.
        columns: role to column.
        counts: column to the series that its heading names, None for "số lượng".
        level: the level that the heading of the codes names ("Mã xã"), if it does.
        headings: column to heading, for messages.
        unread: headings that were left alone.
    """

    row: int
    columns: Mapping[str, int]
    counts: Mapping[int, Series | None]
    level: Level | None
    headings: Mapping[int, str]
    unread: tuple[str, ...]

    def name(self, column: int | None) -> str:
        """Return a column as messages name it: letter and heading."""
        if column is None:
            return ""
        heading = self.headings.get(column, "")
        return f"{letter(column)} “{heading}”" if heading else letter(column)


def find_layout(sheet: Sheet) -> Layout:
    """Return where things stand in a table.

    Raises:
        UnreadableFileError: no heading row, or a heading is there twice.
    """
    for row in sheet.rows[:_SEARCHED_ROWS]:
        layout = _layout(row)
        if layout is not None:
            return layout
    seen = ", ".join(cell.text for cell in sheet.rows[0].cells if cell.text)[:120]
    message = _(
        "No heading row was found. The table needs a column “Mã đơn vị” (code) and a column "
        "“Số lượng” (count) or “Người dùng” (users). The first row is: %(seen)s"
    )
    raise UnreadableFileError(message % {"seen": seen or "–"}, reason="no_headings")


@dataclass(slots=True)
class _Found:
    """What the cells of one row are as headings."""

    columns: dict[str, int] = field(default_factory=dict)
    counts: dict[int, Series | None] = field(default_factory=dict)
    codes: dict[Level, int] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    def add(self, column: int, text: str) -> None:
        """Take one heading in."""
        name = fold(text)
        role = _ROLE_OF.get(name)
        if name in _LEVEL_CODES:
            self.codes[_LEVEL_CODES[name]] = column
        elif "%" in text or name.startswith(_PERCENT):
            self.unread.append(text)
        elif name in SERIES_OF or role == VALUE:
            series = SERIES_OF.get(name)
            self.twice += [text] if series in self.counts.values() else []
            self.counts[column] = series
        elif role is not None:
            self.twice += [text] if role in self.columns and role != NAME else []
            self.columns[role] = column  # of several names the last one is the lowest unit
        elif name not in _COUNTERS:
            self.unread.append(text)

    @property
    def level(self) -> Level | None:
        """The lowest level that has codes of its own."""
        return next((level for level in _DEPTH if level in self.codes), None)


def _layout(row: SheetRow) -> Layout | None:
    found = _Found()
    headings = {place: cell.text for place, cell in enumerate(row.cells) if fold(cell.text)}
    for column, text in headings.items():
        found.add(column, text)
    if found.level is not None:
        found.columns[CODE] = found.codes[found.level]
    if not found.counts or not {CODE, NAME} & found.columns.keys():
        return None
    if found.twice:
        message = _("The heading “%(name)s” is there twice in row %(row)d. Remove one.")
        values = {"name": found.twice[0][:60], "row": row.number}
        raise UnreadableFileError(message % values, reason="heading_twice")
    short = {place: text[:60] for place, text in headings.items()}
    return Layout(row.number, found.columns, found.counts, found.level, short, tuple(found.unread))
