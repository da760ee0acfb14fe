"""Communes of the demo that stand out: found by the search, and the whole stays what it was."""

import datetime as dt
from itertools import pairwise
from random import Random

import numpy as np

from bluezone.portal.campaign import stats
from bluezone.portal.campaign.demo import counts
from bluezone.portal.campaign.demo.oddities import COPIES, COUNTS, JUMPS, ODD, REPEATS, ROUNDS
from bluezone.portal.campaign.demo.oddities import stand_out as made_odd

PEOPLE = [6000 + 37 * row for row in range(235)]
PHONES = [round(0.74 * size) for size in PEOPLE]
FACTS = {
    dt.date(2020, 8, 5): 66_552,
    dt.date(2020, 8, 15): 310_000,
    dt.date(2020, 8, 20): 398_000,
}


def plain() -> dict[dt.date, list[int]]:
    return counts.spread(counts.totals(FACTS), PEOPLE, Random(1))


def test_each_day_keeps_its_whole_and_no_commune_falls() -> None:
    before, after = plain(), made_odd(plain(), PHONES)
    assert {day: sum(row) for day, row in before.items()} == {
        day: sum(row) for day, row in after.items()
    }
    for earlier, later in pairwise(after.values()):
        assert all(then <= now for then, now in zip(earlier, later, strict=True))


def test_the_search_names_these_communes_and_for_what_they_do() -> None:
    days = sorted(plain())
    table = np.array([made_odd(plain(), PHONES)[day] for day in days]).T
    history = stats.Histories.of(
        np.array(days, dtype="datetime64[D]"),
        table,
        phones=PHONES,
        siblings=[row // 20 for row in range(235)],
    )
    found = {(one.unit, one.message.id) for one in stats.find_suspicious(stats.Reports.of(history))}
    assert {unit for unit, _ in found} >= set(ODD)
    assert {
        (ROUNDS, "suspicion.round"),
        (REPEATS, "suspicion.copy"),
        (JUMPS, "suspicion.jump"),
        (COUNTS, "suspicion.twin"),
        (COPIES, "suspicion.twin"),
    } <= found


def test_a_province_of_few_communes_is_left_as_it_is() -> None:
    few = {dt.date(2020, 8, 5): [5, 6], dt.date(2020, 8, 6): [7, 9]}
    assert made_odd(few, [100, 100]) == few
