"""What a household is follows from the set of its operations, whatever their order."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.look.format import VIETNAM
from bluezone.portal.campaign.field.fold import Op, OpId, Standing, fold, in_order

T0 = 1_597_472_640
"""15/08/2020 13:24 in Hanoi."""
HOUR = 3600
OUTCOMES = ["installed", "helped", "no_smartphone", "absent", "refused", "phone_too_old"]


def visits(*pairs: tuple[int, str]) -> list[Op]:
    return [
        Op(OpId("a", number), T0 + hours * HOUR, outcome=outcome)
        for number, (hours, outcome) in enumerate(pairs)
    ]


@st.composite
def logs(draw: st.DrawFn) -> list[Op]:
    """Operations of three phones on one household, with clocks that are wrong by weeks."""
    ops: list[Op] = []
    for device in "abc":
        skew = draw(st.integers(-40 * 86_400, 40 * 86_400))
        for counter in range(draw(st.integers(0, 4))):
            time = T0 + skew + draw(st.integers(0, 3 * 86_400))
            outcome = draw(st.sampled_from(OUTCOMES))
            ops.append(Op(OpId(device, counter), time, outcome=outcome, phones=counter))
    for number, target in enumerate(
        draw(st.lists(st.sampled_from(ops), max_size=2)) if ops else []
    ):
        ops.append(Op(OpId("v", number), T0, kind="void", target=target.id))
    return ops


@settings(max_examples=150, deadline=None)
@given(logs(), st.randoms(use_true_random=False), st.integers(0, 3))
def test_neither_order_nor_repeats_matter(ops: list[Op], rng: object, copies: int) -> None:
    arrived = ops * (copies + 1)
    rng.shuffle(arrived)  # type: ignore[attr-defined]

    assert fold(arrived) == fold(ops)


@settings(max_examples=60, deadline=None)
@given(logs())
def test_a_phone_is_read_in_the_order_of_its_counter_whatever_its_clock(ops: list[Op]) -> None:
    ordered = [op.id for _, op in in_order(ops)]

    for device in "abc":
        mine = [op for op in ordered if op.device == device]
        assert mine == sorted(mine)


@settings(max_examples=60, deadline=None)
@given(logs())
def test_a_state_is_open_exactly_while_it_is_not_settled(ops: list[Op]) -> None:
    standing = fold(ops)

    assert (standing.settled_on is None) == (standing.state in {"to_visit", "absent"})
    assert (standing.installed_on is None) == (standing.state != "installed")
    assert (standing.phones > 0) == (standing.state == "installed")


@pytest.mark.parametrize(
    ("log", "state", "absences"),
    [
        ([], "to_visit", 0),
        ([(0, "absent")], "absent", 1),
        ([(0, "absent"), (5, "absent")], "absent", 2),
        ([(0, "absent"), (5, "absent"), (20, "absent")], "not_reachable", 3),
        ([(0, "absent"), (0, "absent"), (20, "absent")], "absent", 2),
        ([(0, "absent"), (5, "absent"), (20, "absent"), (30, "helped")], "installed", 0),
        ([(0, "installed"), (5, "absent"), (9, "absent"), (20, "absent")], "installed", 0),
        ([(0, "refused"), (20, "helped")], "installed", 0),
        ([(0, "installed"), (20, "refused")], "refused", 0),
        ([(0, "no_smartphone")], "no_smartphone", 0),
        ([(0, "phone_too_old")], "phone_too_old", 0),
    ],
)
def test_the_rules(log: list[tuple[int, str]], state: str, absences: int) -> None:
    standing = fold(visits(*log))

    assert (standing.state, standing.absences) == (state, absences)


def test_a_visit_that_was_taken_back_says_nothing() -> None:
    log = visits((0, "refused"))
    void = Op(OpId("a", 9), T0 + HOUR, kind="void", target=log[0].id)

    assert fold([void, *log]) == Standing()


def test_the_days_are_local_days() -> None:
    night = Op(OpId("a", 1), 1_597_510_800, outcome="helped", phones=2)  # 16/08 00:00 in Hanoi

    standing = fold([night])

    assert standing.installed_on == standing.first_visit_on == dt.date(2020, 8, 16)
    assert standing.phones == 2


def test_the_app_is_there_since_the_first_visit_that_saw_it() -> None:
    log = visits((0, "installed"), (24, "refused"), (48, "helped"), (72, "installed"))

    assert fold(log).installed_on == dt.date(2020, 8, 17)


def test_knocks_of_one_part_of_a_day_count_once_and_of_three_parts_close() -> None:
    morning = dt.datetime(2020, 8, 15, 8, tzinfo=VIETNAM).timestamp()
    knocks = [(0, "absent"), (1, "absent"), (3, "absent")]  # 08:00, 09:00, 11:00
    one = [
        op_at(int(morning) + hours * HOUR, n, outcome) for n, (hours, outcome) in enumerate(knocks)
    ]

    assert (fold(one).state, fold(one).absences) == ("absent", 1)
    more = [
        op_at(int(morning) + hours * HOUR, hours, "absent") for hours in (4, 10)
    ]  # 12:00, 18:00
    assert fold([*one, *more]).state == "not_reachable"


def op_at(time: int, counter: int, outcome: str) -> Op:
    return Op(OpId("a", counter), time, outcome=outcome)


def test_a_door_is_helped_when_a_team_installed_there_and_settled_since_then() -> None:
    log = visits(
        (0, "helped"), (24, "refused"), (48, "installed"), (72, "helped"), (96, "installed")
    )
    standing = fold(log)

    assert standing.settled_on == standing.installed_on == dt.date(2020, 8, 17)
    assert standing.helped_on == dt.date(2020, 8, 18)
    assert fold(log[:3]).helped_on is None
