"""Opening a case and finding one's own."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from bluezone.portal import locks
from bluezone.portal.accounts.models import User
from bluezone.portal.audit.services import record
from bluezone.portal.cases.errors import InvalidCaseError
from bluezone.portal.cases.models import Case, ReportType

PAGE_ROWS: Final = 50
"""LOOK "Shape": a list shows its first 50 rows."""


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """What is known when a case is opened; the days were checked by the form."""

    report_type: str
    symptom_date: dt.date | None
    test_date: dt.date | None


def open_case(request: CaseRequest, user: User, *, now: int) -> Case:
    """Open a case under a new pseudonym such as HD-000123 and return it.

    Raises:
        InvalidCaseError: unknown kind of report, or no day at all.
    """
    if request.report_type not in ReportType.values:
        raise InvalidCaseError("unknown kind of report")
    if request.symptom_date is None and request.test_date is None:
        raise InvalidCaseError("a day of symptoms or of a test is needed")
    with transaction.atomic():
        locks.hold("pseudonyms of cases")
        case = Case.objects.create(
            pseudonym=_next_pseudonym(),
            report_type=request.report_type,
            symptom_date=request.symptom_date,
            test_date=request.test_date,
            opened_by=user,
            opened_at=now,
        )
        record(user.username, "case.opened", f"case {case.pseudonym}")
    return case


def cases_of(user: User) -> QuerySet[Case]:
    """Return the cases that a health worker may see, newest first."""
    used = Count("codes", filter=Q(codes__claimed_at__isnull=False))
    own = Case.objects.filter(opened_by=user).annotate(code_count=Count("codes"), used_count=used)
    return own.order_by("-opened_at", "-pk")


def _next_pseudonym() -> str:
    prefix = f"{settings.BLUEZONE_CASE_PREFIX}-"
    newest = (
        Case.objects.filter(pseudonym__startswith=prefix)
        .order_by("-pk")
        .values_list("pseudonym", flat=True)
        .first()
    )
    number = int(newest.removeprefix(prefix)) + 1 if newest else 1
    return f"{prefix}{number:06d}"
