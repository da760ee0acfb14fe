"""Many transactions at the same time on PostgreSQL, where none waits for another by itself."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from bluezone.portal import locks
from bluezone.portal.accounts import tallies
from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.services import create_staff
from bluezone.portal.accounts.tallies import Limit
from bluezone.portal.audit.models import Entry
from bluezone.portal.audit.services import check_chain, record
from bluezone.portal.campaign.agencies.models import Agency, Report
from bluezone.portal.campaign.agencies.services import (
    AgencyRequest,
    ReportRequest,
    add_report,
    change_agency,
    create_agency,
)
from bluezone.portal.campaign.field import closing, roster
from bluezone.portal.campaign.field.merging import merge
from bluezone.portal.campaign.field.models import Campaign, Household, Team, Visit
from bluezone.portal.campaign.field.paper import Typed, make_list, type_back
from bluezone.portal.campaign.field.roster import Door
from bluezone.portal.campaign.field.wire import SentVisit
from bluezone.portal.campaign.figures.models import Figure, RollUp
from bluezone.portal.campaign.figures.recording import NewFigure, record_figure
from bluezone.portal.cases.models import Case
from bluezone.portal.cases.services import CaseRequest, open_case
from bluezone.portal.units.models import Edition, Unit
from bluezone.portal.verification.claiming import claim_code
from bluezone.portal.verification.issuing import CodeRequest, issue_code
from bluezone.portal.verification.models import SmsMessage, VerificationCode
from bluezone.portal.verification.sms import outbox

NOW = 1_597_472_640
TODAY = dt.date(2020, 8, 15)
AT_ONCE = 6
PROVINCE, DISTRICT = "vn2020.30", "vn2020.30.290"
COMMUNES = tuple(f"{DISTRICT}.{number}" for number in range(10546, 10546 + AT_ONCE))
VILLAGE = f"{COMMUNES[0]}.v01"

Beside = Callable[..., list[Any]]


@pytest.fixture
def country(beside: Beside) -> dict[str, Unit]:
    Edition.objects.create(id="vn2020", country="vn", name="2020", valid_from=dt.date(2020, 1, 1))
    levels = ("nation", "province", "district", "commune", "village")
    made: dict[str, Unit] = {}
    for path in ("vn2020", PROVINCE, DISTRICT, *COMMUNES, VILLAGE):
        names = dict.fromkeys(("name", "full_name", "search_name", "search_full"), path)
        made[path] = Unit.objects.create(
            path=path,
            edition_id="vn2020",
            parent=made.get(path.rpartition(".")[0]),
            level=levels[path.count(".")],
            code=path.rpartition(".")[2],
            initials="x",
            **names,
        )
    return made


@pytest.fixture
def health_worker(beside: Beside) -> User:
    return create_staff("thu", "mot hai ba bon nam")


@pytest.fixture
def team(country: dict[str, Unit]) -> Team:
    ends_on = dt.date(2020, 8, 20)
    closing.open_campaign(country[COMMUNES[0]], ends_on=ends_on, actor="hoa", now=NOW)
    return door_list(country[VILLAGE], "Tổ 1", "Ngõ 1")


def door_list(unit: Unit, name: str, alley: str) -> Team:
    team = roster.create_team(unit, name, actor="hoa", now=NOW)
    roster.add_households(team, [Door(alley, str(n), n) for n in range(6)], actor="hoa")
    return team


def first(answers: list[Any], kind: type) -> list[Any]:
    return [answer for answer in answers if isinstance(answer, kind)]


def test_a_lock_without_a_transaction_is_refused(beside: Beside) -> None:
    with pytest.raises(transaction.TransactionManagementError, match="needs a transaction"):
        locks.hold("x")


def test_a_lock_is_held_until_the_transaction_ends(beside: Beside) -> None:
    held, order = Event(), []

    def begin() -> None:
        with transaction.atomic():
            locks.hold("x")
            held.set()
            assert any(waiting() for _ in range(20_000)), "nobody waits for the lock"
            order.append("first")

    def follow() -> None:
        held.wait(30)
        with transaction.atomic():
            locks.hold("y")  # another name waits for nobody
            locks.hold("x")
            order.append("second")

    def waiting() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            )
            return int(cursor.fetchone()[0])

    beside([begin, follow])
    assert order == ["first", "second"]


def test_a_shared_lock_waits_for_one_that_is_held_alone_only(beside: Beside) -> None:
    both = [Event(), Event()]

    def share(number: int) -> bool:
        with transaction.atomic():
            locks.hold("x", shared=True)
            both[number].set()
            return both[1 - number].wait(30)

    assert beside([partial(share, 0), partial(share, 1)]) == [True, True]


def test_migrations_of_two_processes_take_turns(beside: Beside) -> None:
    inside: list[int] = []

    def turn(number: int) -> None:
        with locks.held_throughout("migrations"):
            inside.append(number)
            Entry.objects.count()
            assert inside[-1] == number

    beside([partial(turn, number) for number in range(AT_ONCE)])
    assert sorted(inside) == list(range(AT_ONCE))


def test_the_audit_is_one_chain_however_many_write(beside: Beside) -> None:
    before = Entry.objects.count()

    def write(number: int) -> None:
        for step in range(5):
            record("lan", "case.opened", f"case {number}-{step}")

    beside([partial(write, number) for number in range(AT_ONCE)])
    state = check_chain()
    assert state.broken_at is None
    assert state.entries == before + 5 * AT_ONCE


def test_of_many_phones_with_one_code_one_gets_a_token(beside: Beside, health_worker: User) -> None:
    request = CodeRequest("confirmed", TODAY)
    code = issue_code(request, health_worker, now=NOW, rng=Random(1)).codes.short
    answers = beside(
        [partial(claim_code, code, [], now=NOW, rng=Random(n)) for n in range(AT_ONCE)]
    )
    assert Counter(a for a in answers if isinstance(a, str)) == {"code_invalid": AT_ONCE - 1}


def test_one_uuid_is_taken_by_one(beside: Beside, health_worker: User) -> None:
    request = CodeRequest("confirmed", TODAY, uuid=UUID(int=5))
    answers = beside(
        [
            partial(issue_code, request, health_worker, now=NOW, rng=Random(n))
            for n in range(AT_ONCE)
        ]
    )
    refused = Counter(a for a in answers if isinstance(a, str))
    assert refused == {"uuid_already_exists": AT_ONCE - 1}


def test_the_quota_of_codes_is_kept_exactly(
    beside: Beside, health_worker: User, settings: Any
) -> None:
    settings.BLUEZONE_CODES_PER_DAY = 2
    request = CodeRequest("confirmed", TODAY)
    beside(
        [
            partial(issue_code, request, health_worker, now=NOW, rng=Random(n))
            for n in range(AT_ONCE)
        ]
    )
    assert VerificationCode.objects.count() == 2


def test_cases_that_are_opened_at_once_are_numbered_on(beside: Beside, health_worker: User) -> None:
    request = CaseRequest("confirmed", TODAY, None)
    beside([partial(open_case, request, health_worker, now=NOW) for _ in range(AT_ONCE)])
    names = sorted(Case.objects.values_list("pseudonym", flat=True))
    assert names == [f"HD-{number:06d}" for number in range(1, AT_ONCE + 1)]


def test_a_message_is_claimed_by_one_worker(
    beside: Beside, health_worker: User, settings: Any
) -> None:
    settings.BLUEZONE_SMS_PROVIDER = "http"
    for number in range(4):
        request = CodeRequest("confirmed", TODAY, phone="+84901234567")
        issue_code(request, health_worker, now=NOW, rng=Random(number))

    def work() -> list[int]:
        claims = iter(partial(outbox.claim_next, now=NOW), None)
        return [claim.message_id for claim in claims]

    answers = beside([work] * AT_ONCE)
    claimed = sorted(number for numbers in answers for number in numbers)
    assert claimed == sorted(SmsMessage.objects.values_list("pk", flat=True))
    assert len(claimed) == 4


def test_tries_are_counted_one_by_one(beside: Beside) -> None:
    limit = Limit("x", count=4, window_s=60)
    tried = beside([partial(tallies.take, limit, "lan", now=NOW) for _ in range(AT_ONCE)])
    assert Counter(tried) == {None: 4, "too_many_requests": AT_ONCE - 4}


def test_a_tally_that_is_forgiven_meanwhile_is_begun_anew(beside: Beside) -> None:
    limit = Limit("x", count=1000, window_s=60)

    def fail() -> None:
        for _ in range(20):
            tallies.fail(limit, "lan", now=NOW)

    def forgive() -> None:
        for _ in range(20):
            tallies.forgive(limit, "lan")

    assert beside([fail, forgive, fail, forgive]) == [None] * 4


def test_communes_that_report_at_once_are_all_in_the_sums(
    beside: Beside, country: dict[str, Unit]
) -> None:
    def report(place: int) -> None:
        for day in range(1, 4):
            figure = NewFigure(COMMUNES[place], "users", dt.date(2020, 8, day), 10**place, "report")
            record_figure(figure, actor="x", now=NOW, today=TODAY, trusted=True)

    beside([partial(report, place) for place in range(AT_ONCE)])
    sums = RollUp.objects.filter(day=dt.date(2020, 8, 3)).values_list("unit_path", "value")
    assert dict(sums) == dict.fromkeys(("vn2020", PROVINCE, DISTRICT), 111_111)


def test_a_report_that_is_sent_twice_at_once_stands_once(
    beside: Beside, country: dict[str, Unit]
) -> None:
    figure = NewFigure(COMMUNES[0], "users", TODAY, 900, "report")
    say = partial(record_figure, figure, actor="x", now=NOW, today=TODAY, trusted=True)
    assert sum(done.unchanged for done in beside([say] * AT_ONCE)) == AT_ONCE - 1
    assert Figure.objects.count() == 1


def test_visits_that_arrive_twice_at_once_are_stored_once(beside: Beside, team: Team) -> None:
    doors = list(Household.objects.filter(team=team))
    visits = [SentVisit(n, door.pk, NOW, NOW, outcome="absent") for n, door in enumerate(doors, 1)]
    merged = beside(
        [
            partial(merge, Team.objects.get(pk=team.pk), "phone-1", visits, now=NOW)
            for _ in range(AT_ONCE)
        ]
    )
    assert sum(len(one.accepted) for one in merged) == len(doors)
    assert sum(len(one.repeated) for one in merged) == len(doors) * (AT_ONCE - 1)
    assert set(Household.objects.values_list("absences", flat=True)) == {1}
    assert Team.objects.get(pk=team.pk).revision == team.revision + AT_ONCE


def test_nothing_survives_the_closing_of_a_campaign(beside: Beside, team: Team) -> None:
    (campaign,) = Campaign.objects.all()
    doors = [door.pk for door in Household.objects.filter(team=team)]
    paper = make_list(team, alley="", day=TODAY, rng=Random(1), now=NOW)

    def type_in(number: int) -> None:
        answers = {doors[number]: Typed("absent")}
        type_back(paper, answers, day=TODAY, actor="hoa", now=NOW)

    def add(number: int) -> None:
        roster.add_households(team, [Door("Ngõ 9", str(number), number)], actor="hoa")

    close = partial(closing.close_campaign, campaign, actor="hoa", now=NOW)
    answers = beside(
        [partial(type_in, 0), partial(add, 0), close, partial(add, 1), partial(type_in, 1)]
    )
    assert {answer for answer in answers if isinstance(answer, str)} <= {"campaign_closed"}
    assert Household.objects.count() == Visit.objects.count() == 0


def test_a_campaign_is_opened_once(beside: Beside, country: dict[str, Unit]) -> None:
    openings = [
        partial(closing.open_campaign, country[PROVINCE], ends_on=TODAY, actor="hoa", now=NOW)
        for _ in range(AT_ONCE)
    ]
    answers = beside(openings)
    assert len(first(answers, Campaign)) == 1
    assert answers.count("invalid_field_request") == AT_ONCE - 1


def test_teams_that_give_each_other_doors_do_not_block(
    beside: Beside, country: dict[str, Unit], team: Team
) -> None:
    other = door_list(country[VILLAGE], "Tổ 2", "Ngõ 2")
    moved = beside(
        [
            partial(roster.assign_alley, team, "Ngõ 1", other, actor="hoa", now=NOW),
            partial(roster.assign_alley, other, "Ngõ 2", team, actor="hoa", now=NOW),
        ]
    )
    assert moved == [6, 6]


def test_an_agency_never_reports_more_than_it_has(beside: Beside, country: dict[str, Unit]) -> None:
    large = AgencyRequest("Sở Y tế", "department", "report", 52, 40)
    agency = create_agency(large, country[PROVINCE], "x", now=NOW, from_day=dt.date(2020, 8, 1))
    small = AgencyRequest("Sở Y tế", "department", "report", 20, 20)
    said = ReportRequest(TODAY, staff_installed=30, relatives_installed=0)
    shrink = partial(change_agency, Agency.objects.get(pk=agency.pk), small, "x", now=NOW)
    answers = beside([shrink, partial(add_report, agency, said, "x", now=NOW)])
    assert len([answer for answer in answers if isinstance(answer, str)]) == 1
    assert Report.objects.count() == len(first(answers, Report))
