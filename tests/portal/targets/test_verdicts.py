"""Verdicts on targets as of an evening."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bluezone.portal.campaign.figures.services import record_denominator
from bluezone.portal.campaign.targets.services import State, Why, child_rows, verdicts, verdicts_of
from bluezone.portal.units.models import Unit

HD, CITY, CHI_LINH = "vn2020.30", "vn2020.30.288", "vn2020.30.290"
NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
ORDER = "60 % of smartphone users by 20/8 or rank 10 of 63 by number of installations"
Report = Callable[..., None]
Setter = Callable[..., object]


def day(number: int) -> dt.date:
    return dt.date(2020, 8, number)


def test_hai_duong_on_15_august_knows_nothing_of_later_days(
    facts: dict[str, Unit], order: Setter, report: Report
) -> None:
    order(HD, ORDER)
    (before,) = verdicts(HD, TODAY)
    report(day(16), {HD: 1_000_000})
    record_denominator(HD, "smartphones", 10, day=day(16), source="later", actor="x", now=NOW)
    (after,) = verdicts(HD, TODAY)
    assert after == before
    share, rank = before.clauses
    assert (share.known.value, share.base.value, share.need) == (310_000, 1_400_000, 840_000)
    assert share.state == State.AT_RISK
    assert rank.rank is not None
    print(before.state, before.reason("vi"), "\n", before.reason("en"))
