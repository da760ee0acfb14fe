"""How likely a target is reached: forecasts of counts and of ranks, from `campaign.stats`.

Chance comes from a stream that the question itself seeds, so that a page shows the same number
each time; answers are kept in memory by everything that went into them, and a new figure makes a
new question. A forecast of ranks draws units independently of each other around their own fans.
The surprising decision: a unit without a figure is ranked as if the share of its people were that
of the units with one, with a wide doubt. To take its count by lot from those would make a small
province as large as a city, because it is the large ones that report first.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bluezone.portal.campaign import stats
from bluezone.portal.campaign.figures.services import PARTS, Source
from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.evidence import AGENCIES, Evidence, Known, KnownBase
from bluezone.portal.campaign.targets.terms import Rank
from bluezone.portal.units.paths import parent_of

HORIZON_DAYS: Final = 30
"""How far a target without a last day is looked ahead."""
MOST_DAYS: Final = 120
"""No forecast looks further; a later last day is judged by what is reached until then."""
MOST_FORECAST_UNITS: Final = 200
"""Ranks among more units are judged by today's figures alone."""
LONGEST_HISTORY: Final = 60
"""So many last figures of a unit tell its forecast; older ones hardly do (docs/statistics.md)."""
MANY: Final = 24
"""From so many units on a table takes fewer draws a unit."""
_KEPT: Final = 64
_BAND: Final = 2 * 1.2815515655446004
"""Between the 10 and 90 % quantiles of a normal law lie so many standard deviations."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AmountAsk:
    """A question: does the unit count at least `need` by the end of `deadline`?"""

    path: str
    measure: Measure
    need: int
    deadline: dt.date | None


@dataclass(frozen=True, slots=True)
class RankAnswer:
    """Where a unit stands: rank among the known, units without a figure, P now and at the end."""

    rank: int
    missing: int
    now: float
    at_deadline: float | None


def amount_chances(
    asks: Sequence[AmountAsk], families: Mapping[str, Sequence[str]], evidence: Evidence
) -> dict[AmountAsk, float]:
    """Return the probability of each question that a forecast can answer.

    Args:
        asks: questions about units that have a figure.
        families: by path of a unit above, the units below it, which help each other.
        evidence: knows all of them.
    """
    groups: defaultdict[tuple[Measure, dt.date | None, str | None], list[AmountAsk]]
    groups = defaultdict(list)
    for ask in dict.fromkeys(asks):
        if ask.measure != Measure.ACTIVE_PHONES:  # they fall, and no growth curve does
            # One family, one question: a unit's chance is the same on each page that shows it.
            groups[ask.measure, ask.deadline, parent_of(ask.path)].append(ask)
    found: dict[AmountAsk, float] = {}
    for (measure, deadline, _parent), group in groups.items():
        for round_ in _rounds(group):
            found |= _forecast_group(round_, measure, deadline, families, evidence)
    return found


def _rounds(asks: Sequence[AmountAsk]) -> list[list[AmountAsk]]:
    """Return the questions in rounds with each unit once."""
    rounds: list[list[AmountAsk]] = []
    seen: defaultdict[str, int] = defaultdict(int)
    for ask in asks:
        if seen[ask.path] == len(rounds):
            rounds.append([])
        rounds[seen[ask.path]].append(ask)
        seen[ask.path] += 1
    return rounds


def _forecast_group(
    asks: Sequence[AmountAsk],
    measure: Measure,
    deadline: dt.date | None,
    families: Mapping[str, Sequence[str]],
    evidence: Evidence,
) -> dict[AmountAsk, float]:
    by_path = {ask.path: ask for ask in asks}
    paths = set(by_path)
    for path in by_path:
        paths.update(families.get(str(parent_of(path)), ()))
    known, question = _question(sorted(paths), measure, deadline, evidence, by_path)
    if question is None:
        return {}
    chances = _answer(question)[0]
    return {
        by_path[path]: float(chance)
        for path, chance in zip(known, chances, strict=True)
        if path in by_path
    }


@dataclass(frozen=True, slots=True)
class RankTable:
    """All units of one ranking, now and at its last day; `place` is the row of each path."""

    place: Mapping[str, int]
    shares: Floats
    now: stats.Ranking
    end: stats.Ranking | None

    def answer(self, path: str, rank: int) -> RankAnswer | None:
        """Return where a unit stands, None without a figure or a denominator."""
        row = self.place[path]
        if np.isnan(self.shares[row]):
            return None
        place = 1 + int(np.sum(self.shares > self.shares[row]))
        missing = int(np.isnan(self.shares).sum())
        end = None if self.end is None else float(self.end.p_rank(rank)[row])
        return RankAnswer(place, missing, float(self.now.p_rank(rank)[row]), end)


def rank_table(
    clause: Rank,
    field: Sequence[str],
    evidence: Evidence,
    *,
    day: dt.date,
    deadline: dt.date | None,
) -> RankTable:
    """Return the ranking of a field on the evening of `day`.

    Args:
        clause: what is ranked, over which base.
        field: all units of the ranking.
        evidence: knows all of them.
        day: not after the deadline.
        deadline: where it is to come, the ranking at that evening is forecast, too.
    """
    counts = [evidence.count(one, clause.measure, day) for one in field]
    bases = _bases(field, clause, evidence, day)
    values = _floats(counts)
    kinds = [_kind(one.source if one else "") for one in counts]
    ways = [
        stats.Rounding.NEAREST if one == stats.SourceKind.PRESS else stats.Rounding.EXACT
        for one in kinds
    ]
    people = _people(field, evidence)
    now = _rank(stats.unreported(stats.counts(values, kinds, rounding=ways), people), bases)
    end = None
    if deadline is None or deadline > day:
        end = _rank_at_end(clause, field, evidence, (deadline, bases, people))
    shares = values if bases is None else values / bases.values
    return RankTable({path: row for row, path in enumerate(field)}, shares, now, end)


def _rank_at_end(
    clause: Rank,
    field: Sequence[str],
    evidence: Evidence,
    end: tuple[dt.date | None, stats.Uncertain | None, Floats],
) -> stats.Ranking | None:
    deadline, bases, people = end
    if len(field) > MOST_FORECAST_UNITS or clause.measure == Measure.ACTIVE_PHONES:
        return None
    known, question = _question(field, clause.measure, deadline, evidence, {})
    if question is None:
        return None
    low, middle, high = _answer(question)[1]
    at = {path: row for row, path in enumerate(known)}
    rows = np.array([at.get(path, -1) for path in field])
    there = rows >= 0
    values = np.where(there, middle[rows], np.nan)
    sd = np.log(np.maximum(high, 1.0) / np.maximum(low, 1.0)) / _BAND
    spread = np.where(there, sd[rows], 0.0)
    return _rank(stats.unreported(stats.Uncertain(values, values, values, spread), people), bases)


def _people(field: Sequence[str], evidence: Evidence) -> Floats:
    return _floats([evidence.base(path, Base.PEOPLE) for path in field])


def _floats(known: Sequence[Known | KnownBase | None]) -> Floats:
    """Return values, NaN where nothing is known; always of the type that bytes are read as."""
    values = [np.nan if one is None else float(one.value) for one in known]
    return np.array(values, dtype=np.float64)


def _rank(numerators: stats.Uncertain, bases: stats.Uncertain | None) -> stats.Ranking:
    seed = crc32(np.nan_to_num(numerators.values).tobytes())
    return stats.rank_units(numerators, bases, rng=np.random.default_rng(seed))


def _bases(
    field: Sequence[str], clause: Rank, evidence: Evidence, day: dt.date
) -> stats.Uncertain | None:
    if clause.base is None:
        return None
    known = [evidence.base(path, clause.base) for path in field]
    values = _floats(known)
    days = [one.day for one in known if one is not None]
    years = (day - min(days)).days / 365.25 if days else 0.0
    return stats.denominators(values, stats.Base(clause.base), age_years=max(years, 0.0))


def _kind(source: str) -> stats.SourceKind:
    if source in {"", PARTS, AGENCIES}:
        return stats.SourceKind.REPORT
    return stats.SourceKind(Source(source))


@dataclass(frozen=True, slots=True)
class _Question:
    """Everything a forecast depends on, so that the same question has the same answer."""

    days: bytes
    counts: bytes
    phones: bytes
    siblings: tuple[int, ...]
    needs: bytes
    horizon: int


def _question(
    paths: Sequence[str],
    measure: Measure,
    deadline: dt.date | None,
    evidence: Evidence,
    asks: Mapping[str, AmountAsk],
) -> tuple[list[str], _Question | None]:
    """Return the units that have a figure and the question about them, None without any."""
    histories = {path: evidence.history(path, measure) for path in paths}
    known = [path for path in paths if histories[path].days.size]
    if not known:
        return [], None
    last_days = [histories[path].days[-LONGEST_HISTORY:] for path in known]
    days = np.unique(np.concatenate(last_days))
    counts = np.full((len(known), days.size), np.nan)
    for row, path in enumerate(known):
        values = histories[path].values[-LONGEST_HISTORY:]
        counts[row, np.searchsorted(days, last_days[row])] = values
    base = Base.STAFF if measure == Measure.STAFF else Base.SMARTPHONES
    bases = [evidence.base(path, base) for path in known]
    phones = [one if one is not None and one.value else None for one in bases]
    parents = sorted({str(parent_of(path)) for path in known})
    needs = [asks[path].need if path in asks else np.nan for path in known]
    last = days[-1].astype(dt.date)
    ahead = HORIZON_DAYS if deadline is None else (deadline - last).days
    question = _Question(
        days.astype("datetime64[D]").astype(np.int64).tobytes(),
        counts.tobytes(),
        _floats(phones).tobytes(),
        tuple(parents.index(str(parent_of(path))) for path in known),
        np.array(needs, dtype=np.float64).tobytes(),
        min(max(ahead, 0), MOST_DAYS),
    )
    return known, question


@lru_cache(maxsize=_KEPT)
def _answer(question: _Question) -> tuple[Floats, Floats]:
    """Return P(reached at the end of the horizon), shape (n,), and the fan there, shape (3, n)."""
    n = len(question.siblings)
    counts = np.frombuffer(question.counts).reshape(n, -1)
    needs = np.frombuffer(question.needs)
    if question.horizon == 0:  # the last evening: what is known is what counts
        last = np.array([row[np.isfinite(row)][-1] for row in counts])
        return np.where(last >= needs, 1.0, 0.0), np.stack([last, last, last])
    days = np.frombuffer(question.days, dtype=np.int64).astype("datetime64[D]")
    histories = stats.Histories.of(
        days,
        counts,
        phones=np.frombuffer(question.phones),
        siblings=np.array(question.siblings),
    )
    seed = crc32(question.counts + question.days)
    made = stats.forecast(
        histories,
        horizon_days=question.horizon,
        rng=np.random.default_rng(seed),
        targets=needs,
        settings=stats.TABLE if n >= MANY else None,
    )
    return made.p_by_target_day, made.fan[:, :, -1]
