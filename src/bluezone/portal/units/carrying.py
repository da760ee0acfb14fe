"""Moving figures from one edition to a later one so that not one person is lost.

Edition by edition along the successor links: everything, or parts by their share with the rest
to the default. A part of unknown share gets nothing by itself: guessing would invent people.
What has no successor arrives in a named remainder, so sums over the nation, over a province
and over the provinces merged into one are the same before and after, to the last unit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from bluezone.portal.units.apportion import apportion, apportion_array
from bluezone.portal.units.errors import InvalidCountError, UnitError, UnknownEditionError
from bluezone.portal.units.models import Edition, Level, Successor, SuccessorKind
from bluezone.portal.units.paths import REST, edition_of, lineage, remainder_of
from bluezone.portal.units.remainders import ensure_remainders

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Count = int | NDArray[np.integer]

MILLION: Final = 1_000_000
"""Shares have six decimals, so a share of a million parts is a whole number."""
LARGEST: Final = 9 * 10**12
"""No value may be larger: times a million it must fit into 63 bits."""
FEW: Final = 500
"""For so many paths their links are looked up one by one instead of all being read."""

C = TypeVar("C", bound="Count")


@dataclass(frozen=True, slots=True)
class Heirs:
    """Where a unit goes: paths with their millionth parts (together a million), most first."""

    targets: tuple[tuple[str, int], ...]

    @property
    def main(self) -> str:
        """The path that gets most."""
        return self.targets[0][0]


class _End(NamedTuple):
    """The new end of a link."""

    path: str
    kind: str
    share: Decimal | None


def carry_forward(values: Mapping[str, C], from_edition: str, to_edition: str) -> dict[str, C]:
    """Return `values` in the units of a later edition of the same country.

    Args:
        values: path to a whole number, or path to an integer array, all of one shape (days,
            series, whatever). Each path is carried by itself: values of communes and of their
            district are two sets of figures, as they are in `values`.
        from_edition: the edition of all paths in `values`.
        to_edition: the same edition or a later one.

    Returns:
        Path to value; the sum is that of `values` exactly. Paths ending in `.rest` are
        remainders; their units are made if they are not there.

    Raises:
        UnknownEditionError: an edition is not loaded, or the second is earlier than the first.
        UnitError: a path belongs to another edition, or links are not loaded.
        InvalidCountError: a value is no whole number, too large, or shapes differ.
    """
    carried = _checked(values, from_edition)
    for old, new in pairwise(route(from_edition, to_edition)):
        carried = move(carried, heirs_between(old, new, of=carried))
    ensure_remainders(path for path in carried if path.endswith(f".{REST}"))
    return carried


def move(values: Mapping[str, C], heirs: Mapping[str, Heirs]) -> dict[str, C]:
    """Return `values` after one step along `heirs`, which must have the nation."""
    moved: dict[str, C] = {}
    for path, value in values.items():
        targets = _targets(path, heirs)
        for (target, _weight), part in zip(targets, _split(value, targets), strict=True):
            before = moved.get(target)
            moved[target] = part if before is None else before + part  # type: ignore[operator,assignment]
    return moved


def heirs_between(old: str, new: str, *, of: Collection[str] | None = None) -> dict[str, Heirs]:
    """Return where each unit of the edition `old` goes in the edition `new`.

    Args:
        old: an edition.
        new: the one after it.
        of: only these paths and what is above them; all if not given.

    Raises:
        UnitError: no links between them are loaded.
    """
    links = Successor.objects.filter(old__edition=old, new__edition=new).order_by("old", "new")
    paths = {above for path in of for above in lineage(path)} if of is not None else set()
    if of is not None and len(paths) <= FEW:
        links = links.filter(old__in=paths | {old})
    by_old: defaultdict[str, list[_End]] = defaultdict(list)
    for path, target, kind, share in links.values_list("old_id", "new_id", "kind", "share"):
        by_old[path].append(_End(target, kind, share))
    if old not in by_old:
        raise UnitError(f"no successors from {old} to {new} are loaded; run `bluezone units load`")
    return {path: _heirs(found) for path, found in by_old.items()}


def whole_heirs(old: str, new: str) -> dict[str, str]:
    """Return, for each unit that went whole into one unit of the next edition, that unit.

    A unit that was split has none, even where one new unit takes all of its figures because
    nobody published the shares; and a remainder is no unit that anybody works in.
    """
    links = Successor.objects.filter(
        old__edition=old, new__edition=new, kind=SuccessorKind.WHOLE
    ).exclude(new__level=Level.REMAINDER)
    return dict(links.values_list("old_id", "new_id"))


def _heirs(links: Sequence[_End]) -> Heirs:
    weights = {link.path: int(link.share * MILLION) for link in links if link.share is not None}
    rest = MILLION - sum(weights.values())
    takers = [link.path for link in links if link.kind != SuccessorKind.PART]
    if rest and takers:
        weights[takers[0]] = rest
    ordered = sorted(weights.items(), key=lambda target: (-target[1], target[0]))
    return Heirs(tuple(ordered))


def _targets(path: str, heirs: Mapping[str, Heirs]) -> tuple[tuple[str, int], ...]:
    """Return the targets of a path; what has no link goes to the remainder nearest above."""
    if path in heirs:
        return heirs[path].targets
    for above in reversed(lineage(path)):
        if above in heirs:
            return ((remainder_of(heirs[above].main), MILLION),)
    raise UnitError(f"no unit above {path} has a successor")


def _split(value: C, targets: Sequence[tuple[str, int]]) -> Iterable[C]:
    if len(targets) == 1:
        return [value]
    weights = [weight for _target, weight in targets]
    if isinstance(value, int):
        return apportion(value, weights)  # type: ignore[return-value] # a list of ints then
    return list(apportion_array(value, weights))  # type: ignore[arg-type] # an array then


def route(first: str, last: str) -> list[str]:
    """Return the editions from `first` to `last`, both included, in the order of time.

    Raises:
        UnknownEditionError: one is not loaded, they are of two countries, or `last` is earlier.
    """
    country = Edition.objects.filter(pk=first).values_list("country", flat=True).first()
    editions = Edition.objects.filter(country=country).order_by("valid_from", "id")
    names = list(editions.values_list("id", flat=True))
    for name in (first, last):
        if name not in names:
            raise UnknownEditionError(f"the edition {name} is not loaded for this country")
    start, end = names.index(first), names.index(last)
    if end < start:
        raise UnknownEditionError(f"{last} is earlier than {first}; figures are carried forward")
    return names[start : end + 1]


def _checked(values: Mapping[str, C], edition: str) -> dict[str, C]:
    """Return the values, arrays as 64-bit numbers, after a look at each."""
    checked: dict[str, C] = {}
    shapes = set()
    for path, value in values.items():
        if edition_of(path) != edition:
            raise UnitError(f"{path} is no unit of {edition}")
        shapes.add(_shape(path, value))
        # Narrow numbers would overflow when they are added up.
        checked[path] = value if isinstance(value, int) else value.astype("int64")  # type: ignore[assignment]
    if len(shapes) > 1:
        raise InvalidCountError("values must be all numbers, or all arrays of one shape")
    return checked


def _shape(path: str, value: "Count") -> tuple[int, ...] | None:
    """Return the shape of an array, None for a number.

    Raises:
        InvalidCountError: it is neither, or too large.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return None
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if isinstance(value, int) or kind not in {"i", "u"}:
        raise InvalidCountError(f"the value of {path} is no whole number")
    if value.size and max(abs(int(value.max())), abs(int(value.min()))) > LARGEST:
        raise InvalidCountError(f"a value of {path} is larger than {LARGEST}")
    return tuple(value.shape)
