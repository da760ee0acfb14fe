"""Agencies from a CSV or XLSX table: each fault with its row and column, in a clerk's words.

The same table twice changes nothing: an agency is known by its unit and its name, and a row that
says what is known already is counted as unchanged. Either every row is good or nothing is kept,
unless the good rows are asked for.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from bluezone.portal.campaign.agencies.errors import AgencyError
from bluezone.portal.campaign.agencies.models import Agency, Kind, Way
from bluezone.portal.campaign.agencies.services import (
    MAX_STAFF,
    AgencyRequest,
    change_agency,
    create_agency,
)
from bluezone.portal.campaign.agencies.tables import read_agency_table
from bluezone.portal.units.csv_reader import Row
from bluezone.portal.units.errors import InvalidTableError, Problem
from bluezone.portal.units.models import Successor, Unit

_ALIASES: Final = {
    "đơn_vị": "unit",
    "mã_đơn_vị": "unit",
    "unit_path": "unit",
    "tên": "name",
    "tên_cơ_quan": "name",
    "agency": "name",
    "loại": "kind",
    "số_cán_bộ": "staff",
    "cán_bộ": "staff",
    "có_điện_thoại_thông_minh": "smartphones",
    "điện_thoại_thông_minh": "smartphones",
    "cách_đếm": "way",
}
_WORDS: Final[dict[str, dict[str, str]]] = {
    "kind": {
        "": Kind.AGENCY,
        "sở": Kind.DEPARTMENT,
        "ban ngành": Kind.DEPARTMENT,
        "cơ quan": Kind.AGENCY,
        "đoàn thể": Kind.MASS_ORGANISATION,
        **{value: value for value in Kind.values},
    },
    "way": {
        "": Way.VOUCHERS,
        "phiếu": Way.VOUCHERS,
        "báo cáo": Way.REPORT,
        **{value: value for value in Way.values},
    },
}
_GROUPED: Final = re.compile(r"\d{1,3}([., ]\d{3})+")
_SHARE: Final = re.compile(r"0[.,]\d+|\d+([.,]\d+)?\s*%")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did: agencies added, changed, known already; rows refused."""

    added: int
    changed: int
    unchanged: int
    problems: tuple[Problem, ...]


class _RefusedError(Exception):
    """One cell of a row cannot be used."""

    def __init__(self, column: str, code: str, message: str) -> None:
        super().__init__(message)
        self.column, self.code, self.message = column, code, message


def import_agencies(
    content: bytes, file: str, unit: Unit, actor: str, *, keep_good: bool, now: int
) -> Outcome:
    """Add and change the agencies that a table names.

    Args:
        content: the bytes of the file.
        file: its name, for messages.
        unit: where it is imported; a row may name a unit below it.
        actor: user name, for the audit.
        keep_good: keep the good rows even if others are wrong.
        now: Unix seconds.

    Raises:
        InvalidTableError: a row is wrong and `keep_good` is not set, or it is no table.
    """
    table = read_agency_table(content, file, _ALIASES)
    problems, counts = list(table.problems), {"added": 0, "changed": 0, "unchanged": 0}
    seen: set[tuple[str, str]] = set()
    with transaction.atomic():
        for row in table.rows:
            try:
                counts[_take(row, unit, actor, seen=seen, now=now)] += 1
            except _RefusedError as refusal:
                problems.append(
                    Problem(file, row.number, refusal.column, refusal.code, refusal.message)
                )
        problems.sort(key=lambda problem: problem.row)
        if problems and not keep_good:
            raise InvalidTableError(tuple(problems))
    return Outcome(**counts, problems=tuple(problems))


def _take(row: Row, top: Unit, actor: str, *, seen: set[tuple[str, str]], now: int) -> str:
    """Add or change the agency of a row; return which, or `unchanged`."""
    unit, request = _unit(row.get("unit"), top), _request(row)
    if (key := (unit.path, request.name)) in seen:
        raise _RefusedError("name", "twice", _("this agency is in the table twice"))
    seen.add(key)
    known = Agency.objects.filter(unit=unit, name=request.name).first()
    try:
        if known is None:
            create_agency(request, unit, actor, now=now)
            return "added"
        return "changed" if change_agency(known, request, actor, now=now) else "unchanged"
    except AgencyError as error:
        raise _RefusedError("smartphones", error.code, str(error)) from None


def _request(row: Row) -> AgencyRequest:
    name = " ".join(row.get("name").split())
    if not 1 <= len(name) <= 160:
        raise _RefusedError("name", "no_name", _("a name of 1 to 160 characters is needed"))
    if name.startswith(("=", "+", "@")):
        raise _RefusedError("name", "formula", _("a formula; type the value itself"))
    staff, smartphones = _people(row, "staff", low=1), _people(row, "smartphones", low=0)
    if smartphones > staff:
        message = _("%(smartphones)d smartphones, but only %(staff)d staff")
        numbers = {"smartphones": smartphones, "staff": staff}
        raise _RefusedError("smartphones", "more_than_staff", message % numbers)
    return AgencyRequest(name, _word(row, "kind"), _word(row, "way"), staff, smartphones)


def _people(row: Row, column: str, *, low: int) -> int:
    text = row.get(column).strip()
    if text.startswith(("=", "+", "@")):
        raise _RefusedError(column, "formula", _("a formula; type the value itself"))
    if _SHARE.fullmatch(text):
        message = _("a percentage; give the number of people")
        raise _RefusedError(column, "percentage", message)
    digits = re.sub(r"[., ]", "", text) if _GROUPED.fullmatch(text) else text
    if (
        not digits.isascii()
        or not digits.isdigit()
        or not low <= int(digits[:9] or "0") <= MAX_STAFF
    ):
        message = _("a whole number from %(low)d to 1,000,000 is needed")
        raise _RefusedError(column, "not_a_number", message % {"low": low})
    return int(digits)


def _word(row: Row, column: str) -> str:
    known: Mapping[str, str] = _WORDS[column]
    word = row.get(column).strip().lower()
    if word not in known:
        message = _("one of: %(words)s")
        words = ", ".join(word for word in known if word)
        raise _RefusedError(column, "unknown_word", message % {"words": words})
    return str(known[word])


def _unit(text: str, top: Unit) -> Unit:
    """Return the unit that a cell names by path or official code; `top` if it is empty."""
    if not text:
        return top
    below = Unit.objects.below(top).filter(closed_on__isnull=True)
    found = list(below.filter(path=text)[:1]) or list(below.filter(code=text)[:2])
    if len(found) == 1:
        unit: Unit = found[0]
        return unit
    if found:
        raise _RefusedError("unit", "ambiguous_unit", _("several units have this code; use paths"))
    merged = ", ".join(_merged_into(text))
    if merged:
        message = _("this unit was merged into: %(units)s")
        raise _RefusedError("unit", "merged_unit", message % {"units": merged})
    message = _("no unit of this code at or below %(unit)s")
    raise _RefusedError("unit", "unknown_unit", message % {"unit": top.title})


def _merged_into(text: str) -> Iterator[str]:
    links = Successor.objects.filter(old__path=text) or Successor.objects.filter(old__code=text)
    for link in links.select_related("new")[:3]:
        yield f"{link.new.title} ({link.new_id})"
