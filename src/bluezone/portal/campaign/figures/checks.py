"""Is a count possible? What is not is held for an inspector, never thrown away.

Used for typed figures and for files alike. Limits of ours: a count of at most 100 for a unit of
at least 10,000 people, or after a count of at least 1,000, looks like a percentage.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from bluezone.portal.campaign.figures import asof
from bluezone.portal.campaign.figures.choices import CUMULATIVE, Base, Series
from bluezone.portal.campaign.figures.denominators import KnownDenominator, denominators

_PERCENT_AT_MOST: Final = 100
_PERCENT_PEOPLE: Final = 10_000
_PERCENT_BEFORE: Final = 1_000


class Doubt(StrEnum):
    """Why a figure is held."""

    MORE_THAN_PEOPLE = "more_than_people"
    MORE_THAN_SMARTPHONES = "more_than_smartphones"
    LOOKS_LIKE_PERCENTAGE = "looks_like_percentage"


DOUBTS: Final = {
    Doubt.MORE_THAN_PEOPLE: _("more than the people who live there"),
    Doubt.MORE_THAN_SMARTPHONES: _("more than the smartphones there"),
    Doubt.LOOKS_LIKE_PERCENTAGE: _("looks like a percentage, not a count"),
}
"""Each doubt in words."""


def doubts_in_words(reason: str) -> list[str]:
    """Return the codes in a figure's `reason` as words."""
    known = {str(code): words for code, words in DOUBTS.items()}
    return [str(known.get(code, code)) for code in reason.split()]


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says of a unit, a series and a day."""

    unit_path: str
    series: Series
    day: dt.date
    value: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks found: doubts hold the figure, `fell_from` is only a warning."""

    doubts: tuple[Doubt, ...] = ()
    fell_from: int | None = None
    people: KnownDenominator | None = None


@dataclass(slots=True)
class _Known:
    people: dict[tuple[str, dt.date], KnownDenominator] = field(default_factory=dict)
    smartphones: dict[tuple[str, dt.date], KnownDenominator] = field(default_factory=dict)
    before: dict[tuple[str, Series, dt.date], int] = field(default_factory=dict)


def examine(claims: Iterable[Claim]) -> list[Verdict]:
    """Return a verdict on each claim, in order; a fixed number of queries a series and day."""
    claims = list(claims)
    with override("en"):  # a figure keeps the source of its denominator as it is stored
        known = _look_up(claims)
    return [_verdict(claim, known) for claim in claims]


def _look_up(claims: Iterable[Claim]) -> _Known:
    by_day: defaultdict[dt.date, set[str]] = defaultdict(set)
    by_series: defaultdict[tuple[Series, dt.date], set[str]] = defaultdict(set)
    for claim in claims:
        by_day[claim.day].add(claim.unit_path)
        by_series[claim.series, claim.day].add(claim.unit_path)
    known = _Known()
    for day, paths in by_day.items():
        for base, into in (
            (Base.PEOPLE, known.people),
            (Base.SMARTPHONES, known.smartphones),
        ):
            found = denominators(sorted(paths), base, day)
            into.update({(path, day): value for path, value in found.items()})
    for (series, day), paths in by_series.items():
        before = asof.last_own(paths, series, day - dt.timedelta(days=1))
        known.before.update({(path, series, day): row.value for path, row in before.items()})
    return known


def _verdict(claim: Claim, known: _Known) -> Verdict:
    place = claim.unit_path, claim.day
    people = known.people.get(place)
    before = known.before.get((claim.unit_path, claim.series, claim.day))
    doubts = tuple(_doubts(claim, people, known.smartphones.get(place), before))
    fell = before is not None and claim.series in CUMULATIVE and claim.value < before
    return Verdict(doubts, before if fell else None, people)


def _doubts(
    claim: Claim,
    people: KnownDenominator | None,
    smartphones: KnownDenominator | None,
    before: int | None,
) -> Iterable[Doubt]:
    if people is not None and claim.value > people.value:
        yield Doubt.MORE_THAN_PEOPLE
    elif (
        smartphones is not None
        and claim.series != Series.DOWNLOADS
        and claim.value > smartphones.value
    ):
        yield Doubt.MORE_THAN_SMARTPHONES
    large = people is not None and people.value >= _PERCENT_PEOPLE
    was_large = before is not None and before >= _PERCENT_BEFORE
    if 0 < claim.value <= _PERCENT_AT_MOST and (large or was_large):
        yield Doubt.LOOKS_LIKE_PERCENTAGE


def as_reason(verdict: Verdict) -> str:
    """Return the doubts as a figure keeps them."""
    return " ".join(verdict.doubts)
