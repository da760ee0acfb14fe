"""Adding and changing agencies, and what they report.

Sizes and reports are added, never changed. A size counts from a day on; the newest row of the
newest day up to the day asked for is the one that counts, so that a figure of last week keeps
the base of last week.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, may
from bluezone.portal.audit.services import record
from bluezone.portal.campaign.agencies.errors import AgencyError
from bluezone.portal.campaign.agencies.models import Agency, AgencyHead, AgencySize, Report
from bluezone.portal.campaign.agencies.pools import fit_quotas, lock
from bluezone.portal.campaign.agencies.progress import (
    AgencyFigure,
    Progress,
    figures_of,
    progress,
)
from bluezone.portal.campaign.agencies.reporting_days import last_closed
from bluezone.portal.units.models import Unit

__all__ = [
    "AgencyFigure",
    "AgencyRequest",
    "Progress",
    "ReportRequest",
    "add_report",
    "appoint_head",
    "change_agency",
    "create_agency",
    "figures_of",
    "progress",
    "size_of",
]

MAX_STAFF = 1_000_000


@dataclass(frozen=True, slots=True)
class AgencyRequest:
    """What is known of an agency.

    Attributes:
        name: as people write it, up to 160 characters, once in a unit.
        kind: one of `Kind`.
        way: one of `Way`.
        staff: officials, civil servants, public employees and workers, 1 to 1,000,000.
        smartphones: how many of them have a smartphone.
    """

    name: str
    kind: str
    way: str
    staff: int
    smartphones: int


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What an agency without vouchers says of a day: staff and relatives with the app."""

    day: dt.date
    staff_installed: int
    relatives_installed: int
    note: str = ""


def create_agency(
    request: AgencyRequest, unit: Unit, actor: str, *, now: int, from_day: dt.date | None = None
) -> Agency:
    """Add an agency to a unit and return it.

    Args:
        request: what is known of it.
        unit: where it belongs.
        actor: user name, for the audit.
        now: Unix seconds.
        from_day: since when it is that size; the last day with figures if not given.

    Raises:
        AgencyError: the numbers cannot be, or the unit has an agency of that name.
    """
    _check_size(request.staff, request.smartphones)
    try:
        with transaction.atomic():
            agency = Agency.objects.create(
                unit=unit,
                name=request.name,
                kind=request.kind,
                way=request.way,
                created_at=now,
            )
            _add_size(agency, request, actor, now=now, from_day=from_day)
            record(actor, "agency.created", f"agency {agency.pk}", {"unit": unit.path})
    except IntegrityError:
        raise AgencyError(_("This unit already has an agency of that name.")) from None
    return agency


def change_agency(agency: Agency, request: AgencyRequest, actor: str, *, now: int) -> bool:
    """Change an agency; a new size is a new row. Return False if nothing was different.

    Raises:
        AgencyError: the numbers cannot be, are below what was counted, or the name is taken.
    """
    _check_size(request.staff, request.smartphones)
    size, before = size_of(agency), (agency.name, agency.kind, agency.way)
    resized = (size.staff, size.smartphones) != (request.staff, request.smartphones)
    if not resized and before == (request.name, request.kind, request.way):
        return False
    agency.name, agency.kind, agency.way = request.name, request.kind, request.way
    try:
        with transaction.atomic():
            lock(agency)
            agency.save(update_fields=["name", "kind", "way"])
            if resized:
                _check_reported(agency, request.smartphones)
                fit_quotas(agency, staff=request.staff, smartphones=request.smartphones)
                _add_size(agency, request, actor, now=now)
            record(actor, "agency.changed", f"agency {agency.pk}", {"resized": resized})
    except IntegrityError:
        raise AgencyError(_("This unit already has an agency of that name.")) from None
    return True


def size_of(agency: Agency, day: dt.date | None = None) -> AgencySize:
    """Return the size of an agency on `day`, or the newest; before its first, its first."""
    sizes = AgencySize.objects.filter(unit_path=agency.unit_id, agency=agency)
    known = sizes if day is None else sizes.filter(from_day__lte=day)
    newest = known.order_by("-from_day", "-pk").first()
    return newest or sizes.order_by("from_day", "pk")[0]


def appoint_head(agency: Agency, username: str, actor: str) -> User:
    """Let a member of staff act for an agency.

    Raises:
        AgencyError: there is no such account, or it has no such role in the agency's unit.
    """
    user = User.objects.filter(username=username.strip(), is_active=True).first()
    if user is None or not may(user, Permission.LEAD_AGENCY, unit=agency.unit_id):
        raise AgencyError(_("No agency head of that name in this unit. Invite the person first."))
    with transaction.atomic():
        _row, made = AgencyHead.objects.get_or_create(agency=agency, user=user)
        if made:
            record(actor, "agency.head", f"agency {agency.pk}", {"user": user.username})
    return user


def add_report(agency: Agency, request: ReportRequest, actor: str, *, now: int) -> Report:
    """Add what an agency reports of a day; another report of the same day is corrected by it.

    Raises:
        AgencyError: a day that is not over yet, or more installations than smartphones.
    """
    if request.day > look_format.local(now).date():
        raise AgencyError(_("This day has not come yet."))
    with transaction.atomic():
        lock(agency)
        size = size_of(agency, request.day)
        if request.staff_installed > size.smartphones:
            text = _("The agency has %(smartphones)d staff with a smartphone, not more.")
            raise AgencyError(text % {"smartphones": size.smartphones})
        earlier = Report.objects.filter(
            unit_path=agency.unit_id, agency=agency, day=request.day
        ).first()
        row = Report.objects.create(
            unit_path=agency.unit_id,
            agency=agency,
            day=request.day,
            staff_installed=request.staff_installed,
            relatives_installed=request.relatives_installed,
            corrects=earlier,
            note=request.note,
            reported_by=actor,
            reported_at=now,
        )
        record(actor, "agency.reported", f"agency {agency.pk}", {"day": str(request.day)})
    return row


def _check_size(staff: int, smartphones: int) -> None:
    if not 1 <= staff <= MAX_STAFF:
        raise AgencyError(_("An agency has 1 to 1,000,000 people."))
    if smartphones > staff:
        raise AgencyError(_("There cannot be more people with a smartphone than people."))


def _check_reported(agency: Agency, smartphones: int) -> None:
    newest = Report.objects.filter(unit_path=agency.unit_id, agency=agency).first()
    if newest is not None and newest.staff_installed > smartphones:
        raise AgencyError(
            _("More installations were reported than that. Correct the report first.")
        )


def _add_size(
    agency: Agency,
    request: AgencyRequest,
    actor: str,
    *,
    now: int,
    from_day: dt.date | None = None,
) -> None:
    AgencySize.objects.create(
        unit_path=agency.unit_id,
        agency=agency,
        from_day=from_day or last_closed(now),
        staff=request.staff,
        smartphones=request.smartphones,
        set_by=actor,
        set_at=now,
    )
