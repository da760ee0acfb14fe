"""Completing successor links so that no unit of an old edition is without one.

Tables record what is known. The rest follows here: a nation becomes the nation; a unit
without a recorded successor goes whole into the remainder below the successor of the nearest
unit above it that has one. So the 571 communes of 2020 whose merger nobody recorded stay
visible in their province, and a district, which has no successor since July 2025, in its.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from bluezone.portal.units.models import Level, SuccessorKind
from bluezone.portal.units.paths import parent_of, remainder_of
from bluezone.portal.units.successor_rows import Link

SAME_NATION: Final = "same nation"
NOT_RECORDED: Final = "no successor recorded"


def all_links(
    recorded: Sequence[Link], old: tuple[str, Mapping[str, tuple[str, str]]], new: str
) -> tuple[list[Link], set[str]]:
    """Return recorded and completed links, and the remainders they need.

    Args:
        recorded: the good links of the tables.
        old: the old edition and its units, path to (level, code); villages need no link.
        new: the new edition.
    """
    nation, units = old
    heirs = _heirs(recorded)
    links, remainders = list(recorded), set()
    if nation not in heirs:
        heirs[nation] = new
        links.append(Link(nation, new, SuccessorKind.WHOLE, None, SAME_NATION))
    for path in sorted(units):
        if path in heirs or units[path][0] == Level.VILLAGE:
            continue
        above = parent_of(path)
        # In the order of paths what is above has its heir already.
        target = remainder_of(heirs[above] if above is not None else new)
        heirs[path] = target
        remainders.add(target)
        links.append(Link(path, target, SuccessorKind.WHOLE, None, NOT_RECORDED))
    return links, remainders


def _heirs(links: Sequence[Link]) -> dict[str, str]:
    """Return for each old unit the new one that got most: the whole, the rest, the largest part."""
    best: dict[str, tuple[Decimal, str]] = {}
    by_old: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_old[link.old].append(link)
    for path, found in by_old.items():
        best[path] = max((_weight(link), link.new) for link in found)
    return {path: heir for path, (_weight_, heir) in best.items()}


def _weight(link: Link) -> Decimal:
    if link.kind == SuccessorKind.PART:
        return link.share or Decimal(0)
    return Decimal(2)
