"""A search: from the reports of an evening to findings that name their unit.

The statistics answer with row numbers of one call; a `Seen` has the unit's path, so that it can
be kept as JSON, marked, and found again on the next evening. One pattern of a unit that begins on
one day is one finding, the strongest; so two copies of two units are asked about once.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bluezone.portal.campaign import stats
from bluezone.portal.campaign.inspection.gathering import Field
from bluezone.portal.campaign.inspection.models import Pattern
from bluezone.portal.campaign.stats.suspicion import Finding, Kind
from bluezone.portal.campaign.stats.words import Message

_PREFIX = "suspicion."


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding about a unit.

    Attributes:
        pattern, kind: what it looks like, and which of the five ways that is.
        days: the days it is made of, oldest first.
        strength: -log10 of how often an honest unit would look like this, at most 12.
        facts: numbers of the sentence.
        value: the highest count on its days, 0 without one.
        phones: smartphones of the unit, None where unknown.
        other_path: the unit with the same figures, empty for other patterns.
    """

    unit_path: str
    pattern: Pattern
    kind: Kind
    days: tuple[dt.date, ...]
    strength: float
    facts: Mapping[str, float]
    value: int
    phones: float | None
    other_path: str = ""

    @property
    def day(self) -> dt.date:
        """The first day."""
        return self.days[0]

    @property
    def last_day(self) -> dt.date:
        """The last day."""
        return self.days[-1]

    @property
    def message(self) -> Message:
        """What was seen, ready for `stats.phrase`."""
        days = {"day": self.day, "last_day": self.last_day}
        return Message(_PREFIX + self.pattern, {**days, **self.facts})

    def as_json(self) -> dict[str, object]:
        """Return it as JSON has it; `from_json` reads it again."""
        return {
            "unit": self.unit_path,
            "pattern": str(self.pattern),
            "kind": str(self.kind),
            "days": [day.isoformat() for day in self.days],
            "strength": self.strength,
            "facts": dict(self.facts),
            "value": self.value,
            "phones": self.phones,
            "other": self.other_path,
        }


def from_json(row: Mapping[str, object]) -> Seen:
    """Return a finding that `as_json` wrote; raise KeyError, TypeError, ValueError otherwise."""
    days, facts, phones = row["days"], row["facts"], row["phones"]
    if not isinstance(days, list) or not isinstance(facts, dict):
        raise TypeError("a kept finding has a list of days and its facts")
    return Seen(
        str(row["unit"]),
        Pattern(str(row["pattern"])),
        Kind(str(row["kind"])),
        tuple(dt.date.fromisoformat(day) for day in days),
        float(str(row["strength"])),
        {str(name): float(value) for name, value in facts.items()},
        int(str(row["value"])),
        None if phones is None else float(str(phones)),
        str(row["other"]),
    )


def search(found: Sequence[Field]) -> tuple[Seen, ...]:
    """Return what stands out in `found`, the strongest first."""
    seen: dict[tuple[str, Pattern, dt.date], Seen] = {}
    for field in found:
        for one in _search(field):
            key = one.unit_path, one.pattern, one.day
            if key not in seen or seen[key].strength < one.strength:
                seen[key] = one
    return tuple(sorted(seen.values(), key=lambda one: (-one.strength, one.unit_path, one.day)))


def _search(field: Field) -> Iterator[Seen]:
    given = {one.day for one in field.gifts}
    names = sorted(set(field.siblings))
    histories = stats.Histories.of(
        field.days,
        field.counts,
        phones=field.phones,
        siblings=np.array([names.index(above) for above in field.siblings]),
    )
    gifts = [day in given for day in field.days.astype(dt.date)]
    reports = stats.Reports.of(histories, active=field.active, gifts=gifts)
    for one in stats.find_suspicious(reports):
        if one.kind is not Kind.GIFT or _was_given(one, field):
            yield _seen(one, field)


def _was_given(one: Finding, field: Field) -> bool:
    """Return whether this unit was among those that got the gift."""
    path = field.paths[one.unit]
    return any(gift.day == one.day and gift.reaches(path) for gift in field.gifts)


def _seen(one: Finding, field: Field) -> Seen:
    parameters = dict(one.message.parameters)
    other = parameters.pop("other", None)
    facts = {
        name: float(value)
        for name, value in parameters.items()
        if isinstance(value, int | float) and np.isfinite(value)
    }
    columns = [np.searchsorted(field.days, np.datetime64(day, "D")) for day in one.days]
    phones = float(field.phones[one.unit])
    return Seen(
        field.paths[one.unit],
        Pattern(one.message.id.removeprefix(_PREFIX)),
        one.kind,
        one.days,
        round(one.strength, 3),
        facts,
        int(np.nan_to_num(field.counts[one.unit, columns]).max()),
        phones if np.isfinite(phones) else None,
        "" if other is None else field.paths[int(str(other))],
    )
