"""Which targets a unit has: its own, and where it has none the parts that come from above.

For each subject (installations, officials) a unit without a target of its own takes those of the
nearest unit above that has one it can hand down. A share is handed down as it is; a number is
split down the tree, level by level, in the proportion of the denominators by largest remainder,
so that the parts sum up to the number exactly; a rank is not handed down, because a commune has
no rank of 63. The surprising consequence: "60 % or rank 10" asks 60 % of each district.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bluezone.portal.campaign.targets.choices import Base, Subject
from bluezone.portal.campaign.targets.evidence import Evidence, KnownBase
from bluezone.portal.campaign.targets.store import Standing, standing
from bluezone.portal.campaign.targets.terms import Amount, Clause, Target
from bluezone.portal.units.apportion import apportion
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import lineage, parent_of


@dataclass(frozen=True, slots=True)
class Effective:
    """A target as it applies to a unit.

    Attributes:
        unit_path: to whom it applies.
        target: what is asked of this unit.
        origin: the version it comes from, with what was set there and for whom.
        estimated: a number was split by weights that are not all known denominators.
    """

    unit_path: str
    target: Target
    origin: Standing
    estimated: bool = False

    @property
    def inherited(self) -> bool:
        """Whether a unit above set it."""
        return self.origin.unit_path != self.unit_path


@dataclass(frozen=True, slots=True)
class Part:
    """What one unit gets of a target that is split; `known` has the weight, clause by clause."""

    unit: Unit
    target: Target
    known: tuple[KnownBase | None, ...]
    needs: tuple[int | None, ...]


def effective_targets(unit: Unit | str, day: dt.date) -> list[Effective]:
    """Return the targets that apply to a unit on the evening of `day`, its own first."""
    path = unit if isinstance(unit, str) else unit.path
    return effective_of([path], day)[path]


def effective_of(paths: Iterable[str], day: dt.date) -> dict[str, list[Effective]]:
    """Return the targets of many units by path.

    Two queries; where a number is handed down, one for the units of the tree and one or two for
    each base it is split by.
    """
    wanted = list(dict.fromkeys(paths))
    steps = {step for path in wanted for step in lineage(path)}
    own = standing(steps, day)
    sources = {path: _sources(path, own) for path in wanted}
    splits = _splits(sources, day)
    found = {path: [_applied(path, one, splits) for one in sources[path]] for path in wanted}
    return {path: [one for one in rows if one is not None] for path, rows in found.items()}


def split(
    target: Target, unit: Unit, day: dt.date, *, children: Sequence[Unit] | None = None
) -> list[Part]:
    """Return what a target of `unit` asks of each unit directly below it; empty without any.

    Args:
        target: as set, or as it would be set.
        unit: the whole.
        day: denominators are those known on that evening.
        children: the units directly below, where the caller has them.
    """
    rows = list(Unit.objects.children(unit)) if children is None else list(children)
    clauses = handed_down(target)
    if not rows or not clauses:
        return []
    evidence = Evidence([row.path for row in rows], day)
    shares = [_shared_out(clause, [row.path for row in rows], evidence) for clause in clauses]
    parts = []
    for row in rows:
        given = [share[row.path] for share in shares]
        asked = _asked(clauses, given, target.deadline)
        if asked is not None:
            parts.append(_part(row, asked, evidence))
    return parts


def handed_down(target: Target) -> tuple[Amount, ...]:
    """Return the clauses that units below take over: amounts, no ranks."""
    return tuple(clause for clause in target.clauses if isinstance(clause, Amount))


def _asked(
    clauses: Sequence[Amount], counts: Sequence[int | None], deadline: dt.date | None
) -> Target | None:
    """Return the clauses with the counts of a part; None where one of them asks for nothing.

    Two clauses that differed in the whole may be the same in a small part.
    """
    made: list[Clause] = []
    for clause, count in zip(clauses, counts, strict=True):
        if not count and clause.percent is None:
            return None
        made.append(replace(clause, count=count or None))
    return Target(tuple(dict.fromkeys(made)), deadline)


def _part(row: Unit, target: Target, evidence: Evidence) -> Part:
    known = tuple(evidence.base(row.path, clause.base) for clause in target.clauses)
    needs = tuple(
        clause.need(base.value if base else None) if isinstance(clause, Amount) else None
        for clause, base in zip(target.clauses, known, strict=True)
    )
    return Part(row, target, known, needs)


def _sources(path: str, own: Mapping[str, list[Standing]]) -> list[Standing]:
    """Return the versions that apply to a unit, subject by subject, its own first."""
    found: list[Standing] = []
    for subject in Subject:
        mine = [one for one in own.get(path, []) if one.target.subject == subject]
        found += mine or _from_above(path, subject, own)
    return sorted(found, key=lambda one: (one.unit_path != path, -len(one.unit_path), one.line))


def _from_above(path: str, subject: Subject, own: Mapping[str, list[Standing]]) -> list[Standing]:
    for above in reversed(lineage(path)[:-1]):
        theirs = [
            one
            for one in own.get(above, [])
            if one.target.subject == subject and handed_down(one.target)
        ]
        if theirs:
            return theirs
    return []


_Split = dict[tuple[str, int, int, int], tuple[int, bool]]
"""Path of a part, then line, version and place of the clause: its count, whether estimated."""


def _applied(path: str, one: Standing, splits: Mapping[str, _Split]) -> Effective | None:
    """Return a target as it applies to a unit, None where its part of a number is nothing."""
    if one.unit_path == path:
        return Effective(path, one.target, one)
    clauses, counts, estimated = handed_down(one.target), [], False
    for place, clause in enumerate(one.target.clauses):
        if not isinstance(clause, Amount):
            continue
        key = path, one.line, one.version, place
        given = (None, False) if clause.count is None else splits[one.unit_path].get(key, (0, True))
        counts.append(given[0])
        estimated = estimated or given[1]
    target = _asked(clauses, counts, one.target.deadline)
    return None if target is None else Effective(path, target, one, estimated)


def _splits(sources: Mapping[str, Sequence[Standing]], day: dt.date) -> dict[str, _Split]:
    """Return, by unit that set them, the parts of numbers that units below inherit."""
    heirs: defaultdict[str, set[str]] = defaultdict(set)
    origins: defaultdict[str, set[Standing]] = defaultdict(set)
    for path, found in sources.items():
        for one in found:
            has_count = any(clause.count is not None for clause in handed_down(one.target))
            if one.unit_path != path and has_count:
                heirs[one.unit_path].add(path)
                origins[one.unit_path].add(one)
    if not heirs:
        return {}
    parents = {
        step
        for top, below in heirs.items()
        for path in below
        for step in lineage(path)[:-1]
        if len(step) >= len(top)
    }
    children = _children(parents)
    evidence = Evidence([path for group in children.values() for path in group], day)
    return {top: _split_from(top, origins[top], heirs[top], children, evidence) for top in heirs}


def _children(parents: Iterable[str]) -> dict[str, list[str]]:
    rows = Unit.objects.filter(parent__in=parents, closed_on__isnull=True).exclude(
        level="remainder"
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in rows.order_by("path").values_list("path", flat=True):
        found[str(parent_of(path))].append(path)
    return found


def _split_from(
    top: str,
    origins: Iterable[Standing],
    heirs: Iterable[str],
    children: Mapping[str, Sequence[str]],
    evidence: Evidence,
) -> _Split:
    made: _Split = {}
    parents = sorted(
        {step for path in heirs for step in lineage(path)[:-1] if len(step) >= len(top)}
    )
    for one in origins:
        for place, clause in enumerate(one.target.clauses):
            if not isinstance(clause, Amount) or clause.count is None:
                continue
            key = one.line, one.version, place
            made[top, *key] = clause.count, False
            for parent in parents:  # a path is longer than that of the unit above it
                whole, rough = made[parent, *key]
                weights, guessed = _weights(clause, children[parent], evidence)
                shares = apportion(whole, weights)
                for path, share in zip(children[parent], shares, strict=True):
                    made[path, *key] = share, rough or guessed
    return made


def _shared_out(clause: Amount, paths: Sequence[str], evidence: Evidence) -> dict[str, int | None]:
    if clause.count is None:
        return dict.fromkeys(paths)
    weights, _ = _weights(clause, paths, evidence)
    return dict(zip(paths, apportion(clause.count, weights), strict=True))


def _weights(clause: Amount, paths: Sequence[str], evidence: Evidence) -> tuple[list[int], bool]:
    """Return the denominators of units, and whether some of them are not known.

    A number without a base is split by people. A unit without a denominator counts as the mean
    of those beside it; where nobody has one, all are equal.
    """
    known = [evidence.base(path, clause.base or Base.PEOPLE) for path in paths]
    values = [base.value for base in known if base is not None]
    mean = max(1, round(sum(values) / len(values))) if values else 1
    weights = [mean if base is None else base.value for base in known]
    if not any(weights):
        weights = [1] * len(weights)
    return weights, any(base is None or base.estimated for base in known)
