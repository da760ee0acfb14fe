"""Verdicts on targets as of an evening."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bluezone.portal.campaign.agencies.models import Agency, AgencySize
from bluezone.portal.campaign.agencies.models import Report as AgencyReport
from bluezone.portal.campaign.figures.services import record_denominator
from bluezone.portal.campaign.targets.choices import CSS_KIND
from bluezone.portal.campaign.targets.services import (
    State,
    Why,
    chance_text,
    child_rows,
    roll_up,
    verdicts,
    verdicts_of,
)
from bluezone.portal.units.models import Unit

NATION, HD, CITY, CHI_LINH = "vn2020", "vn2020.30", "vn2020.30.288", "vn2020.30.290"
COMMUNES = tuple(f"{CHI_LINH}.{code}" for code in ("10546", "10549", "10552"))
NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
ORDER = "60 % of smartphone users by 20/8 or rank 10 of 63 by number of installations"
Report = Callable[..., None]
Setter = Callable[..., object]


def day(number: int) -> dt.date:
    return dt.date(2020, 8, number)


def phones(path: str, value: int, base: str = "smartphones") -> None:
    record_denominator(path, base, value, day=day(1), source="count", actor="x", now=NOW)


def climb(report: Report, path: str, values: dict[int, int], series: str = "users") -> None:
    for number, value in values.items():
        report(day(number), {path: value}, series)


def test_hai_duong_on_15_august_knows_nothing_of_later_days(
    facts: dict[str, Unit], order: Setter, report: Report
) -> None:
    order(HD, ORDER)
    (before,) = verdicts(HD, TODAY)
    report(day(16), {HD: 1_000_000})
    record_denominator(HD, "smartphones", 10, day=day(16), source="later", actor="x", now=NOW)
    order(HD, "1 % of people by 20/8", now=NOW + 86_400)
    (after,) = verdicts(HD, TODAY)
    assert after == before
    share, rank = before.clauses
    assert share.known is not None
    assert share.base is not None
    assert (share.known.value, share.base.value, share.need) == (310_000, 1_400_000, 840_000)
    assert (before.state, share.state) == (State.AT_RISK, State.AT_RISK)
    assert rank.rank is not None
    assert (rank.rank.rank, rank.rank.missing) == (3, 60)
    vi, en = before.reason("vi"), before.reason("en")
    for words in ("310.000", "22,1 %", "840.000", "chưa đến 1 trên 10", "Hoặc: ", "hạng 10/63"):
        assert words in vi
    for words in ("310,000", "22.1% of smartphones (1,400,000)", "less than 1 of 10", "Or: "):
        assert words in en


def test_a_denominator_of_a_later_day_alone_is_not_known(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    report(TODAY, {HD: 310_000})
    record_denominator(HD, "smartphones", 10, day=day(16), source="later", actor="x", now=NOW)
    order(HD, "60 % of smartphone users by 20/8")
    (verdict,) = verdicts(HD, TODAY)
    assert (verdict.state, verdict.best.why) == (State.AT_RISK, Why.NO_BASE)
    assert "310.000" in verdict.reason("vi")


@pytest.mark.parametrize(
    ("value", "state"), [(600, State.MET), (599, State.MISSED)], ids=["exactly", "one less"]
)
def test_the_evening_of_the_last_day_decides_and_later_figures_do_not(
    country: dict[str, Unit], order: Setter, report: Report, value: int, state: State
) -> None:
    phones(CITY, 1_000)
    climb(report, CITY, {14: 500, 20: value, 21: 900})
    order(CITY, "60 % of smartphone users by 20/8")
    (verdict,) = verdicts(CITY, day(25))
    assert verdict.state == state
    assert verdict.best.need == 600
    if state == State.MISSED:
        assert "The last day, 20/08/2020, is over." in verdict.reason("en")


def test_one_clause_reached_is_enough(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    phones(CITY, 1_000)
    report(TODAY, {CITY: 300})
    order(CITY, "60 % of smartphone users or 300 users by 20/8")
    (verdict,) = verdicts(CITY, TODAY)
    assert [clause.state for clause in verdict.clauses] == [State.AT_RISK, State.MET]
    assert verdict.state == State.MET
    assert verdict.reason("en") == "On 15/08/2020: 300 users; 300 are needed."


def test_a_percentage_with_a_number_asks_for_both(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    phones(CITY, 1_000, "adults")
    order(CITY, "60 % of adults, 700, by 20/8")
    report(TODAY, {CITY: 650})
    (before,) = verdicts(CITY, TODAY)
    report(TODAY, {CITY: 700})
    (after,) = verdicts(CITY, TODAY)
    assert before.state != State.MET
    assert (before.best.need, after.state) == (700, State.MET)


def test_a_quick_unit_is_on_course_and_a_slow_one_at_risk(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    for path in (CITY, CHI_LINH):
        phones(path, 10_000)
        order(path, "60 % of smartphone users by 20/8")
    climb(report, CITY, {n: 1_000 + 450 * (n - 5) for n in range(5, 16)})
    climb(report, CHI_LINH, {n: 500 + 20 * (n - 5) for n in range(5, 16)})
    found = verdicts_of([CITY, CHI_LINH], TODAY)
    (quick,), (slow,) = found[CITY], found[CHI_LINH]
    assert (quick.state, slow.state) == (State.ON_COURSE, State.AT_RISK)
    assert quick.best.chance is not None
    assert slow.best.chance is not None
    assert quick.best.chance >= 0.7 > slow.best.chance
    assert f"{chance_text(quick.best.chance, 'en')}." in quick.reason("en")
    assert verdicts(CITY, TODAY) == [quick]


def test_what_is_not_known_is_at_risk(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    phones(CITY, 1_000)
    order(CITY, "60 % of smartphone users by 20/8")
    (nothing,) = verdicts(CITY, TODAY)
    report(day(12), {CITY: 590})
    (old,) = verdicts(CITY, TODAY)
    assert (nothing.state, nothing.best.why) == (State.AT_RISK, Why.NO_FIGURES)
    assert (old.state, old.best.why) == (State.AT_RISK, Why.OLD_FIGURES)
    assert "No figures since 12/8." in old.reason("en")
    assert "Không có số liệu từ 12/8." in old.reason("vi")
    (missed,) = verdicts("vn2020.30.288", day(21))
    assert missed.state == State.MISSED


def test_a_unit_that_never_reported_missed_its_target(
    country: dict[str, Unit], order: Setter
) -> None:
    order(CITY, "60 % of smartphone users by 20/8")
    (verdict,) = verdicts(CITY, day(21))
    assert (verdict.state, verdict.best.why) == (State.MISSED, Why.NEVER_KNOWN)


def test_a_target_without_a_last_day_is_never_missed(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    order(CITY, "60 % of smartphone users")
    phones(CITY, 10_000)
    climb(report, CITY, {n: 100 * n for n in range(5, 16)})
    (verdict,) = verdicts(CITY, TODAY)
    assert verdict.state in {State.AT_RISK, State.ON_COURSE}
    assert "30" in verdict.reason("vi")


def test_active_phones_are_not_forecast(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    order(CITY, "500 active phones by 20/8")
    report(TODAY, {CITY: 400}, "active_phones")
    (verdict,) = verdicts(CITY, TODAY)
    assert (verdict.state, verdict.best.why) == (State.AT_RISK, Why.NO_FORECAST)


def test_a_rank_among_the_districts_is_met_when_every_district_has_a_figure(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    districts = [path for path in country if path.startswith(f"{HD}.") and path.count(".") == 2]
    assert len(districts) == 12
    order(CITY, "rank 2 of 12 by number of users by 20/8")
    order(CHI_LINH, "rank 2 of 12 by number of users by 20/8")
    report(TODAY, {path: 1_000 * (30 - place) for place, path in enumerate(districts)})
    report(TODAY, {CITY: 90_000, CHI_LINH: 10})
    found = verdicts_of([CITY, CHI_LINH], TODAY)
    (first,), (last,) = found[CITY], found[CHI_LINH]
    assert (first.state, last.state) == (State.MET, State.AT_RISK)
    assert first.best.rank is not None
    assert (first.best.rank.rank, first.best.rank.missing) == (1, 0)
    assert "Hạng có thể mất lại trước 20/08/2020." in first.reason("vi")
    (missed,) = verdicts(CHI_LINH, day(21))
    assert missed.state == State.MISSED


def test_a_rank_by_share_follows_its_base(
    country: dict[str, Unit], order: Setter, report: Report
) -> None:
    districts = [path for path in country if path.startswith(f"{HD}.") and path.count(".") == 2]
    for place, path in enumerate(districts):
        phones(path, 1_000 * (place + 1), "people")
    report(TODAY, dict.fromkeys(districts, 500))
    order(districts[0], "rank 1 of 12 by share of people by 20/8")
    order(districts[-1], "rank 1 of 12 by share of people by 20/8")
    found = verdicts_of([districts[0], districts[-1]], TODAY)
    assert [found[path][0].state for path in (districts[0], districts[-1])] == [
        State.MET,
        State.AT_RISK,
    ]


def test_officials_are_judged_by_what_their_agencies_count(
    country: dict[str, Unit], order: Setter
) -> None:
    order(HD, "100 % of officials with a smartphone by 20/8")
    for number, (staff, installed) in enumerate([(40, 34), (60, 60)]):
        agency = Agency.objects.create(
            unit=country[CITY],
            name=f"Sở {number}",
            kind="department",
            way="report",
            created_at=NOW,
        )
        AgencySize.objects.create(
            unit_path=CITY,
            agency=agency,
            staff=staff + 5,
            smartphones=staff,
            from_day=day(1),
            set_by="x",
            set_at=NOW,
        )
        AgencyReport.objects.create(
            unit_path=CITY,
            agency=agency,
            day=day(14),
            staff_installed=installed,
            relatives_installed=0,
            reported_by="x",
            reported_at=NOW,
        )
    (verdict,) = verdicts(HD, TODAY)
    best = verdict.best
    assert best.known is not None
    assert (best.known.value, best.need) == (94, 100)
    assert verdict.state in {State.AT_RISK, State.ON_COURSE}
    (below,) = verdicts(CITY, TODAY)
    assert below.effective.inherited
    assert below.best.need == 100


def test_every_state_has_its_class() -> None:
    assert set(CSS_KIND) == set(State)
    assert chance_text(0.3, "en") == "3 of 10"
    assert chance_text(0.3, "vi") == "3 trên 10"
    assert chance_text(0.99, "en") == "more than 9 of 10"


def test_the_targets_of_districts_are_rolled_up(
    facts: dict[str, Unit], order: Setter, report: Report
) -> None:
    order(HD, "60 % of people, 1.2 million, by 20/8")
    report(TODAY, {CITY: 250_000})
    rows = child_rows(facts[HD], TODAY)
    (rolled,) = roll_up(verdicts(HD, TODAY), rows)
    assert len(rows) == 12
    assert rolled.states == {State.MET: 1, State.AT_RISK: 11}
    assert rolled.need == rolled.own_need == 1_200_000
    assert rolled.without_part == 0


@pytest.mark.parametrize("many", [2, 12])
def test_the_number_of_queries_does_not_grow_with_units(
    facts: dict[str, Unit], order: Setter, report: Report, many: int
) -> None:
    order(HD, "60 % of smartphone users by 20/8")
    districts = [path for path in facts if path.startswith(f"{HD}.") and path.count(".") == 2]
    for number in (13, 14, 15):
        report(day(number), dict.fromkeys(districts, 1000 * number))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = verdicts_of(districts[:many], TODAY)
    assert all(found.values())
    assert len(asked) == 11, [query["sql"][:90] for query in asked]
