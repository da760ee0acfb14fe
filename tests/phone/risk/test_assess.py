"""The whole way from sightings to a level, on made-up encounters."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from bluezone.phone.radio.path_loss import PathLoss
from bluezone.phone.risk import (
    Assessment,
    EngineState,
    MatchedKey,
    RiskConfig,
    RiskFlag,
    RiskLevel,
    RiskPolicy,
    assess,
)
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.en.metadata import Metadata, crypt_metadata
from bluezone.protocol.en.tek import Tek, rpi_at

MIDNIGHT = 18_700 * 86_400
NOON = MIDNIGHT + 12 * 3600
NOW = MIDNIGHT + 2 * 86_400
TX_DBM = -15
"""Transmit power in the metadata of our node, which the virtual air is fitted to."""

SCAN_S, CYCLE_S = 40, 300
TEK = Tek(bytes(range(16)))
DAY_KEY = bytes(range(32))


@dataclass(frozen=True)
class Stay:
    """A stay of `minutes` at `distance_m`."""

    distance_m: float
    minutes: float


def packets(
    stay: Stay, rng: np.random.Generator, *, start_s: int = NOON
) -> Iterator[tuple[int, int, int]]:
    """Yield (time, strength, end of the previous scan) of what a 40/260 s scanner logs.

    The other advertises 15 of 30 s; the log keeps one row in 5 s; shadowing is slow.
    """
    air = PathLoss()
    phase, advertises = int(rng.integers(CYCLE_S)), int(rng.integers(30))
    shadow, before = None, 0
    for scan in range(-1, int(stay.minutes * 60) // CYCLE_S + 1):
        begin, last = phase + scan * CYCLE_S, -99
        for at in range(max(begin, 0), min(begin + SCAN_S, int(stay.minutes * 60))):
            if (at + advertises) % 30 >= 15 or at - last < 5:
                continue
            shadow = air.next_shadowing_db(shadow, at - before, rng)
            strength = air.mean_dbm(stay.distance_m) + shadow + air.fading_db(rng)
            before = at
            if strength >= air.sensitivity_dbm:
                last = at
                yield start_s + at, round(strength), start_s + begin - CYCLE_S + SCAN_S


def en_match(
    rows: Iterable[tuple[int, int, int]], *, report_type: int = 1, tek: Tek = TEK
) -> MatchedKey:
    key = DiagnosisKey(tek, MIDNIGHT // 600, 144, report_type, days_since_onset=0)
    return MatchedKey(key, tuple(en_sighting(tek, *row) for row in rows))


def en_sighting(tek: Tek, time_s: int, rssi_dbm: int, previous_scan_s: int) -> Sighting:
    rpi = rpi_at(tek, time_s // 600)
    aem = crypt_metadata(tek, rpi, Metadata(1, 1, 3, TX_DBM).encode())
    return Sighting(Scheme.EN, rpi, time_s, rssi_dbm, aem, previous_scan_s)


def day_key_match(
    rows: Iterable[tuple[int, int, int]], *, recorded_scans: bool = True, report_type: int = 1
) -> MatchedKey:
    key = DayKeyEntry(DAY_KEY, MIDNIGHT, report_type=report_type, days_since_onset=0)
    sightings = tuple(
        Sighting(
            Scheme.BLUEZONE,
            slot_id(time_s),
            time_s,
            rssi,
            previous_scan_s=previous if recorded_scans else 0,
        )
        for time_s, rssi, previous in rows
    )
    return MatchedKey(key, sightings, (False,) * len(sightings))


def slot_id(time_s: int) -> bytes:
    """Return a stand-in for the id of a slot; risk never derives ids, it only groups them."""
    return (time_s % 86_400 // 900).to_bytes(12)


DAY = datetime.fromtimestamp(MIDNIGHT, UTC).date()
PEOPLE = 40


def judge(*matches: MatchedKey, now: int = NOW, policy: RiskPolicy | None = None) -> Assessment:
    config = RiskConfig() if policy is None else RiskConfig(policy)
    return assess(matches, config=config, now=now)


def levels(make: Callable[..., MatchedKey], stay: Stay, seed: int) -> list[RiskLevel]:
    rng = np.random.default_rng(seed)
    return [judge(make(packets(stay, rng))).level for _ in range(PEOPLE)]


SCHEMES = pytest.mark.parametrize("make", [en_match, day_key_match], ids=["en", "bluezone"])


@SCHEMES
@pytest.mark.parametrize(("distance_m", "at_least"), [(1.0, 39), (1.5, 38), (2.0, 35)])
def test_twenty_minutes_within_two_metres_warn_almost_everybody(
    make: Callable[..., MatchedKey], distance_m: float, at_least: int
) -> None:
    warned = levels(make, Stay(distance_m, 20), seed=1).count(RiskLevel.HIGH)
    assert warned >= at_least


@SCHEMES
def test_fifteen_minutes_at_one_metre_warn_almost_everybody(
    make: Callable[..., MatchedKey],
) -> None:
    assert levels(make, Stay(1.0, 15), seed=2).count(RiskLevel.HIGH) >= PEOPLE - 3


@SCHEMES
@pytest.mark.parametrize("stay", [Stay(7, 60), Stay(8, 120), Stay(12, 120)], ids=str)
def test_hours_across_the_street_warn_almost_nobody(
    make: Callable[..., MatchedKey], stay: Stay
) -> None:
    assert levels(make, stay, seed=3).count(RiskLevel.HIGH) <= 1


@SCHEMES
def test_five_minutes_next_to_somebody_are_never_a_warning(
    make: Callable[..., MatchedKey],
) -> None:
    assert RiskLevel.HIGH not in levels(make, Stay(0.8, 5), seed=4)


@SCHEMES
def test_one_packet_however_near_is_no_contact(make: Callable[..., MatchedKey]) -> None:
    for rssi in (-110, -30):
        result = judge(make([(NOON, rssi, NOON - 260)]))
        assert (result.level, result.most_recent_day, result.minutes) == (RiskLevel.NONE, None, 0)


def steady(rssi: int, scans: int, *, start_s: int = NOON) -> list[tuple[int, int, int]]:
    """One packet a scan, a scan every five minutes."""
    return [(start_s + CYCLE_S * n, rssi, start_s + CYCLE_S * (n - 1) + 40) for n in range(scans)]


NEAR = TX_DBM - 50


@SCHEMES
def test_the_judgement_names_day_minutes_and_model(make: Callable[..., MatchedKey]) -> None:
    result = judge(make(steady(NEAR, 4)))
    assert (result.level, result.most_recent_day) == (RiskLevel.HIGH, DAY)
    assert (result.model, result.policy_version) == ("ours", 0)
    assert 16 <= result.minutes <= 20
    assert [day.level for day in result.days] == [RiskLevel.HIGH]


def test_an_encounter_heard_in_both_schemes_counts_once() -> None:
    rows = steady(NEAR, 2)
    both = judge(en_match(rows), day_key_match(rows))
    alone = judge(en_match(rows))
    assert both.minutes == alone.minutes
    assert (both.level, both.flags) == (RiskLevel.LOW, frozenset())


def test_two_infected_people_near_at_the_same_time_add_up() -> None:
    rows = steady(NEAR, 2)
    other = en_match(rows, tek=Tek(bytes(16)))
    assert judge(en_match(rows), other).level is RiskLevel.HIGH


def test_a_near_person_in_one_scheme_is_not_hidden_by_a_far_one_in_the_other() -> None:
    near, far = day_key_match(steady(NEAR, 4)), en_match(steady(NEAR - 30, 4))
    assert judge(near, far).level is RiskLevel.HIGH


def test_bluezone_judgements_say_that_transmit_power_is_assumed() -> None:
    assert judge(day_key_match(steady(NEAR, 4))).flags == {RiskFlag.DEFAULT_TX_POWER}
    assert judge(en_match(steady(NEAR, 4))).flags == frozenset()


def test_what_only_tolerance_matched_is_flagged_in_the_judgement() -> None:
    match = day_key_match(steady(NEAR, 8))
    late = replace(match, tolerated=(True,) * 8)
    partly = replace(match, tolerated=(True,) + (False,) * 7)
    assert RiskFlag.TOLERATED in judge(late).flags
    assert RiskFlag.TOLERATED not in judge(partly).flags


def test_an_en_identifier_heard_outside_its_interval_is_flagged() -> None:
    rows = steady(NEAR, 4)
    drifted = [en_sighting(TEK, t, rssi, p) for t, rssi, p in rows]
    late = tuple(
        replace(s, time_s=s.time_s + 1800, previous_scan_s=s.time_s + 1540) for s in drifted
    )
    key = DiagnosisKey(TEK, MIDNIGHT // 600, 144, 1, 0)
    assert judge(MatchedKey(key, late)).flags == {RiskFlag.TOLERATED}


def published_rows(scans: int) -> list[tuple[int, int, int]]:
    """What a published phone logs: seven rows a scan, previous scan never recorded."""
    return [(NOON + CYCLE_S * n + 5 * k, NEAR, 0) for n in range(scans) for k in range(7)]


def test_a_published_history_credits_a_cycle_for_each_scan_and_not_five_seconds_a_row() -> None:
    result = judge(day_key_match(published_rows(4), recorded_scans=False))
    assert result.minutes == 20
    assert result.level is RiskLevel.HIGH


def test_a_published_app_in_the_foreground_is_credited_its_own_time() -> None:
    rows = [(NOON + 5 * k, NEAR, 0) for k in range(12 * 20)]
    result = judge(day_key_match(rows, recorded_scans=False))
    assert 20 <= result.minutes <= 23


def test_half_an_hour_boundary_inside_a_scan_is_not_credited_twice() -> None:
    rows = [
        (NOON + CYCLE_S * n + 5 * k, NEAR, NOON + CYCLE_S * n - 260)
        for n in range(8)
        for k in range(7)
    ]
    result = judge(en_match(rows[3:]))
    assert any(window.scans[0].continued for window in result.windows)
    assert 38 <= result.minutes <= 44


def test_an_id_replayed_after_its_slot_is_dropped() -> None:
    key = DayKeyEntry(DAY_KEY, MIDNIGHT, report_type=1, days_since_onset=0)
    times = [NOON + CYCLE_S * n for n in range(8)]
    replayed = tuple(
        Sighting(Scheme.BLUEZONE, slot_id(NOON), t, NEAR, previous_scan_s=t - 260) for t in times
    )
    windows = judge(MatchedKey(key, replayed)).windows
    assert sum(len(window.scans) for window in windows) == 5


@pytest.mark.parametrize(
    ("report_type", "level"),
    [
        (0, RiskLevel.HIGH),
        (1, RiskLevel.HIGH),
        (2, RiskLevel.HIGH),
        (3, RiskLevel.LOW),
        (4, RiskLevel.NONE),
        (5, RiskLevel.NONE),
        (6, RiskLevel.NONE),
    ],
)
@SCHEMES
def test_report_types_weigh_as_the_policy_says(
    make: Callable[..., MatchedKey], report_type: int, level: RiskLevel
) -> None:
    assert judge(make(steady(NEAR, 4), report_type=report_type)).level is level


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (-6, RiskLevel.NONE),
        (-5, RiskLevel.LOW),
        (-3, RiskLevel.LOW),
        (-2, RiskLevel.HIGH),
        (10, RiskLevel.HIGH),
        (11, RiskLevel.LOW),
        (None, RiskLevel.HIGH),
    ],
)
def test_infectiousness_follows_the_day_from_onset(days: int | None, level: RiskLevel) -> None:
    match = en_match(steady(NEAR, 4))
    assert isinstance(match.key, DiagnosisKey)
    assert judge(replace(match, key=replace(match.key, days_since_onset=days))).level is level


def test_exposures_older_than_fourteen_days_are_forgotten() -> None:
    match = en_match(steady(NEAR, 4))
    assert judge(match, now=MIDNIGHT + 14 * 86_400).level is RiskLevel.HIGH
    later = judge(match, now=MIDNIGHT + 15 * 86_400)
    assert (later.level, later.windows) == (RiskLevel.NONE, ())


def test_a_state_kept_between_calls_takes_over_a_revocation() -> None:
    state, config = EngineState(), RiskConfig()
    first = assess([en_match(steady(NEAR, 4), report_type=3)], config=config, now=NOW, state=state)
    assert first.level is RiskLevel.LOW
    revoked = en_match((), report_type=5)
    second = assess([revoked], config=config, now=NOW, state=state)
    assert second.level is RiskLevel.NONE


def test_a_key_no_phone_could_have_used_does_not_hide_the_others() -> None:
    bad = [
        DiagnosisKey(TEK, MIDNIGHT // 600, 145),
        DiagnosisKey(TEK, MIDNIGHT // 600, 0),
        DiagnosisKey(TEK, 2**32, 144),
        DiagnosisKey(TEK[:5], MIDNIGHT // 600, 144),
    ]
    good = en_match(steady(NEAR, 4))
    matches = [MatchedKey(key, good.sightings) for key in bad]
    assert judge(*matches, good).level is RiskLevel.HIGH


def test_nothing_matched_is_no_risk() -> None:
    result = judge()
    assert (result.level, result.days, result.windows) == (RiskLevel.NONE, (), ())


@pytest.mark.parametrize("model", ["ours", "cwa", "nhs", "enx"])
def test_every_model_warns_of_an_hour_at_one_metre(model: str) -> None:
    policy = msgspec.convert({"model": model}, RiskPolicy)
    result = judge(en_match(steady(NEAR, 12)), policy=policy)
    assert (result.level, result.model) == (RiskLevel.HIGH, model)


def test_the_policy_moves_the_calibration_of_what_sends_no_power() -> None:
    louder = msgspec.convert({"calibration": {"tx_power_dbm": 0}}, RiskPolicy)
    match = day_key_match(steady(NEAR, 4))
    assert judge(match, policy=louder).level is RiskLevel.NONE
