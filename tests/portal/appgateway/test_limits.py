"""Budgets of addresses: bounded, in memory, without any address."""

from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.appgateway.limits import AddressLimits, Budget


def limits(count: int = 10, *, addresses: int = 100) -> AddressLimits:
    return AddressLimits(Budget("x", count, 60), secret=b"secret", addresses=addresses)


def test_an_address_gets_its_budget_and_others_keep_theirs() -> None:
    ours = limits()
    assert [ours.take("a", now=600) for _ in range(12)] == [True] * 10 + [False] * 2
    assert ours.take("b", now=600)


def test_the_budget_comes_back_with_time_and_not_at_once() -> None:
    ours = limits()
    assert all(ours.take("a", now=659) for _ in range(10))
    assert not ours.take("a", now=660)
    assert ours.take("a", now=690)
    assert sum(ours.take("a", now=900) for _ in range(20)) == 10


def test_what_is_given_back_can_be_taken_again() -> None:
    ours = limits(1)
    assert ours.take("a", now=600)
    ours.give_back("a", now=600)
    assert ours.take("a", now=600)


def test_a_million_addresses_are_not_remembered() -> None:
    ours = limits(addresses=50)
    for number in range(500):
        ours.take(str(number), now=600)
    assert len(ours) == 50


def test_no_address_is_kept() -> None:
    ours = limits()
    ours.take("203.0.113.7", now=600)
    assert "203.0.113.7" not in repr(vars(ours))


@given(st.lists(st.integers(0, 30), max_size=60))
def test_no_window_gives_more_than_the_budget(steps: list[int]) -> None:
    ours, now, taken = limits(5), 6_000, []
    for step in steps:
        now += step
        taken += [now] if ours.take("a", now=now) else []
    windows = {instant // 60 for instant in taken}
    assert all(sum(instant // 60 == window for instant in taken) <= 5 for window in windows)
