"""Borders: exactly 60 %, one short of it, exactly rank 10, a tie there, nobody with a phone."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from bluezone.portal.campaign.agencies.services import (
    AgencyRequest,
    ReportRequest,
    add_report,
    create_agency,
)
from bluezone.portal.campaign.figures.services import Base, record_denominator
from bluezone.portal.campaign.targets import services as targets
from bluezone.portal.campaign.targets.choices import State
from bluezone.portal.campaign.targets.reasons import chance_text
from bluezone.portal.units.models import Unit

TODAY = dt.date(2020, 8, 15)
LAST = dt.date(2020, 8, 20)
AFTER = dt.date(2020, 8, 21)
NOW = 1_597_472_640
DISTRICT = "vn2020.30.290"
COMMUNES = [f"{DISTRICT}.{code}" for code in ("10546", "10549", "10552")]
COMMUNE = COMMUNES[0]

Report = Callable[..., None]
Order = Callable[..., Any]


def phones(path: str, value: int) -> None:
    record_denominator(
        path, Base.SMARTPHONES, value, day=TODAY - dt.timedelta(days=5), source="made up",
        actor="x", now=NOW - 5 * 86_400,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("users", "state"),
    [(600, State.MET), (601, State.MET), (599, State.MISSED), (0, State.MISSED)],
)
@pytest.mark.usefixtures("country")
def test_exactly_sixty_percent_is_met_and_one_less_is_not(
    report: Report, order: Order, users: int, state: State
) -> None:
    phones(COMMUNE, 1000)
    order(COMMUNE, "60 % of smartphone users by 20/8")
    report(LAST, {COMMUNE: users})
    [verdict] = targets.verdicts(COMMUNE, AFTER)
    assert verdict.state is state
    assert verdict.clauses[0].need == 600


@pytest.mark.usefixtures("country")
def test_a_third_of_a_person_is_rounded_up_and_no_float_decides(
    report: Report, order: Order
) -> None:
    phones(COMMUNE, 999)
    order(COMMUNE, "60 % of smartphone users by 20/8")
    report(LAST, {COMMUNE: 599})
    [missed] = targets.verdicts(COMMUNE, AFTER)
    assert (missed.clauses[0].need, missed.state) == (600, State.MISSED)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.usefixtures("country")
def test_a_near_miss_does_not_read_as_if_it_were_met(
    report: Report, order: Order, language: str
) -> None:
    phones(COMMUNE, 1_000_000)
    order(COMMUNE, "60 % of smartphone users by 20/8")
    report(LAST, {COMMUNE: 599_999})
    [verdict] = targets.verdicts(COMMUNE, AFTER)
    assert verdict.state is State.MISSED
    said = verdict.reason(language).replace("\u00a0", " ")
    shown = {"vi": ("59,9999 %", "60,0 %"), "en": ("59.9999%", "60.0%")}[language]
    assert shown[0] in said
    assert shown[1] not in said


@pytest.mark.parametrize(
    ("figures", "state"),
    [
        ((30, 20, 20), State.MET),
        ((30, 20, 21), State.MISSED),
        ((20, 20, 20), State.MET),
    ],
)
@pytest.mark.usefixtures("country")
def test_who_is_level_at_the_rank_has_the_rank(
    report: Report, order: Order, figures: tuple[int, ...], state: State
) -> None:
    """Rank 2 of 3: two units level behind the first one are both second."""
    order(COMMUNES[1], "rank 2 of 3 by 20/8")
    report(LAST, dict(zip(COMMUNES, figures, strict=True)))
    [verdict] = targets.verdicts(COMMUNES[1], AFTER)
    assert verdict.state is state


@pytest.mark.parametrize(
    ("users", "adults", "state"),
    [
        (60_000_000, 100_000_000, State.MET),
        (50_000_000, 100_000_000, State.MISSED),
        (48_000_000, 80_000_000, State.MISSED),
        (50_000_000, 80_000_000, State.MET),
    ],
)
@pytest.mark.usefixtures("country")
def test_the_nation_needs_sixty_percent_and_fifty_million(
    report: Report, order: Order, users: int, adults: int, state: State
) -> None:
    record_denominator(
        "vn2020", Base.ADULTS, adults, day=TODAY, source="made up", actor="x", now=NOW
    )
    order("vn2020", "60 % of adults (50 million people) by 20/8")
    report(LAST, {"vn2020": users})
    [verdict] = targets.verdicts("vn2020", AFTER)
    assert verdict.state is state
    assert "%" in verdict.reason("vi")


def test_where_no_official_has_a_smartphone_nothing_is_asked(
    country: dict[str, Unit], order: Order
) -> None:
    where = country[COMMUNE]
    agency = create_agency(
        AgencyRequest("Trạm", "agency", "report", 4, 0), where, "x", now=NOW - 86_400
    )
    order(COMMUNE, "100 % of officials with a smartphone by 20/8")
    [verdict] = targets.verdicts(COMMUNE, TODAY)
    assert verdict.state is State.MET
    assert verdict.reason("en") == "There are no officials with a smartphone, so nothing is asked."
    assert verdict.reason("vi").startswith("Không có cán bộ")
    add_report(agency, ReportRequest(TODAY, 0, 0), "x", now=NOW)
    [again] = targets.verdicts(COMMUNE, TODAY)
    assert again.state is State.MET


@pytest.mark.usefixtures("country")
def test_without_agencies_nobody_says_that_the_officials_are_there(order: Order) -> None:
    order(COMMUNE, "100 % of officials with a smartphone by 20/8")
    [verdict] = targets.verdicts(COMMUNE, TODAY)
    assert verdict.state is State.AT_RISK
    [later] = targets.verdicts(COMMUNE, AFTER)
    assert later.state is State.MISSED
    assert later.reason("vi")


@pytest.mark.usefixtures("country")
def test_a_rank_without_its_base_says_that_the_base_is_missing(
    report: Report, order: Order
) -> None:
    order(COMMUNES[1], "rank 2 of 3 by share of accounts by 20/8")
    report(LAST, dict.fromkeys(COMMUNES, 20))
    [verdict] = targets.verdicts(COMMUNES[1], AFTER)
    assert verdict.state is State.MISSED
    assert verdict.reason("en").startswith("No denominator (accounts)")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("day", [TODAY, LAST, AFTER])
@pytest.mark.parametrize("known", ["nothing", "base", "figure", "old figure", "both"])
@pytest.mark.parametrize(
    "sentence",
    [
        "60 % of smartphone users by 20/8 or rank 2 of 3 by number of installations",
        "30 % of smartphone users, 50 users, by 20/8",
        "rank 1 of 3 by share of smartphones by 20/8",
        "500 downloads by 20/8",
        "100 active phones by 20/8",
        "60 % of smartphones",
    ],
)
@pytest.mark.usefixtures("country")
def test_there_is_always_a_verdict_and_always_a_reason(
    report: Report, order: Order, sentence: str, known: str, day: dt.date, language: str
) -> None:
    if known in {"base", "both"}:
        phones(COMMUNE, 100)
    if known in {"figure", "both"}:
        report(TODAY, {COMMUNE: 40})
    if known == "old figure":
        report(TODAY - dt.timedelta(days=4), {COMMUNE: 40})
    order(COMMUNE, sentence)
    [verdict] = targets.verdicts(COMMUNE, day)
    assert verdict.state in set(State)
    assert len(verdict.reason(language)) > 15
    assert "None" not in verdict.reason(language)


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.0, "less than 1 of 10"),
        (0.04, "less than 1 of 10"),
        (0.3, "3 of 10"),
        (0.649, "6 of 10"),
        (0.69999, "6 of 10"),
        (0.7, "7 of 10"),
        (0.94, "9 of 10"),
        (1.0, "more than 9 of 10"),
    ],
)
def test_no_chance_below_the_border_is_written_as_the_border(chance: float, said: str) -> None:
    """ "At risk, 7 of 10" beside "on course from 7 of 10" would contradict itself."""
    assert chance_text(chance, "en") == said
