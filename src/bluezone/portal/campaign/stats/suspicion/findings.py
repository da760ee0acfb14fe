"""A question to a unit: which pattern, where, when, how rare, and the facts to ask it with.

Source: `docs/statistics.md`, "Suspicion". The surprising decision: a finding is a question and
not a verdict. Its strength is how rare the pattern is among honest reports, 3 for one in a
thousand, and every sentence ends with what to ask.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bluezone.portal.campaign.stats.arrays import Days, as_date
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
        days: the days that the pattern is made of, oldest first.
    """

    kind: Kind
    unit: int
    day: dt.date
    last_day: dt.date
    strength: float
    message: Message
    days: tuple[dt.date, ...]


def finding(
    kind: Kind,
    unit: int | np.signedinteger,
    days: Days,
    strength: float,
    message_id: str,
    facts: dict[str, float],
) -> Finding:
    """Return one question about `days`, the first and the last of which are named."""
    first, last = as_date(days[0]), as_date(days[-1])
    return Finding(
        kind,
        int(unit),
        first,
        last,
        float(np.clip(strength, 0.0, 12.0)),
        Message(message_id, {"day": first, "last_day": last, **facts}),
        tuple(as_date(day) for day in days),
    )
