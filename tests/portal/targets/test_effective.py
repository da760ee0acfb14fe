"""Targets handed down the tree, split, changed and ended."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.figures.services import record_denominator
from bluezone.portal.campaign.targets.errors import (
    StaleTargetError,
    TargetError,
    UnsuitableTargetError,
)
from bluezone.portal.campaign.targets.models import TargetClause, TargetVersion
from bluezone.portal.campaign.targets.services import (
    Amount,
    Base,
    Measure,
    Rank,
    Target,
    change_target,
    effective_of,
    effective_targets,
    end_target,
    parse,
    plan,
    set_target,
    split,
    standing,
    verdicts,
    versions,
)
from bluezone.portal.units.models import Unit

NATION, HD, CITY, CHI_LINH = "vn2020", "vn2020.30", "vn2020.30.288", "vn2020.30.290"
COMMUNES = tuple(f"{CHI_LINH}.{code}" for code in ("10546", "10549", "10552"))
NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
ORDER = "60 % of smartphone users by 20/8 or rank 10 of 63 by number of installations"
Setter = Callable[..., TargetVersion]
Report = Callable[..., None]


def target(text: str) -> Target:
    return parse(text, "en", 2020)


def test_a_district_inherits_the_share_and_not_the_rank(
    country: dict[str, Unit], order: Setter
) -> None:
    order(HD, ORDER)
    (own,) = effective_targets(HD, TODAY)
    (below,) = effective_targets(CITY, TODAY)
    assert (own.inherited, below.inherited) == (False, True)
    assert own.target == target(ORDER)
    assert below.target == target("60 % of smartphone users by 20/8")
    assert below.origin == own.origin


def test_the_nearest_unit_above_counts_and_each_subject_by_itself(
    country: dict[str, Unit], order: Setter
) -> None:
    order(NATION, "60 % of adults by 20/8")
    order(NATION, "100 % of officials")
    order(HD, "60 % of smartphone users by 20/8")
    order(CHI_LINH, "rank 1 of 12 by 20/8")
    found = effective_of([COMMUNES[0], CHI_LINH, "vn2020.01"], TODAY)
    assert [one.origin.unit_path for one in found[COMMUNES[0]]] == [HD, NATION]
    assert [one.origin.unit_path for one in found[CHI_LINH]] == [CHI_LINH, NATION]
    assert [one.target.clauses[0].base for one in found["vn2020.01"]] == [
        Base.ADULTS,
        Base.STAFF,
    ]


def test_the_nations_50_million_is_split_without_losing_one(
    facts: dict[str, Unit], order: Setter
) -> None:
    order(NATION, "60 % of adults, 50 million, by 20/8")
    provinces = [path for path in facts if path.count(".") == 1]
    districts = [path for path in facts if path.startswith(f"{HD}.") and path.count(".") == 2]
    found = effective_of([*provinces, *districts], TODAY)

    def count(path: str) -> int:
        (one,) = found[path]
        (clause,) = one.target.clauses
        assert isinstance(clause, Amount)
        return clause.count or 0

    assert len(provinces) == 63
    assert sum(map(count, provinces)) == 50_000_000
    assert sum(map(count, districts)) == count(HD)
    assert count(HD) == pytest.approx(50_000_000 * 1_892_254 / 96_208_984, rel=1e-3)


@given(
    count=st.integers(1, 10**9),
    people=st.lists(st.none() | st.integers(1, 10**7), min_size=3, max_size=3),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_parts_of_a_number_sum_up_to_it_whatever_is_known(
    country: dict[str, Unit], count: int, people: list[int | None]
) -> None:
    with transaction.atomic():
        for path, value in zip(COMMUNES, people, strict=True):
            if value is not None:
                record_denominator(path, "people", value, day=TODAY, source="x", actor="x", now=NOW)
        whole = Target((Amount(Measure.USERS, count=count),), None)
        parts = split(whole, country[CHI_LINH], TODAY)
        transaction.set_rollback(True)
    assert sum(part.needs[0] or 0 for part in parts) == count


def test_a_unit_whose_part_is_nothing_has_no_target(
    country: dict[str, Unit], order: Setter
) -> None:
    order(CHI_LINH, "2 users by 20/8")
    found = effective_of(COMMUNES, TODAY)
    assert sorted(len(found[path]) for path in COMMUNES) == [0, 1, 1]


def test_a_change_is_a_new_version_and_the_old_evening_keeps_the_old_target(
    country: dict[str, Unit], order: Setter
) -> None:
    row = order(HD, "50 % of smartphone users by 20/8", source="Order 1")
    changed = target("60 % of smartphone users by 20/8")
    change_target(country[HD], row.line, changed, version=1, actor="chair", now=NOW)
    assert [one.target for one in effective_targets(HD, TODAY)] == [changed]
    (before,) = effective_targets(HD, TODAY - dt.timedelta(days=1))
    assert (before.target, before.origin.source) == (
        target("50 % of smartphone users by 20/8"),
        "Order 1",
    )
    with pytest.raises(StaleTargetError):
        change_target(country[HD], row.line, changed, version=1, actor="late", now=NOW)
    assert [one.version for one in versions([HD], TODAY)] == [1, 2]


def test_an_ended_target_counts_no_more_and_stays_in_the_record(
    country: dict[str, Unit], order: Setter
) -> None:
    row = order(HD, ORDER)
    end_target(country[HD], row.line, version=1, actor="chair", now=NOW)
    assert standing([HD], TODAY) == {}
    assert effective_targets(CITY, TODAY) == []
    assert len(effective_targets(CITY, TODAY - dt.timedelta(days=1))) == 1
    with pytest.raises(StaleTargetError):
        end_target(country[HD], row.line, version=1, actor="chair", now=NOW)
    actions = list(
        Entry.objects.filter(action__startswith="target.")
        .order_by("sequence")
        .values_list("action", "subject")
    )
    assert actions == [
        ("target.set", f"target {HD}/1"),
        ("target.ended", f"target {HD}/1"),
    ]
    assert order(HD, ORDER, now=NOW).line == 2


def test_a_target_that_cannot_be_one_of_the_unit_is_refused(
    country: dict[str, Unit], order: Setter
) -> None:
    with pytest.raises(UnsuitableTargetError):
        order(HD, "rank 10 of 64 by 20/8")
    with pytest.raises(UnsuitableTargetError):
        order(COMMUNES[0], "rank 10 of 63 by 20/8")
    with pytest.raises(UnsuitableTargetError):
        order(HD, "60 % of people by 14/8", now=NOW)
    order(HD, "60 % of people by 15/8", now=NOW)
    with pytest.raises(TargetError):
        order(HD, "60 % of people by 15/8", now=NOW)
    assert TargetVersion.objects.count() == 1


@pytest.mark.parametrize("model", [TargetVersion, TargetClause])
def test_the_database_refuses_to_change_or_delete_a_version(
    country: dict[str, Unit], order: Setter, model: type[TargetVersion] | type[TargetClause]
) -> None:
    order(HD, ORDER)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.update(line=2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.all().delete()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Amount(Measure.USERS),
        lambda: Amount(Measure.USERS, base=Base.PEOPLE, count=5),
        lambda: Amount(Measure.USERS, count=0),
        lambda: Rank(Measure.USERS, 3, 2),
        lambda: Rank(Measure.STAFF, 1, 2),
        lambda: Target((), None),
        lambda: Target((Amount(Measure.USERS, count=5),) * 2, None),
    ],
)
def test_terms_that_say_nothing_sensible_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(TargetError):
        make()


def test_the_plan_splits_the_gap_by_who_can_still_be_won(
    facts: dict[str, Unit], order: Setter, report: Report
) -> None:
    order(HD, ORDER)
    districts = [path for path in facts if path.startswith(f"{HD}.") and path.count(".") == 2]
    report(TODAY, dict.fromkeys(districts, 10_000))
    made = plan(facts[HD], TODAY)
    assert made is not None
    assert (made.deadline, made.effort.needed) == (dt.date(2020, 8, 20), 840_000 - 310_000)
    assert sum(row.in_all for row in made.rows) == 530_000
    assert made.effort.per_day.shape == (12, 5)
    lines = made.sentences("vi")
    assert "530.000" in lines[1]
    assert len(lines) == 14
    assert all("ngày mai" in line for line in lines[2:])
    assert "tomorrow" in made.sentences("en")[2]


def test_there_is_no_plan_without_an_open_amount(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    assert plan(country[HD], TODAY) is None
    order(HD, "rank 10 of 63 by 20/8")
    order(HD, "100 users by 20/8")
    report(TODAY, {HD: 100})
    assert plan(country[HD], TODAY) is None


def test_a_commune_without_parts_plans_for_itself(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    record_denominator(COMMUNES[0], "smartphones", 100, day=TODAY, source="x", actor="x", now=NOW)
    report(TODAY, {COMMUNES[0]: 20})
    order(COMMUNES[0], "60 % of smartphone users by 20/8")
    made = plan(country[COMMUNES[0]], TODAY, refused={COMMUNES[0]: 10})
    assert made is not None
    (row,) = made.rows
    assert (row.in_all, row.winnable) == (40, 70)


def test_a_target_is_set_with_the_name_of_who_set_it(country: dict[str, Unit]) -> None:
    set_target(country[HD], target(ORDER), actor="chair", now=NOW, source="  Order 7 ")
    (one,) = standing([HD], TODAY)[HD]
    assert (one.set_by, one.source, one.target) == ("chair", "Order 7", target(ORDER))
    assert verdicts(HD, TODAY - dt.timedelta(days=1)) == []
