"""Generated campaigns: honest counts of many units, for back-tests, benches and the demo.

Source: `docs/statistics.md`, "Generated data". The curves are made by a mechanism (people won
by a campaign and by one another, Bass 1969) and not by the Richards curve that the forecast
fits: a forecast that is only tested on its own curve proves nothing.
The surprising decision: chance is over-dispersed on purpose. Villages do not install one
phone at a time; a team comes, and fifty do.
"""

from dataclasses import dataclass

import numpy as np

from bluezone.portal.campaign.stats.arrays import Bools, Days, Floats, Generator, Ints


@dataclass(frozen=True, slots=True)
class CampaignShape:
    """What a generated campaign is like. All assumed, in the range of the facts of 2020.

    Attributes:
        units, groups: how many units in how many groups of siblings.
        days: how many days.
        phones_median, phones_sigma: of a unit's phones, log-normal; a commune of Hải Dương
            has about 1.4 million / 235 = 6,000.
        final_share: mean share of phones that are ever won; units differ by `final_sd` in logit.
        pull: share of the winnable phones that the campaign alone wins in a day.
        word_of_mouth: further share a day when all winnable phones but a few are won.
        group_sd, unit_sd: by how much the speeds of groups and of units differ (log).
        shock_sd, shock_memory_days: slow changes of the speed (log), and how long they last.
        weekday: factor on Saturdays and Sundays.
        cluster: mean size of a visit's harvest; 1 is plain chance.
        missing: probability that a day is not reported.
        late_share: share of a day's installs that is reported a day late, on average.
        gift_days: how many days with gifts; `gift_lift` is the honest factor on them.
        active_share: share of installs that stay active phones.
        tiring_days: after how many days the whole effort has shrunk to 1/e; a curve of another
            family than the forecast's when it is short.
    """

    units: int = 235
    groups: int = 12
    days: int = 40
    phones_median: float = 5000.0
    phones_sigma: float = 0.7
    final_share: float = 0.5
    final_sd: float = 0.6
    pull: float = 0.02
    word_of_mouth: float = 0.22
    group_sd: float = 0.25
    unit_sd: float = 0.25
    shock_sd: float = 0.35
    shock_memory_days: float = 4.0
    weekday: float = 0.7
    cluster: float = 6.0
    missing: float = 0.08
    late_share: float = 0.1
    gift_days: int = 0
    gift_lift: float = 1.6
    active_share: float = 0.8
    tiring_days: float = 1e9


@dataclass(frozen=True, slots=True)
class Campaign:
    """Counts of n units over T days.

    Attributes:
        days: shape (T,), `datetime64[D]`.
        installs: shape (n, T), true cumulative installs.
        reported: shape (n, T), what was reported; NaN where nothing was.
        active: shape (n, T), active phones, counted by their registrations.
        phones: shape (n,), true number of phones.
        siblings: shape (n,), group of the unit.
        gifts: shape (T,), days with gifts.
    """

    days: Days
    installs: Floats
    reported: Floats
    active: Floats
    phones: Floats
    siblings: Ints
    gifts: Bools


def grow(shape: CampaignShape, rng: Generator, *, start: str = "2020-08-01") -> Campaign:
    """Return a generated honest campaign that begins on `start`."""
    days = np.datetime64(start, "D") + np.arange(shape.days)
    siblings = np.arange(shape.units, dtype=np.int64) * shape.groups // shape.units
    phones = np.ceil(
        shape.phones_median * np.exp(shape.phones_sigma * rng.standard_normal(shape.units))
    )
    gifts = np.zeros(shape.days, dtype=np.bool_)
    if shape.gift_days:
        gifts[rng.choice(np.arange(5, shape.days - 6), shape.gift_days, replace=False)] = True
    daily = _daily(shape, days, gifts, phones, siblings, rng)
    installs = np.cumsum(daily, axis=1)
    return Campaign(
        days,
        installs,
        _report(shape, daily, rng),
        _active(shape, daily, rng),
        phones,
        siblings,
        gifts,
    )


def _daily(
    shape: CampaignShape, days: Days, gifts: Bools, phones: Floats, siblings: Ints, rng: Generator
) -> Floats:
    """Return true new installs of each day, shape (n, T)."""
    n = shape.units
    logit = np.log(shape.final_share / (1 - shape.final_share))
    winnable = np.rint(phones / (1 + np.exp(-logit - shape.final_sd * rng.standard_normal(n))))
    speed = np.exp(
        shape.group_sd * rng.standard_normal(shape.groups)[siblings]
        + shape.unit_sd * rng.standard_normal(n)
    )
    calendar = np.where(_weekend(days), shape.weekday, 1.0) * np.where(gifts, shape.gift_lift, 1.0)
    calendar = calendar * np.exp(-np.arange(days.size) / shape.tiring_days)
    memory = np.exp(-1 / shape.shock_memory_days)
    shock = shape.shock_sd * rng.standard_normal(n)
    total, result = np.zeros(n), np.zeros((n, days.size))
    for day in range(days.size):
        share = total / np.maximum(winnable, 1)
        hazard = (shape.pull + shape.word_of_mouth * share) * speed * np.exp(shock) * calendar[day]
        result[:, day] = _harvest(winnable - total, hazard, shape.cluster, rng)
        total += result[:, day]
        fresh = shape.shock_sd * np.sqrt(1 - memory**2) * rng.standard_normal(n)
        shock = memory * shock + fresh
    return result


def _weekend(days: Days) -> Bools:
    """Return which days are Saturdays or Sundays; 1970-01-01 was a Thursday."""
    return np.asarray((days.astype(np.int64) + 3) % 7 >= 5)


def _harvest(left: Floats, hazard: Floats, cluster: float, rng: Generator) -> Floats:
    """Return how many of `left` are won in a day: binomial with clustered chance."""
    chance = 1 - np.exp(-hazard)
    size = np.maximum(left * chance / cluster, 0.05)
    luck = rng.gamma(size) / size
    return rng.binomial(left.astype(np.int64), np.clip(chance * luck, 0, 0.95)).astype(np.float64)


def _report(shape: CampaignShape, daily: Floats, rng: Generator) -> Floats:
    """Return reported cumulative counts: some of a day comes a day late, some days are missing."""
    late_share = np.clip(shape.late_share * rng.gamma(2.0, 0.5, daily.shape), 0, 0.9)
    late = rng.binomial(daily.astype(np.int64), late_share)
    reported = np.cumsum(daily, axis=1) - late
    reported = np.where(rng.random(daily.shape) < shape.missing, np.nan, reported)
    return np.asarray(reported, dtype=np.float64)


def _active(shape: CampaignShape, daily: Floats, rng: Generator) -> Floats:
    """Return active phones: most installs stay, a few of the old ones leave every day."""
    active = np.zeros_like(daily)
    total = np.zeros(len(daily))
    for day in range(daily.shape[1]):
        stay = rng.binomial(daily[:, day].astype(np.int64), shape.active_share)
        leave = rng.binomial(total.astype(np.int64), 0.004)
        total = total + stay - leave
        active[:, day] = total
    return active
