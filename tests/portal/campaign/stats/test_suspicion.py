"""Suspicion: each way of cheating is found, honesty is left alone, words say what to ask."""

from dataclasses import replace

import numpy as np
import pytest

from bluezone.portal.campaign.stats.cheats import detect, inject, mixed, reports_of
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.generated import Campaign, CampaignShape, grow
from bluezone.portal.campaign.stats.histories import Histories
from bluezone.portal.campaign.stats.suspicion import Finding, Kind, Reports, find_suspicious
from bluezone.portal.campaign.stats.suspicion.repeats import (
    caught_up,
    chance_of_nobody,
    harvest_size,
    pace_around,
)
from bluezone.portal.campaign.stats.suspicion.usual import usual_growth
from bluezone.portal.campaign.stats.words import phrase

SHAPE = CampaignShape(units=40, groups=4, days=20, gift_days=1)
UNIT = 17


@pytest.fixture(scope="module")
def honest() -> Campaign:
    return grow(SHAPE, np.random.default_rng(5))


def test_an_honest_province_is_hardly_asked_anything(honest: Campaign) -> None:
    assert len({finding.unit for finding in find_suspicious(reports_of(honest))}) <= 1


@pytest.mark.parametrize("kind", list(Kind))
def test_each_way_of_cheating_is_found_in_the_unit_that_does_it(
    honest: Campaign, kind: Kind
) -> None:
    cheated = inject(honest, kind, np.array([UNIT]), np.random.default_rng(3))
    found = [f for f in find_suspicious(reports_of(cheated)) if f.kind is kind]
    assert UNIT in {finding.unit for finding in found}
    for finding in found:
        assert 0 < finding.strength <= 12
        assert finding.day <= finding.last_day
        for language in ("vi", "en"):
            text = phrase(finding.message, language)
            assert "{" not in text
            assert f"{finding.day:%d/%m/%Y}" in text or finding.kind is Kind.COPY


def test_a_jump_names_the_day_the_rise_and_the_usual() -> None:
    counts = np.array([[100.0, 112, 123, 135, 146, 158, 900, 911, 922, 934]])
    finding = only(counts, phones=2000.0)
    assert finding.kind is Kind.JUMP
    assert finding.day.isoformat() == "2020-08-07"
    assert finding.message.parameters["rise"] == 742
    assert finding.message.parameters["expected"] == pytest.approx(11)
    assert phrase(finding.message, "en").startswith("On 07/08/2020 900 was reported, 742 more")


def test_catching_up_after_silent_days_is_no_jump() -> None:
    counts = np.array([[100.0, 150, 203, 249, 249, 249, np.nan, 449, 501, 548]])
    assert [f.kind for f in find(counts, phones=2000.0)].count(Kind.JUMP) == 0


def test_round_figures_are_found_and_counted_once_when_repeated() -> None:
    counts = np.array([[100.0, 150, 200, 200, 250, 350, 400, 450, 550, 600, 650, 700]])
    finding = next(f for f in find(counts, phones=2000.0) if f.kind is Kind.ROUND)
    assert finding.message.parameters["step"] in {10, 50}
    assert finding.message.parameters["rounded"] <= 11


def test_yesterdays_rise_copied_is_found_as_well_as_yesterdays_figure() -> None:
    counts = np.array([[100.0, 131, 155, 193, 230, 267, 304, 341, 378, 415, 452, 489]])
    finding = next(f for f in find(counts, phones=2000.0) if f.kind is Kind.COPY)
    assert finding.message.id == "suspicion.same_rise"
    assert finding.message.parameters["rise"] == 37


def test_repeats_that_are_caught_up_with_tell_more_than_idle_days() -> None:
    idle = [101.0, 148, 148, 199, 247, 247, 296, 296, 352, 399, 399, 448, 503, 503, 548, 597]
    copied = [101.0, 148, 148, 249, 297, 297, 396, 396, 499, 546, 546, 648, 703, 703, 797, 853]
    # Siblings that idle now and then themselves: the repeats alone are nothing special here.
    rng = np.random.default_rng(8)
    others = 100 + np.cumsum(rng.choice([0, 43, 64], (30, 16), p=[0.25, 0.375, 0.375]), axis=1)
    usual = usual_growth(Histories.of(days(16), np.array([idle, copied, *others]), phones=3000.0))
    repeat, pace = usual.growth == 0, pace_around(usual)
    told = [
        caught_up(repeat, usual, pace, np.flatnonzero(repeat[u] & usual.known[u]), u)
        for u in (0, 1)
    ]
    assert told[0] < 0.5
    assert told[1] > 1


def test_the_chance_of_an_honest_repeat_is_learned_from_the_campaign() -> None:
    rng = np.random.default_rng(4)
    pace = np.full((200, 20), 8.0)
    step = np.ones(pace.shape, dtype=bool)
    for harvest in (2.0, 20.0):
        repeat = rng.random(pace.shape) < chance_of_nobody(pace, harvest)
        repeat[:10] = rng.random((10, 20)) < 0.5  # ten that copy
        found = harvest_size(repeat, step, pace)
        assert 0.7 * harvest < found < 1.6 * harvest
    assert chance_of_nobody(np.array([0.0]), 5.0) == 1.0


def test_figures_of_another_unit_are_found_in_both() -> None:
    made = grow(replace(SHAPE, units=20, groups=2), np.random.default_rng(11))
    counts = made.reported.copy()
    counts[3, 8:] = counts[4, 8:]
    history = Histories.of(made.days, counts, phones=made.phones, siblings=made.siblings)
    found = [f for f in find_suspicious(Reports.of(history)) if f.message.id == "suspicion.twin"]
    assert {f.unit for f in found} == {3, 4}
    assert "another unit" in phrase(found[0].message, "en")
    assert found[0].message.parameters["other"] in {3, 4}


def test_active_phones_that_are_the_installs_are_found() -> None:
    made = grow(SHAPE, np.random.default_rng(13))
    active = made.active.copy()
    active[5] = made.reported[5]
    history = Histories.of(made.days, made.reported, phones=made.phones, siblings=made.siblings)
    found = find_suspicious(Reports.of(history, active=active))
    assert {f.unit for f in found if f.message.id == "suspicion.same_series"} == {5}


def test_a_count_within_the_doubt_of_the_phones_is_not_called_too_high() -> None:
    counts = np.array([[100.0, 200, 300, 410]])
    assert not [f for f in find(counts, phones=400.0) if f.kind is Kind.ABOVE_PHONES]
    assert [f for f in find(counts, phones=300.0) if f.kind is Kind.ABOVE_PHONES]
    # 41 of 36 in a hamlet: the phones themselves are only known to a handful.
    assert not [f for f in find(counts / 10, phones=36.0) if f.kind is Kind.ABOVE_PHONES]


def test_a_count_that_falls_after_gifts_is_found_without_active_phones() -> None:
    counts = np.array([[100.0, 110, 121, 130, 141, 150, 340, 350, 360, 300, 210, 180, 185, 190]])
    gifts = np.arange(14) == 6
    history = Histories.of(days(14), counts, phones=2000.0)
    found = find_suspicious(Reports.of(history, gifts=gifts))
    assert "suspicion.gift_fall" in {finding.message.id for finding in found}


def test_an_honest_rush_on_a_gift_day_is_not_suspected() -> None:
    made = grow(replace(SHAPE, gift_lift=2.5), np.random.default_rng(9))
    found = [f for f in find_suspicious(reports_of(made)) if f.kind is Kind.GIFT]
    assert len(found) <= 1


def test_cheats_are_found_with_few_false_questions_in_a_mixed_province() -> None:
    rng = np.random.default_rng(12)
    made = grow(replace(SHAPE, units=120, groups=8), rng)
    rows = list(detect(*mixed(made, rng, each=6)))
    assert sum(row.found for row in rows) >= 20  # of 30
    assert sum(row.false for row in rows) <= 4
    assert [row.kind for row in rows] == list(Kind)


def test_hamlets_of_a_dozen_phones_are_not_asked_about_chance() -> None:
    shape = replace(SHAPE, phones_median=15.0, phones_sigma=0.3, cluster=2.0)
    found = find_suspicious(reports_of(grow(shape, np.random.default_rng(2))))
    assert len({finding.unit for finding in found}) <= 1


@pytest.mark.parametrize("figures", [[[np.nan] * 5], [[0.0] * 5], [[7.0, np.nan, 9, np.nan, 9]]])
def test_nearly_nothing_known_gives_no_finding(figures: list[list[float]]) -> None:
    assert find(np.array(figures), phones=np.nan) == []


def test_findings_come_strongest_first(honest: Campaign) -> None:
    cheated, _ = mixed(honest, np.random.default_rng(1), each=3)
    strengths = [finding.strength for finding in find_suspicious(reports_of(cheated))]
    assert strengths == sorted(strengths, reverse=True)


def test_gift_days_of_another_length_are_refused() -> None:
    with pytest.raises(StatsInputError):
        Reports.of(Histories.of(days(3), [[1, 2, 3]]), gifts=[True, False])


def days(count: int) -> np.ndarray:
    return np.datetime64("2020-08-01") + np.arange(count)


def find(counts: np.ndarray, *, phones: float) -> list[Finding]:
    return find_suspicious(Reports.of(Histories.of(days(counts.shape[1]), counts, phones=phones)))


def only(counts: np.ndarray, *, phones: float) -> Finding:
    (finding,) = find(counts, phones=phones)
    return finding
