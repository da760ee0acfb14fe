"""Which reports an inspector should look at first, and why.

Source: `docs/statistics.md`, "Suspicion"; five ways in which counts go wrong where
ranks and gifts are at stake: sudden jumps, round numbers, copies of yesterday, more
installs than phones, and installing, counting and deleting after gifts.
The surprising decision: a finding is a question, not a verdict. Its strength is how rare the
pattern is among honest reports, 3 for one in a thousand, and every sentence ends with what to
ask. Rounded sources (the press) must not be fed in: they would be found, rightly and to no use.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from bluezone.portal.campaign.stats.arrays import (
    Bools,
    Days,
    Floats,
    Ints,
    as_date,
    as_days,
    matching,
)
from bluezone.portal.campaign.stats.errors import StatsInputError
from bluezone.portal.campaign.stats.forecast import Histories
from bluezone.portal.campaign.stats.usual import Usual, usual_growth
from bluezone.portal.campaign.stats.words import Message


class Kind(StrEnum):
    """The five ways."""

    JUMP = "jump"
    ROUND = "round"
    COPY = "copy"
    ABOVE_PHONES = "above_phones"
    GIFT = "gift"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question to one unit.

    Attributes:
        kind: which way of cheating it looks like.
        unit: index of the unit.
        day, last_day: first and last day of the pattern.
        strength: -log10 of how often an honest unit would look like this, at most 12.
        message: the facts, ready for `words.phrase`.
    """

    kind: Kind
    unit: int
    day: dt.date
    last_day: dt.date
    strength: float
    message: Message


@dataclass(frozen=True, slots=True)
class SuspicionSettings:
    """From where on a pattern is a finding. Tuned on generated campaigns, see docs.

    Attributes:
        jump_sd: how many robust sd a step lies over the usual.
        jump_people, jump_share: least excess of a jump, in people and as a share of phones.
        large_share, large_sd: a day's excess of this share of all phones needs only so many sd.
        round_strength, copy_strength: least strength of round numbers and of copies.
        repeats: fewest copies.
        phones_sd: relative sd of the number of phones (measured, `doubt.BASE_SD`).
        above_sd: how many of those the count lies above the phones.
        gift_sd: how many sd active phones stay below what the installs promise.
        gift_share: least share of the extra installs that is missing again.
        gift_doubt: relative sd of the share of installs that stays active.
        gift_days: length of the rise from a gift day on, and of the watch after it.
    """

    jump_sd: float = 3.8
    jump_people: float = 10.0
    jump_share: float = 0.03
    large_share: float = 0.15
    large_sd: float = 2.0
    round_strength: float = 4.0
    copy_strength: float = 3.7
    repeats: int = 3
    phones_sd: float = 0.0454
    above_sd: float = 2.0
    gift_sd: float = 3.5
    gift_share: float = 0.3
    gift_doubt: float = 0.05
    gift_days: tuple[int, int] = (3, 7)


@dataclass(frozen=True, slots=True)
class Reports:
    """What n units reported on T days, and what else is known.

    Attributes:
        histories: counts of one series with phones and siblings.
        active: shape (n, T), active phones, NaN where unknown.
        gifts: shape (T,), days on which gifts were handed out.
    """

    histories: Histories
    active: Floats
    gifts: Bools

    @classmethod
    def of(
        cls, histories: Histories, *, active: ArrayLike = np.nan, gifts: ArrayLike = False
    ) -> "Reports":
        """Return checked reports; raise StatsInputError where shapes do not fit."""
        try:
            days = np.broadcast_to(np.asarray(gifts, dtype=np.bool_), histories.days.shape)
        except ValueError:
            raise StatsInputError(
                f"gifts have the shape {np.shape(gifts)}, there are {histories.days.size} days"
            ) from None
        as_days(histories.days)
        return cls(histories, matching(active, histories.counts, "active"), days)


def find_suspicious(
    reports: Reports, *, settings: SuspicionSettings | None = None
) -> list[Finding]:
    """Return all findings, the strongest first, then by unit and day."""
    settings = settings or SuspicionSettings()
    usual = usual_growth(reports.histories)
    rounds = list(_rounds(reports, settings))
    # A figure rounded to the hundred stands still for days: that is one question, not two.
    rounded = {finding.unit for finding in rounds}
    found = [
        *rounds,
        *_jumps(reports, usual, settings),
        *(copy for copy in _copies(reports, usual, settings) if copy.unit not in rounded),
        *_same_rises(reports, usual, settings),
        *_above(reports, settings),
        *_gifts(reports, settings),
    ]
    return sorted(found, key=lambda finding: (-finding.strength, finding.unit, finding.day))


def _finding(
    kind: Kind,
    unit: int | np.signedinteger,
    days: Days,
    strength: float,
    message_id: str,
    facts: dict[str, float],
) -> Finding:
    first, last = as_date(days[0]), as_date(days[-1])
    return Finding(
        kind,
        int(unit),
        first,
        last,
        float(np.clip(strength, 0.0, 12.0)),
        Message(message_id, {"day": first, "last_day": last, **facts}),
    )


def _jumps(reports: Reports, usual: Usual, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield steps far over what the unit's own pace and its siblings' would give."""
    history = reports.histories
    excess = usual.growth - usual.upper
    least = np.maximum(
        settings.jump_people, settings.jump_share * np.nan_to_num(history.phones)[:, None]
    )
    room = np.where(history.phones > 0, history.phones, np.inf)[:, None]
    large = excess / np.maximum(usual.gap_days, 1.0) > settings.large_share * room
    asked = np.where(large, settings.large_sd, settings.jump_sd)
    for unit, column in np.argwhere((usual.score > asked) & (excess >= least)):
        yield _finding(
            Kind.JUMP,
            unit,
            history.days[column : column + 1],
            -float(stats.norm.logsf(usual.score[unit, column])) / np.log(10),
            "suspicion.jump",
            {
                "value": float(history.counts[unit, column]),
                "rise": float(usual.growth[unit, column]),
                "expected": float(usual.upper[unit, column]),
            },
        )


def _rounds(reports: Reports, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units whose figures are multiples of 5, 10, 50, ... far too often.

    A repeated figure is asked once, and only figures of five steps and more: of 30 people the
    tens are no sign.
    """
    steps = (5, 10, 50, 100, 500, 1000)
    history = reports.histories
    for unit, row in enumerate(history.counts):
        columns = np.flatnonzero(np.isfinite(row))
        changed = columns[np.flatnonzero(np.diff(row[columns], prepend=-1.0) != 0)]
        best = (settings.round_strength, 0, 0, 0)
        for step in steps:
            large = changed[row[changed] >= 5 * step]
            rounded = int((row[large] % step == 0).sum())
            rare = -float(stats.binom.logsf(rounded - 1, max(large.size, 1), 1 / step))
            best = max(best, (rare / np.log(10) - np.log10(len(steps)), step, rounded, large.size))
        strength, step, rounded, figures = best
        if rounded >= 3:
            large = changed[row[changed] >= 5 * step]
            facts = {
                "rounded": rounded,
                "figures": figures,
                "step": step,
                "expected": figures / step,
            }
            yield _finding(
                Kind.ROUND, unit, history.days[large], strength, "suspicion.round", facts
            )


def _copies(reports: Reports, usual: Usual, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units that repeat a figure on days on which somebody must have been won."""
    history = reports.histories
    same = usual.step & (usual.growth == 0)
    # Harvests come in clusters; and one repeat in thirty is a form sent twice, not a cheat.
    by_chance = np.maximum(np.exp(-0.5 * usual.lower * np.log(6.0) / 5.0), 1 / 30)
    rare = np.where(same, -np.log10(by_chance), 0.0)
    for unit in np.flatnonzero(rare.sum(axis=1) >= settings.copy_strength):
        columns, strength = _most_telling(rare[unit], int(usual.step[unit].sum()))
        if columns.size >= settings.repeats and strength >= settings.copy_strength:
            facts = {
                "repeats": columns.size,
                "value": float(history.counts[unit, columns[-1]]),
                "expected": float(usual.lower[unit, columns].mean()),
            }
            yield _finding(
                Kind.COPY, unit, history.days[columns], strength, "suspicion.copy", facts
            )


def _most_telling(rare: Floats, steps: int) -> tuple[Ints, float]:
    """Return the repeats that tell most, all of them or the longest run, and their strength.

    So many repeats may lie in many places, a run only in as many as there are steps: that
    many chances an honest unit had.
    """
    columns = np.flatnonzero(rare > 0)
    if columns.size == 0:
        return columns, 0.0
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    run = max(runs, key=lambda part: float(rare[part].sum()))
    spread_out = float(rare.sum() - np.log10(special.comb(steps, columns.size)))
    in_a_row = float(rare[run].sum() - np.log10(steps))
    return (columns, spread_out) if spread_out >= in_a_row else (run, in_a_row)


def _same_rises(reports: Reports, usual: Usual, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units that rose by exactly the same number day after day: yesterday's rise copied."""
    history = reports.histories
    for unit, growth in enumerate(usual.growth):
        columns = np.flatnonzero(usual.step[unit])
        edges = np.flatnonzero(np.diff(growth[columns], prepend=np.nan, append=np.nan) != 0)
        for start, end in pairwise(edges):
            run, rise = columns[start:end], float(growth[columns[start]])
            chance = min(1.0, 0.28 / np.sqrt(max(rise, 1.0)))
            strength = -(run.size - 1) * float(np.log10(chance))
            if rise > 0 and run.size > settings.repeats and strength > settings.copy_strength:
                facts = {"rise": rise, "repeats": run.size}
                yield _finding(
                    Kind.COPY, unit, history.days[run], strength, "suspicion.same_rise", facts
                )


def _above(reports: Reports, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units that report more installs than phones, beyond the doubt of the phones."""
    history = reports.histories
    phones = np.where(history.phones > 0, history.phones, np.nan)
    doubt = np.hypot(settings.phones_sd, 0.38 / np.sqrt(phones))
    with np.errstate(divide="ignore"):
        score = np.log(history.counts / phones[:, None]) / doubt[:, None]
    over = np.nan_to_num(score, nan=-np.inf) > settings.above_sd
    for unit in np.flatnonzero(over.any(axis=1)):
        columns = np.flatnonzero(over[unit])
        highest = columns[np.argmax(history.counts[unit, columns])]
        strength = -float(stats.norm.logsf(score[unit, highest])) / np.log(10)
        facts = {"value": float(history.counts[unit, highest]), "phones": float(phones[unit])}
        days = (
            history.days[[highest, columns[-1]]]
            if highest < columns[-1]
            else (history.days[highest : highest + 1])
        )
        yield _finding(Kind.ABOVE_PHONES, unit, days, strength, "suspicion.above_phones", facts)


def _gifts(reports: Reports, settings: SuspicionSettings) -> Iterator[Finding]:
    """Yield units that rose at gifts while active phones, or the count itself, fell after."""
    history = reports.histories
    rise_days, watch_days = settings.gift_days
    gift_columns = np.flatnonzero(reports.gifts)
    firsts = gift_columns[np.diff(gift_columns, prepend=-rise_days) >= rise_days]
    for column in firsts:
        before, last = column - 1, min(column + watch_days, history.days.size - 1)
        if before < 1 or last < column + rise_days:
            continue
        for unit in range(len(history.counts)):
            yield from _gift(reports, settings, unit, before, last)


def _gift(
    reports: Reports, settings: SuspicionSettings, unit: int, before: int, last: int
) -> Iterator[Finding]:
    """Yield at most one finding for one unit and one gift."""
    history = reports.histories
    count, active = _filled(history.counts[unit]), _filled(reports.active[unit])
    top = before + settings.gift_days[0]
    earlier = max(before - 7, 0)
    pace = max((count[before] - count[earlier]) / (before - earlier), 0.0)
    rise = count[top] - count[before] - pace * (top - before)
    phones = history.phones[unit]
    if not rise >= max(settings.jump_people, 0.02 * np.nan_to_num(phones)):
        return
    days = history.days[before + 1 : last + 1]
    fall = count[top] - count[top : last + 1].min()
    gain = max(count[last] - count[before], 0.0)
    share = min(active[before] / count[before], 1.0) if count[before] > 0 else np.nan
    expected, kept = share * gain, active[last] - active[before]
    sd = np.sqrt(2.0 * max(gain, 1.0) + (settings.gift_doubt * gain) ** 2)
    if expected - kept > max(settings.gift_sd * sd, settings.gift_share * share * rise):
        strength = -float(stats.norm.logsf((expected - kept) / sd)) / np.log(10)
        facts = {"rise": float(rise), "kept": float(kept), "expected": float(expected)}
        yield _finding(Kind.GIFT, unit, days, strength, "suspicion.gift", facts)
    elif fall > max(settings.gift_sd * np.sqrt(6.0 * max(pace, 1.0)), settings.gift_share * rise):
        facts = {"rise": float(rise), "fall": float(fall)}
        yield _finding(Kind.GIFT, unit, days, 6.0, "suspicion.gift_fall", facts)


def _filled(row: Floats) -> Floats:
    """Return a row with missing days drawn straight between their neighbours; NaN where none."""
    known = np.isfinite(row)
    if not known.any():
        return row
    return np.interp(np.arange(row.size), np.flatnonzero(known), row[known])
