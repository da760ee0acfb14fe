"""Rank with doubt, on the disputed figures of 2020 and 2021."""

import csv
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from bluezone.portal.campaign.stats.coincidence import same_figures
from bluezone.portal.campaign.stats.doubt import (
    counts,
    denominators,
    implied_base,
    printed_unit,
    published_shares,
    relative_sd_between,
    rounding_bounds,
)
from bluezone.portal.campaign.stats.error_model import (
    BASE_SD,
    SOURCE_SD,
    Base,
    ErrorModel,
    Rounding,
    SourceKind,
)
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.fallbacks import (
    first_known,
    half_step_of,
    rate_counts,
    unreported,
)
from bluezone.portal.campaign.stats.rank import Ranking, rank_units
from bluezone.portal.campaign.stats.reliability import reliability, trials

# Users with a phone number on 19/6/2021 17:00 (24h.com.vn, 20/6/2021), the census of
# 1/4/2019, and the percentage of smartphones printed beside them.
PROVINCES = ("27", "48", "01", "30")  # Bắc Ninh, Đà Nẵng, Hà Nội, Hải Dương
USERS = (610_578, 505_551, 3_275_589, 688_900)
CENSUS = (1_368_840, 1_134_310, 8_053_663, 1_892_254)
PERCENT_OF_PHONES = (44.35, 45.25, 37.47, 49.26)
PERCENT_OF_PEOPLE = (44.61, 44.57, 40.67, 40.40)
BAC_NINH, DA_NANG, _, HAI_DUONG = range(4)


def rng() -> np.random.Generator:
    return np.random.default_rng(63)


def by_people(census: tuple[float, ...] = CENSUS) -> Ranking:
    installs = counts(USERS, SourceKind.REGISTRATIONS, growth_per_day=0.002)
    return rank_units(installs, denominators(census, Base.PEOPLE, age_years=2.2), rng=rng())


def by_phones() -> Ranking:
    phones = implied_base(USERS, PERCENT_OF_PHONES)
    installs = counts(USERS, SourceKind.REGISTRATIONS, growth_per_day=0.002)
    return rank_units(installs, denominators(phones, Base.SMARTPHONES), rng=rng())


def test_bac_ninh_leads_by_people_and_hai_duong_by_phones() -> None:
    assert by_people().order()[0] == BAC_NINH
    assert by_phones().order()[0] == HAI_DUONG


def test_the_same_two_orders_follow_from_the_shared_tables(shared: Path) -> None:
    census = {
        row["province_code"]: float(row["population_2019_04_01"])
        for row in rows(shared / "data/vn_population/census2019_provinces.csv")
    }
    phones = {
        row["code"]: float(row["smartphones"])
        for row in rows(shared / "data/vn_population/smartphones_implied.csv")
        if row["as_of"] == "2021-06-19"
    }
    listed = [
        row
        for row in rows(shared / "data/bluezone_adoption/bluezone_adoption_2021-06-19.csv")
        if row["level"] == "province" and row["installs"]
    ]
    codes = [row["code"] for row in listed]
    installs = counts([float(row["installs"]) for row in listed], SourceKind.REGISTRATIONS)
    people = rank_units(
        installs, denominators([census[code] for code in codes], Base.PEOPLE), rng=rng()
    )
    by_phone = rank_units(
        installs,
        denominators([phones.get(code, np.nan) for code in codes], Base.SMARTPHONES),
        rng=rng(),
    )
    assert codes[people.order()[0]] == "27"
    assert codes[by_phone.order()[0]] == "30"
    assert by_phone.missing == 2  # Quảng Ninh and Hồ Chí Minh printed no share of phones


def test_nobody_can_tell_bac_ninh_from_da_nang_by_people() -> None:
    ranking = by_people()
    assert not ranking.can_tell(BAC_NINH, DA_NANG)
    assert ranking.groups[BAC_NINH] == ranking.groups[DA_NANG] == 1
    assert list(ranking.cannot_tell(BAC_NINH)) == [DA_NANG]
    assert ranking.can_tell(BAC_NINH, HAI_DUONG)


def test_hai_duongs_published_share_is_21_percent_on_the_census_and_below_bac_ninh(
    shared: Path,
) -> None:
    table = rows(shared / "data/bluezone_adoption/bluezone_adoption_to_2020-08-20.csv")
    row = next(r for r in table if r["as_of_date"] == "2020-08-20" and r["code"] == "30")
    assert row["pct_population"] == "23.4"
    check_the_published_share(float(row["installs"]), 23.4)


def test_the_published_share_is_wrong_by_the_carried_over_facts_too() -> None:
    check_the_published_share(398_000, 23.4)


def check_the_published_share(installs: float, percent: float) -> None:
    on_census = rank_units(
        # Bắc Ninh: 301,000 on 19/8 is 22 %; both rounded to the thousand.
        counts([installs, 301_000], SourceKind.PRESS, rounding=Rounding.NEAREST),
        denominators([1_892_254, 1_368_840], Base.PEOPLE),
        rng=rng(),
    )
    assert round(100 * on_census.shares[0], 1) == 21.0
    assert round(100 * on_census.shares[1]) == 22
    assert list(on_census.ranks) == [2, 1]
    published = rank_units(published_shares([percent, 22.0], decimals=0), rng=rng())
    assert list(published.ranks) == [1, 2]
    assert not published.can_tell(0, 1)
    assert implied_base(installs, percent) == pytest.approx(1.70e6, rel=0.002)


def test_measured_errors_are_those_of_the_facts_that_contradict_one_another() -> None:
    assert relative_sd_between([15.0e6], [15.7e6]) == pytest.approx(
        SOURCE_SD[SourceKind.PRESS], abs=1e-4
    )
    smartphones = [1_400_000, 1_293_467, 1_398_498]
    pairs = [(a, b) for i, a in enumerate(smartphones) for b in smartphones[i + 1 :]]
    measured = relative_sd_between([a for a, _ in pairs], [b for _, b in pairs])
    assert measured == pytest.approx(BASE_SD[Base.SMARTPHONES], abs=1e-4)
    # Six provinces' bases, as their counts and shares imply them, against the census.
    users = (*USERS, 516_575, 3_285_799)
    percent = (*PERCENT_OF_PEOPLE, 39.12, 36.54)
    census = (*CENSUS, 1_320_324, 8_993_082)
    ratio = np.log(implied_base(users, percent) / np.array(census))
    assert np.sqrt(np.mean(ratio**2)) == pytest.approx(ErrorModel().base_change_sd, abs=5e-4)
    assert np.sum(np.abs(ratio) < 2e-4) == 5


def test_rank_ten_or_better_has_a_probability_for_each_of_63() -> None:
    shares = np.linspace(0.4, 0.07, 63)
    people = np.full(63, 1e6)
    ranking = rank_units(
        counts(shares * people, SourceKind.PRESS), denominators(people, Base.PEOPLE), rng=rng()
    )
    assert ranking.p_ahead.shape == ranking.p_at_most.shape == (63, 63)
    assert ranking.p_rank(10)[0] > 0.999
    assert 0.2 < ranking.p_rank(10)[9] < 0.8
    assert ranking.p_rank(10)[40] < 0.001
    assert ranking.p_rank(10).sum() == pytest.approx(10)
    np.testing.assert_allclose(ranking.p_ahead + ranking.p_ahead.T, 1)
    assert np.all(ranking.low_ranks <= ranking.ranks)
    assert np.all(ranking.ranks <= ranking.high_ranks)


def test_units_without_a_figure_have_no_rank_but_widen_the_others() -> None:
    values = [300.0, np.nan, 200.0, np.nan]
    open_ended = rank_units(counts(values, SourceKind.REPORT), rng=rng())
    assert list(open_ended.ranks) == [1, 0, 2, 0]
    assert open_ended.missing == 2
    assert open_ended.high_ranks[0] > 1
    assert np.isnan(open_ended.p_ahead[0, 1])
    below = rank_units(counts(values, SourceKind.REPORT), rng=rng(), missing_below=100.0)
    assert below.high_ranks[0] == 1


def test_nobody_known_is_an_empty_order_not_an_error() -> None:
    ranking = rank_units(counts([np.nan, np.nan], SourceKind.REPORT), rng=rng())
    assert ranking.order().size == 0
    assert list(ranking.groups) == [0, 0]


def test_equal_counts_are_as_likely_ahead_as_behind() -> None:
    # Hà Nội and Hồ Chí Minh were both printed with 2,397,000 on 20/8/2020.
    ranking = rank_units(
        counts([2_397_000] * 2, SourceKind.PRESS, rounding=Rounding.NEAREST), rng=rng()
    )
    assert list(ranking.ranks) == [1, 1]
    assert ranking.p_ahead[0, 1] == pytest.approx(0.5, abs=0.05)
    zeros = rank_units(counts([0, 0], SourceKind.REPORT), rng=rng())
    assert zeros.p_rank(1)[0] == pytest.approx(0.5, abs=0.05)


def test_an_older_figure_is_brought_forward_and_doubted() -> None:
    ranking = rank_units(
        counts([100_000, 92_000], SourceKind.REPORT, lag_days=[0, 3], growth_per_day=0.04),
        rng=rng(),
    )
    assert ranking.ranks[1] == 1
    assert not ranking.can_tell(0, 1)


def test_a_commune_of_forty_phones_is_doubted_more_than_a_city() -> None:
    small = denominators([40, 40_000], Base.SMARTPHONES).relative_sd
    assert small[0] > 1.5 * small[1]
    slips = counts([4, 4000], SourceKind.REPORT).relative_sd
    assert slips[0] > 0.1 > slips[1]


@pytest.mark.parametrize(
    ("value", "rounding", "bounds"),
    [
        (423_000, Rounding.NEAREST, (422_500, 423_500)),
        (310_000, Rounding.OVER, (310_000, 320_000)),
        (400_000, Rounding.NEARLY, (390_000, 400_000)),
        (66_552, Rounding.NEAREST, (66_551.5, 66_552.5)),
        (66_550, Rounding.EXACT, (66_550, 66_550)),
        (0, Rounding.NEAREST, (-0.5, 0.5)),
    ],
)
def test_a_printed_number_stands_for_all_that_print_alike(
    value: float, rounding: Rounding, bounds: tuple[float, float]
) -> None:
    assert rounding_bounds(value, rounding) == bounds


def test_different_numbers_of_units_are_refused() -> None:
    with pytest.raises(StatsInputError) as caught:
        rank_units(counts([1, 2], SourceKind.REPORT), denominators([1], Base.PEOPLE), rng=rng())
    assert caught.value.code == "invalid_statistics_input"
    with pytest.raises(StatsInputError):
        counts([1, 2, 3], [SourceKind.REPORT] * 2)


def test_the_same_stream_of_chance_gives_the_same_ranking() -> None:
    np.testing.assert_array_equal(by_phones().p_ahead, by_phones().p_ahead)


def test_two_cities_with_one_count_on_20_august_are_likely_a_slip() -> None:
    printed = [456_000, 2_397_000, 371_000, 2_397_000, 398_000]
    (same,) = same_figures(printed, printed_to=[printed_unit(value) for value in printed])
    assert (same.first, same.second, same.value) == (1, 3, 2_397_000)
    assert same.chance < 0.001
    # The day before they were apart, and equal tens in hamlets mean nothing.
    assert same_figures([423_000, 2_334_000, 359_000, 2_293_000, 301_000]) == []
    assert same_figures([12, 12, 12]) == []


def test_carriers_ranked_by_their_own_customers_cannot_all_be_told_apart() -> None:
    # Viettel, MobiFone, VinaPhone, Vietnamobile on 20/8/2020 (vietnamnet.vn), each of its own.
    carriers = rank_units(published_shares([23.16, 22.45, 18.98, 7.41], decimals=2), rng=rng())
    assert list(carriers.ranks) == [1, 2, 3, 4]
    assert not carriers.can_tell(0, 1)
    assert carriers.can_tell(1, 2)
    assert list(carriers.groups) == [1, 1, 2, 3]


def test_a_province_known_by_its_percentage_takes_a_place_with_doubt() -> None:
    people = np.array([1_368_840, 854_679, 598_856, 1_000_000], dtype=float)
    known = counts([301_000, np.nan, np.nan, np.nan], SourceKind.PRESS)
    # Hà Giang and Điện Biên: "around 7 %" on 20/8/2020; of the last nothing is known.
    half = [half_step_of(7, approximate=True)] * 4
    rates = rate_counts([22, 7, 7, np.nan], people, half_step=half)
    both = first_known(known, rates)
    assert both.values[0] == 301_000
    assert both.low[1] == pytest.approx(0.06 * people[1])
    assert both.high[1] == pytest.approx(0.08 * people[1])
    assert both.relative_sd[1] == ErrorModel().base_change_sd
    figures = unreported(both, people)
    shares = both.values[:3] / people[:3]
    assert figures.values[3] / people[3] == pytest.approx(np.exp(np.log(shares).mean()))
    assert 0.4 < figures.relative_sd[3] < 0.7
    ranking = rank_units(figures, denominators(people, Base.PEOPLE), rng=rng())
    assert ranking.can_tell(0, 1)
    assert not ranking.can_tell(1, 2)
    assert ranking.low_ranks[3] < ranking.high_ranks[3]


def test_a_rate_on_a_base_that_fits_is_doubted_by_its_rounding_only() -> None:
    fits = rate_counts([23.4], [1e6], half_step=half_step_of(23.4), base_fits=True)
    assert fits.relative_sd[0] == 0
    assert fits.high[0] - fits.low[0] == pytest.approx(1000)
    assert [half_step_of(p) for p in (22.0, 23.4, 44.61)] == pytest.approx([0.5, 0.05, 0.005])
    older = rate_counts([20.0], [1e6], lag_days=2, growth_per_day=0.04)
    assert older.values[0] == pytest.approx(200_000 * np.exp(0.08))
    for wrong in ([-1.0], [2340.0]):
        with pytest.raises(StatsInputError):
            rate_counts(wrong, [1e6])
    nothing = counts([np.nan], SourceKind.PRESS)
    assert np.isnan(unreported(nothing, np.array([1e6])).values[0])


def test_stated_probabilities_of_rank_come_true_as_often_as_stated() -> None:
    stated, true = [], []
    for row in islice(trials(np.random.default_rng(2020), units=20, best=5), 120):
        stated.append(row.stated)
        true.append(row.true)
    for rows_ in reliability(np.concatenate(stated), np.concatenate(true), bins=5):
        assert rows_.true == pytest.approx(rows_.stated, abs=0.06)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
