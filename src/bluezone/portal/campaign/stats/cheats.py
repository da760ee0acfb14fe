"""Generated campaigns with the five ways of cheating put in, and how well they are found.

Source: `docs/statistics.md`, "Precision and recall". Used by tests and by `bench/suspicion.py`;
nothing here touches real reports. The surprising decision: recall asks for the right kind, but
only an honest unit makes a finding false. A gift cheat that is also named a jump is counted
apart: whoever goes there has not gone in vain.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bluezone.portal.campaign.stats.arrays import Floats, Generator, Ints
from bluezone.portal.campaign.stats.generated import Campaign
from bluezone.portal.campaign.stats.histories import Histories
from bluezone.portal.campaign.stats.suspicion import (
    Finding,
    Kind,
    Reports,
    SuspicionSettings,
    find_suspicious,
)


@dataclass(frozen=True, slots=True)
class Detection:
    """How well one kind was found.

    Attributes:
        kind: which.
        cheats: units that cheat in this way.
        found: those of them that are named for it.
        other: units named for it that cheat in another way.
        false: honest units named for it.
    """

    kind: Kind
    cheats: int
    found: int
    other: int
    false: int

    @property
    def precision(self) -> float:
        """Share of the units named that cheat, in this or another way; NaN where none is named."""
        named = self.found + self.other + self.false
        return (self.found + self.other) / named if named else np.nan

    @property
    def recall(self) -> float:
        """Share of the units that cheat in this way that are found."""
        return self.found / self.cheats if self.cheats else np.nan


def reports_of(campaign: Campaign) -> Reports:
    """Return what an inspector sees of a generated campaign."""
    histories = Histories.of(
        campaign.days, campaign.reported, phones=campaign.phones, siblings=campaign.siblings
    )
    return Reports.of(histories, active=campaign.active, gifts=campaign.gifts)


def inject(campaign: Campaign, kind: Kind, units: Ints, rng: Generator) -> Campaign:
    """Return the campaign with `units` cheating in one way."""
    reported, active = campaign.reported.copy(), campaign.active.copy()
    for unit in units:
        phones = float(campaign.phones[unit])
        if kind is Kind.JUMP:
            reported[unit] = _jump(reported[unit], phones, rng)
        elif kind is Kind.ROUND:
            reported[unit] = _round(reported[unit])
        elif kind is Kind.COPY:
            reported[unit] = _copy(reported[unit], rng)
        elif kind is Kind.ABOVE_PHONES:
            reported[unit] = _swell(reported[unit], phones, rng)
        else:
            reported[unit], active[unit] = _gift(campaign, int(unit), rng)
    return replace(campaign, reported=reported, active=active)


def _jump(row: Floats, phones: float, rng: Generator) -> Floats:
    """Add a fifth to two fifths of the phones on one day and keep them."""
    day = int(rng.integers(6, max(row.size - 2, 7)))
    added = np.rint(rng.uniform(0.2, 0.4) * phones)
    return np.asarray(row + added * (np.arange(row.size) >= day))


def _round(row: Floats) -> Floats:
    """Report to the ten, the fifty or the hundred, as large as the numbers bear."""
    typical = float(np.nanmedian(row))
    step = 10 if typical < 500 else 50 if typical < 1500 else 100
    return np.asarray(np.rint(row / step) * step)


def _copy(row: Floats, rng: Generator) -> Floats:
    """Report yesterday's figure on two of five days."""
    result = row.copy()
    for day in range(3, row.size):
        if rng.random() < 0.4:
            result[day] = result[day - 1]
    return result


def _swell(row: Floats, phones: float, rng: Generator) -> Floats:
    """Blow the reports up until the last lies a third to two thirds above the phones."""
    return np.asarray(np.rint(row * rng.uniform(1.3, 1.65) * phones / max(np.nanmax(row), 1.0)))


def _gift(campaign: Campaign, unit: int, rng: Generator) -> tuple[Floats, Floats]:
    """Install for the gift, count, and delete three days later."""
    row, active = campaign.reported[unit].copy(), campaign.active[unit].copy()
    column = np.arange(row.size)
    for day in np.flatnonzero(campaign.gifts):
        added = np.rint(rng.uniform(0.1, 0.2) * campaign.phones[unit])
        row = row + added * (column >= day)
        active = active + added * ((column >= day) & (column < day + 3))
    return row, active


def detect(
    campaign: Campaign,
    cheating: Mapping[Kind, Ints],
    *,
    settings: SuspicionSettings | None = None,
) -> Iterator[Detection]:
    """Yield how well each kind is found in a campaign in which `cheating` is known."""
    found: list[Finding] = find_suspicious(reports_of(campaign), settings=settings)
    anyone = {int(unit) for units in cheating.values() for unit in units}
    for kind in Kind:
        named = {finding.unit for finding in found if finding.kind is kind}
        guilty = {int(unit) for unit in cheating.get(kind, np.array([], dtype=np.int64))}
        yield Detection(
            kind,
            len(guilty),
            len(named & guilty),
            len((named & anyone) - guilty),
            len(named - anyone),
        )


def mixed(campaign: Campaign, rng: Generator, *, each: int) -> tuple[Campaign, Mapping[Kind, Ints]]:
    """Return the campaign with `each` units cheating in each way, no unit in two."""
    lots = rng.permutation(campaign.phones.size)[: each * len(Kind)].astype(np.int64)
    cheating = {kind: lots[i * each : (i + 1) * each] for i, kind in enumerate(Kind)}
    for kind, units in cheating.items():
        campaign = inject(campaign, kind, units, rng)
    return campaign, cheating
