"""Five communes of the demo whose figures stand out, so that the inspector has something to see.

One rounds, one repeats yesterday's figure for days, one jumps, one has the figures of another.
The surprising decision: the whole of each day stays what it was, to the last person; what these
communes have more or less, all others share by their own growth of the day, and none falls.
Pure: no database, no chance.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from bluezone.portal.units.apportion import apportion

ROUNDS: Final = 70
"""Place of the commune that reports to the fifty, among those of the province by path."""
REPEATS: Final = 95
JUMPS: Final = 130
COUNTS, COPIES = 160, 161
ODD: Final = (ROUNDS, REPEATS, JUMPS, COUNTS, COPIES)
_STEP: Final = 50
_REPEATED: Final = (dt.date(2020, 8, 9), dt.date(2020, 8, 13))
"""The figure of the first of these days is reported until the last."""
_JUMP_DAY: Final = dt.date(2020, 8, 13)
_JUMP_SHARE: Final = 0.25
"""Of the commune's phones."""
_COPIED_FROM: Final = dt.date(2020, 8, 8)

Counts = Mapping[dt.date, Sequence[int]]


def stand_out(counts: Counts, phones: Sequence[int]) -> dict[dt.date, list[int]]:
    """Return the counts of communes by day with the five that stand out.

    Args:
        counts: by day, in order of days: one for each commune, never falling.
        phones: of each commune.
    """
    if len(phones) <= max(ODD):
        return {day: list(row) for day, row in counts.items()}
    odd = {
        ROUNDS: _rounded(counts, ROUNDS),
        REPEATS: _repeated(counts, REPEATS),
        JUMPS: _jumping(counts, JUMPS, phones[JUMPS]),
        COUNTS: {day: values[COUNTS] for day, values in counts.items()},
        COPIES: _copied(counts, COUNTS, COPIES),
    }
    return _shared(counts, odd)


def _rounded(counts: Counts, row: int) -> dict[dt.date, int]:
    return {day: _STEP * round(values[row] / _STEP) for day, values in counts.items()}


def _repeated(counts: Counts, row: int) -> dict[dt.date, int]:
    first, last = _REPEATED
    return {
        day: counts[first][row] if first <= day <= last else values[row]
        for day, values in counts.items()
    }


def _jumping(counts: Counts, row: int, phones: int) -> dict[dt.date, int]:
    more = round(_JUMP_SHARE * phones)
    return {day: values[row] + (more if day >= _JUMP_DAY else 0) for day, values in counts.items()}


def _copied(counts: Counts, first: int, second: int) -> dict[dt.date, int]:
    """Return the second one's figures: from a day on those of the first, never falling."""
    made, before = {}, 0
    for day, values in counts.items():
        own = values[first] if day >= _COPIED_FROM else values[second]
        before = max(before, own)
        made[day] = before
    return made


def _shared(counts: Counts, odd: Mapping[int, Mapping[dt.date, int]]) -> dict[dt.date, list[int]]:
    """Return the counts with `odd` in place; the others share the growth that is left."""
    made: dict[dt.date, list[int]] = {}
    before = earlier = [0] * len(next(iter(counts.values())))
    for day, values in counts.items():
        grown = [now - then for now, then in zip(values, earlier, strict=True)]
        fixed = {row: table[day] - before[row] for row, table in odd.items()}
        weights = [0 if row in fixed else growth for row, growth in enumerate(grown)]
        shares = apportion(sum(grown) - sum(fixed.values()), weights)
        before = [
            count + fixed.get(row, share)
            for row, (count, share) in enumerate(zip(before, shares, strict=True))
        ]
        made[day], earlier = before, list(values)
    return made
