"""Writing many rows at once: what is new or differs is written, what is the same is not."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from django.db import models

from bluezone.portal.units.errors import Problem

M = TypeVar("M", bound=models.Model)
K = TypeVar("K", bound=Hashable)

BATCH: Final = 1000
"""Rows a statement, and steps of the progress bar."""

Track = Callable[[Sequence[range], str], Iterable[range]]
"""Passes ranges of row numbers on and shows how far it is; the text says what they are."""


def untracked(ranges: Sequence[range], _label: str) -> Iterable[range]:
    """Pass ranges on without showing anything."""
    return ranges


@dataclass(slots=True)
class Summary:
    """What loading did to one edition or one set of links.

    Attributes:
        what: the edition, or the two editions of links.
        missing: units that are loaded but no longer in the tables (they stay), or links that
            were (they go).
        counts: how many rows the tables have, by level.
        problems: rows that were refused.
    """

    what: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def row(self) -> dict[str, object]:
        """Return the summary as a row to print."""
        return {
            "what": self.what,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "missing": self.missing,
            "refused": len(self.problems),
            **self.counts,
        }


def fresh(
    wanted: Mapping[K, M], before: Mapping[K, M], facts: Sequence[str], summary: Summary
) -> list[M]:
    """Return the rows of `wanted` that are new or differ in `facts`, and count all of them."""
    found = []
    for key, row in wanted.items():
        old = before.get(key)
        if old is None:
            summary.created += 1
        elif any(getattr(old, name) != getattr(row, name) for name in facts):
            summary.changed += 1
        else:
            summary.unchanged += 1
            continue
        found.append(row)
    return found


def write(
    manager: models.Manager[M], rows: Sequence[M], key: Sequence[str], facts: Sequence[str]
) -> Callable[[Iterable[range]], None]:
    """Return what inserts `rows`, or updates `facts` where `key` is there, range by range."""

    def write_ranges(ranges: Iterable[range]) -> None:
        for part in ranges:
            manager.bulk_create(
                rows[part.start : part.stop],
                update_conflicts=True,
                unique_fields=list(key),
                update_fields=list(facts),
            )

    return write_ranges


def ranges_of(rows: Sequence[object]) -> list[range]:
    """Return the numbers of `rows` in ranges of one batch each."""
    count = len(rows)
    return [range(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
