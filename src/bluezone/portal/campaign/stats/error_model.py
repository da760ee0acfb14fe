"""The standard deviations of figures, each with where it is from.

Source: `docs/statistics.md`, "The error model"; the measured ones come from facts of the press of
2020 and 2021 that contradict one another (their rows are in the tests).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class SourceKind(StrEnum):
    """Where a count comes from."""

    REGISTRATIONS = "registrations"
    REPORT = "report"
    CARRIER = "carrier"
    STORE = "store"
    VISITS = "visits"
    PRESS = "press"


class Base(StrEnum):
    """What a count is divided by; `COUNT` means by nothing."""

    COUNT = "count"
    PEOPLE = "people"
    ADULTS = "adults"
    SMARTPHONES = "smartphones"
    ACCOUNTS = "accounts"


class Rounding(StrEnum):
    """How a printed number stands to the one behind it."""

    EXACT = "exact"
    NEAREST = "nearest"
    OVER = "over"
    NEARLY = "nearly"


SOURCE_SD: Final[Mapping[SourceKind, float]] = {
    SourceKind.REGISTRATIONS: 0.005,  # assumed: phones whose person chose another unit
    SourceKind.REPORT: 0.02,  # assumed: hand counts, compare with `relative_sd_between`
    SourceKind.CARRIER: 0.03,  # assumed: two SIMs in a phone, numbers used elsewhere
    SourceKind.STORE: 0.10,  # assumed: place guessed from an address, re-installs
    SourceKind.VISITS: 0.05,  # assumed: households away, doors not opened
    # Measured: 15.0 and 15.7 million downloads printed on one day, 11/8/2020.
    SourceKind.PRESS: 0.0322,
}

BASE_SD: Final[Mapping[Base, float]] = {
    Base.COUNT: 0.0,
    Base.PEOPLE: 0.002,  # assumed: what a census misses, beyond what it misses everywhere
    Base.ADULTS: 0.02,  # assumed: the age pyramid of the nation used for a province
    # Measured: 1.40, 1.293 and 1.398 million smartphones implied for one province.
    Base.SMARTPHONES: 0.0454,
    Base.ACCOUNTS: 0.02,  # assumed
}


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """The relative standard deviations in use; replace one when better is known.

    Attributes:
        source_sd: one a kind of source.
        base_sd: one a kind of base, on the day the base was counted.
        base_change_sd: of a base that a published percentage implies but does not name.
            Measured: of six provinces five fit the census of 2019 and one lies 10.4 % below.
        base_growth_sd: by how much the yearly growth of provinces differs. Assumed 1 %: the
            nation grew 1.1 % a year between the censuses of 2009 and 2019.
        hour_sd_days: sd of a report's hour when only its day is known, 1/sqrt(12) days.
        lag_doubt: share of the step forward in time that is doubted.
        miscount_people: sd of a slip of the pen, in people: it matters where tens are counted.
        share_sd: sd of one person having a smartphone (or being adult), sqrt(p (1 - p)) at
            the 82 % of people with smartphones that were claimed for Hải Dương on 6/8/2020. A
            base of tens that was got by such a share is doubted by it over the square root
            of the base.
    """

    source_sd: Mapping[SourceKind, float] = field(default_factory=lambda: dict(SOURCE_SD))
    base_sd: Mapping[Base, float] = field(default_factory=lambda: dict(BASE_SD))
    base_change_sd: float = 0.0425
    base_growth_sd: float = 0.010
    hour_sd_days: float = 12**-0.5
    lag_doubt: float = 0.5
    miscount_people: float = 0.5
    share_sd: float = 0.38
