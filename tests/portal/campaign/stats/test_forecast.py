"""Forecasts: few figures, odd figures, facts of 2020, and coverage in back-tests."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from bluezone.portal.campaign.stats.answers import Forecast, Outcome
from bluezone.portal.campaign.stats.backtest import backtest, backtest_finish
from bluezone.portal.campaign.stats.calibration import Stretch, factors, scores, stretched
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.forecast import TABLE, ForecastSettings, forecast
from bluezone.portal.campaign.stats.futures import Futures, fit_histories
from bluezone.portal.campaign.stats.generated import CampaignShape, grow
from bluezone.portal.campaign.stats.growth import CurvePrior
from bluezone.portal.campaign.stats.histories import Histories
from bluezone.portal.campaign.stats.observed import rest_days_until
from bluezone.portal.campaign.stats.words import phrase

START = np.datetime64("2020-08-03")


def ahead(values: list[float], *, phones: float = 1000.0, target: float = 600.0) -> Forecast:
    history = Histories.of(START + np.arange(len(values)), [values], phones=phones)
    return forecast(history, horizon_days=30, rng=np.random.default_rng(1), targets=target)


def hai_duong() -> Histories:
    """Return Hải Dương's printed counts: 5/8 (baohaiduong.vn), 15/8, 16/8, 20/8, 1/9/2020."""
    days = ["2020-08-05", "2020-08-15", "2020-08-16", "2020-08-20", "2020-09-01"]
    return Histories.of(days, [[66_552, 310_000, 330_000, 398_000, 455_559]], phones=1.4e6)


def test_hai_duong_on_16_august_holds_what_was_counted_on_the_20th_and_in_september() -> None:
    made = forecast(
        hai_duong(),
        horizon_days=16,
        rng=np.random.default_rng(20),
        targets=0.6 * 1.4e6,
        target_day=dt.date(2020, 8, 20),
        as_of=dt.date(2020, 8, 16),
    )
    assert made.fan[0, 0, 3] < 398_000 < made.fan[2, 0, 3]
    assert made.fan[0, 0, 15] < 455_559 < made.fan[2, 0, 15]
    assert made.p_by_target_day[0] < 0.02
    assert made.days[3] == np.datetime64("2020-08-20")


def test_the_nation_on_11_august_holds_the_downloads_of_the_19th() -> None:
    days = ["2020-07-25", "2020-08-02", "2020-08-09", "2020-08-11"]
    nation = Histories.of(days, [[0.2e6, 2e6, 13.5e6, 15.7e6]], phones=76.8e6)
    made = forecast(nation, horizon_days=9, rng=np.random.default_rng(8))
    assert made.fan[0, 0, 7] < 19.4e6 < made.fan[2, 0, 7]
    assert made.outcomes == (Outcome.NO_TARGET,)


def test_a_forecast_does_not_know_what_came_after_its_evening() -> None:
    early = hai_duong().until(dt.date(2020, 8, 16))
    rng = np.random.default_rng
    as_of = dt.date(2020, 8, 16)
    one = forecast(hai_duong(), horizon_days=5, rng=rng(1), as_of=as_of)
    two = forecast(early, horizon_days=5, rng=rng(1))
    np.testing.assert_array_equal(one.fan, two.fan)


@pytest.mark.parametrize(
    "values",
    [
        [100.0],
        [100.0, 150.0],
        [100.0, 150.0, 210.0],
        [0.0, 0.0, 0.0],
        [300.0] * 6,
        [500.0, 480.0, 450.0, 430.0],
        [np.nan, 50.0, np.nan, np.nan],
        [1500.0, 1600.0],
    ],
    ids=["one", "two", "three", "zero", "flat", "falling", "gaps", "above-phones"],
)
def test_few_and_odd_figures_give_a_fan_that_is_wide_but_not_silly(values: list[float]) -> None:
    made = ahead(values)
    low, middle, high = made.fan[:, 0]
    last = values[-1] if np.isfinite(values[-1]) else 0.0
    assert np.all(np.isfinite(made.fan))
    assert np.all(low <= middle)
    assert np.all(middle <= high)
    assert np.all(np.diff(middle) >= 0)
    assert low[0] >= last
    assert high[-1] <= max(1.1 * 1000, 1.2 * last)


def test_fewer_figures_mean_a_wider_fan() -> None:
    growth = [40.0, 70.0, 110.0, 160.0, 215.0, 270.0, 320.0, 362.0, 398.0, 426.0, 448.0, 465.0]
    one, all_of_them = ahead(growth[-1:]), ahead(growth)
    width = [made.fan[2, 0, 13] - made.fan[0, 0, 13] for made in (one, all_of_them)]
    assert width[0] > width[1]


def test_siblings_help_a_unit_that_has_reported_once() -> None:
    made = grow(CampaignShape(units=12, groups=1, days=20, missing=0.0), np.random.default_rng(4))
    counts = made.reported.copy()
    counts[0, :-1] = np.nan
    together = Histories.of(made.days, counts, phones=made.phones)
    alone = Histories.of(made.days, counts[:1], phones=made.phones[:1])
    width = []
    for history in (together, alone):
        fan = forecast(history, horizon_days=7, rng=np.random.default_rng(5)).fan[:, 0, -1]
        width.append(fan[2] - fan[0])
    assert width[0] < width[1]


def test_a_target_above_the_ceiling_is_not_reached_and_says_so_with_the_ceiling() -> None:
    slow = [100.0, 200.0, 270.0, 315.0, 345.0, 362.0, 374.0, 381.0, 385.0, 388.0, 389.0, 390.0]
    made = ahead(slow, target=900.0)
    assert made.outcomes == (Outcome.NOT_REACHED,)
    assert np.all(np.isnat(made.finish))
    assert 385 < made.ceiling[1, 0] < 600
    text = phrase(made.message(0), "en")
    assert "900 is not reached" in text
    assert f"{made.ceiling[1, 0]:,.0f}" in text


def test_a_target_above_the_phones_is_named_as_such() -> None:
    made = ahead([100.0, 200.0], target=1200.0)
    assert made.outcomes == (Outcome.ABOVE_PHONES,)
    assert "1.000 điện thoại" in phrase(made.message(0), "vi")


def test_a_target_that_is_reached_names_the_day_instead_of_a_forecast() -> None:
    made = ahead([650.0])
    assert made.outcomes == (Outcome.REACHED,)
    assert made.p_by_target_day[0] == 1.0
    assert made.finish[1, 0] == START


def test_a_unit_on_its_way_gets_a_date_with_an_interval() -> None:
    steady = [20.0, 45.0, 80.0, 125.0, 180.0, 240.0, 305.0, 370.0, 430.0]
    made = ahead(steady, target=500.0)
    assert made.outcomes == (Outcome.EXPECTED,)
    first, likely, _ = made.finish[:, 0]
    assert np.datetime64("2020-08-12") <= first <= likely <= np.datetime64("2020-08-20")
    assert "8 times in 10 between" in phrase(made.message(0), "en") or (
        "it may also be after" in phrase(made.message(0), "en")
    )


def test_a_commune_of_forty_phones_is_never_forecast_above_them() -> None:
    made = ahead([20.0, 25.0, 31.0, 31.0, 33.0, 36.0], phones=40.0, target=38.0)
    assert made.fan[2, 0, -1] <= 44
    assert made.fan[0, 0, 0] >= 36


def test_eighty_percent_intervals_hold_about_eighty_percent_in_back_tests() -> None:
    shape = CampaignShape(units=40, groups=4, days=40)
    rng = np.random.default_rng(2020)
    made = grow(shape, rng)
    history = Histories.of(made.days, made.reported, phones=made.phones, siblings=made.siblings)
    inside = [row.inside for row in backtest(history, cuts=(2, 8, 16), ahead=(1, 5, 14), rng=rng)]
    assert len(inside) == 9
    assert 0.65 < np.mean(inside) < 0.95
    finish = list(backtest_finish(history, 0.3 * history.phones, cuts=(4, 10), rng=rng))
    assert 0.6 < np.mean([row.inside for row in finish]) <= 1.0


def test_figures_fitted_together_are_fitted_as_each_alone_and_as_scipy_does() -> None:
    made = grow(CampaignShape(units=8, groups=8, days=14), np.random.default_rng(14))
    whole = Histories.of(made.days, made.reported, phones=made.phones, siblings=np.arange(8))
    prior = CurvePrior()
    batch = fit_histories(whole, prior=prior)[1]
    scipys = fit_histories(whole, prior=prior, refined=True)[1]
    alone = [
        fit_histories(
            Histories.of(made.days, made.reported[u : u + 1], phones=made.phones[u : u + 1]),
            prior=prior,
        )[1].theta
        for u in range(8)
    ]
    sd = np.sqrt(np.diagonal(batch.covariance, axis1=1, axis2=2))
    assert np.all(np.abs(batch.theta - scipys.theta) < 0.1 * sd)
    assert np.all(np.abs(batch.theta - np.concatenate(alone)) < 0.1 * sd)


def test_a_table_of_few_draws_says_nearly_what_the_single_forecast_says() -> None:
    made = grow(CampaignShape(units=20, groups=2, days=16), np.random.default_rng(3))
    whole = Histories.of(made.days, made.reported, phones=made.phones, siblings=made.siblings)
    fans = [
        forecast(whole, horizon_days=10, rng=np.random.default_rng(1), settings=settings).fan
        for settings in (ForecastSettings(draws=800), TABLE)
    ]
    middle = np.abs(np.log(fans[1][1] / fans[0][1]))
    assert np.median(middle) < 0.02
    assert middle.max() < 0.15


def test_a_fan_is_stretched_until_it_held_the_units_own_past() -> None:
    def fan(shape: CampaignShape, *, calibrated: bool) -> np.ndarray:
        made = grow(shape, np.random.default_rng(6))
        whole = Histories.of(made.days, made.reported, phones=made.phones, siblings=made.siblings)
        rng = np.random.default_rng(7)
        settings = ForecastSettings(draws=100, calibrated=calibrated)
        return forecast(whole, horizon_days=7, rng=rng, settings=settings).fan[:, :, -1]

    def wider(shape: CampaignShape) -> float:
        width = [np.diff(fan(shape, calibrated=c)[[0, 2]], axis=0) for c in (True, False)]
        return float(np.median(width[0] / width[1]))

    calm = CampaignShape(units=80, groups=8, days=15, shock_sd=0.1, cluster=1.0)
    wild = replace(calm, shock_sd=0.8, cluster=20.0)
    assert wider(wild) > wider(calm)


def test_scores_of_later_figures_are_one_at_the_edges_of_the_fan() -> None:
    paths = np.linspace(100, 200, 101)[:, None, None] * np.ones((1, 3, 1))
    futures = Futures(
        paths, paths[..., 0] + 100, np.full(3, 50.0), np.full(3, 900.0), np.full(3, 0.5), 6.0
    )
    low, middle, high = np.quantile(paths[:, 0, 0], (0.1, 0.5, 0.9))
    np.testing.assert_allclose(scores(futures, 0, np.array([low, middle, high])), [-1, 0, 1])
    below_the_last = scores(futures, 0, np.array([10.0, np.nan, 150.0]))
    assert below_the_last[0] <= -1.5
    assert np.isnan(below_the_last[1])
    assert factors(np.linspace(-2, 2, 401)) == pytest.approx((1.6, 1.6))
    np.testing.assert_allclose(
        np.quantile(stretched(futures, Stretch(np.ones(3), np.ones(3))).paths, 0.9, axis=0),
        np.quantile(paths, 0.9, axis=0),
    )


@pytest.mark.parametrize(
    ("values", "target", "target_day", "outcome", "words"),
    [
        ([550.0, 610.0, 640.0], 600, None, "reached", "by the figure of 04/08/2020"),
        ([550.0, 610.0, 640.0], 600, dt.date(2020, 8, 4), "reached", "is reached"),
        ([550.0, 580.0, 640.0], 600, dt.date(2020, 8, 4), "late", "after its day, 04/08/2020"),
        ([550.0, 640.0, 590.0], 600, None, "expected", "is expected"),
        ([100.0, 160.0, 230.0], 600, dt.date(2020, 8, 4), "missed", "230 of 600"),
        ([100.0, 160.0, 230.0], 600, None, "uncertain", "not before"),
        ([380.0, 385.0, 386.0] + [386.0] * 12, 900, None, "not_reached", "is not reached by"),
        ([500.0, 480.0, 450.0, 430.0], 600, None, "falling", "the last figures fall"),
        ([500.0, 560.0, 520.0, 570.0, 590.0], 600, None, "expected", "is expected"),
        ([np.nan, np.nan], 600, None, "no_figure", "nothing has been reported"),
        ([np.nan, 50.0], 600, None, "one_figure", "no growth can be seen"),
        ([100.0, 200.0], 1200, None, "above_phones", "cannot be reached"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else None,
)
def test_every_odd_history_gets_an_answer_in_words(
    values: list[float], target: float, target_day: dt.date | None, outcome: str, words: str
) -> None:
    history = Histories.of(START + np.arange(len(values)), [values], phones=1000.0)
    made = forecast(
        history,
        horizon_days=14,
        rng=np.random.default_rng(1),
        targets=target,
        target_day=target_day,
    )
    assert made.outcomes == (outcome,)
    assert words in phrase(made.message(0), "en")
    assert "{" not in phrase(made.message(0), "vi")


def test_a_day_that_is_over_is_judged_by_its_figures_and_not_by_chance() -> None:
    days = ["2020-08-18", "2020-08-22"]
    history = Histories.of(days, [[300, 700], [650, 700], [300, 500], [np.nan, 700]], phones=1000)
    made = forecast(
        history,
        horizon_days=5,
        rng=np.random.default_rng(1),
        targets=600,
        target_day=dt.date(2020, 8, 20),
    )
    # Passed between two figures: nobody can tell on which side of the 20th.
    assert list(made.p_by_target_day) == [0.5, 1.0, 0.0, 0.5]
    assert made.outcomes == (Outcome.REACHED, Outcome.REACHED, Outcome.MISSED, Outcome.REACHED)
    assert made.finish[1, 1] == np.datetime64("2020-08-18")


def test_nothing_is_said_of_a_unit_that_never_reported_though_its_siblings_did() -> None:
    history = Histories.of(START + np.arange(3), [[1, 20, 45], [np.nan] * 3], phones=1000)
    made = forecast(history, horizon_days=5, rng=np.random.default_rng(1), targets=60)
    assert made.outcomes[1] is Outcome.NO_FIGURE
    assert np.all(np.isnan(made.fan[:, 1]))
    assert np.isnan(made.p_within[1])
    assert np.all(np.isnat(made.finish[:, 1]))


def test_old_days_are_left_out_but_nobody_who_reported_then_is() -> None:
    history = Histories.of(
        START + np.arange(5), [[1, 2, 3, 4, 5], [1, 2, 3, np.nan, np.nan], [np.nan] * 5]
    )
    kept = history.recent(2)
    assert kept.days.size == 2
    np.testing.assert_array_equal(kept.counts, [[4, 5], [3, np.nan], [np.nan, np.nan]])
    assert history.recent(5) is history


def test_weekends_are_counted_by_the_calendar() -> None:
    saturday = (np.datetime64("2020-08-15") - np.datetime64("1970-01-01")).astype(int)
    until = rest_days_until(np.array([saturday - 1, saturday, saturday + 1, saturday + 2], float))
    assert list(np.diff(until)) == [1, 1, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Histories.of(["2020-08-02", "2020-08-01"], [[1, 2]]),
        lambda: Histories.of([], [[]]),
        lambda: Histories.of(["2020-08-01"], [[1, 2]]),
        lambda: Histories.of(["2020-08-01"], [[-1]]),
        lambda: Histories.of(["2020-08-01"], [[1]], phones=[1, 2]),
        lambda: Histories.of(["2020-08-01"], [[1]], siblings=[1, 2]),
        lambda: Histories.of(["2020-08-02"], [[1]]).until(dt.date(2020, 8, 1)),
        lambda: forecast(hai_duong(), horizon_days=0, rng=np.random.default_rng(1)),
        lambda: list(backtest(hai_duong(), cuts=[4], ahead=[1], rng=np.random.default_rng(1))),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(wrong: object) -> None:
    with pytest.raises(StatsInputError):
        wrong()
