"""From rows of a table to successor links: what each row says, and whether the links add up.

The links of one old unit must say where everything goes: one `whole`, or parts whose known
shares are at most 1 and, unless they are exactly 1, a `default` for the rest.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.units.csv_reader import Row, Table, read_table
from bluezone.portal.units.errors import Problem, RowRefusedError
from bluezone.portal.units.models import SuccessorKind
from bluezone.portal.units.paths import SEPARATOR, join

ALIASES: Final = {"old_code": "old", "new_code": "new", "old_path": "old", "new_path": "new"}
REQUIRED: Final = (("old",), ("new",))
SHARE_STEP: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Link:
    """What a row says: `share` of the unit `old` is in the unit `new` now (paths)."""

    old: str
    new: str
    kind: SuccessorKind
    share: Decimal | None
    basis: str


@dataclass(slots=True)
class Links:
    """The good links, and what is wrong with other rows."""

    links: list[Link] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Side:
    """The units of one edition: paths by level and code.

    A new unit may be of another level (a district became a commune), an old one is of the
    level that its row says.
    """

    edition: str
    any_level: bool
    paths: Mapping[tuple[str, str], Sequence[str]]
    every: frozenset[str]

    def find(self, said: str, level: str) -> list[str]:
        """Return the paths that a cell can mean."""
        if SEPARATOR in said:
            inside = said.startswith(self.edition + SEPARATOR)
            path = said if inside else join(self.edition, said)
            return [path] if path in self.every else []
        same = self.paths.get((level, said), ())
        return list(same or (self.paths.get(("", said), ()) if self.any_level else ()))


def _side(edition: str, known: Mapping[str, tuple[str, str]], *, any_level: bool) -> _Side:
    paths: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path, (level, code) in known.items():
        paths[level, code].append(path)
        paths["", code].append(path)
    return _Side(edition, any_level, paths, frozenset(known))


def read_links(
    files: Iterable[tuple[str, bytes]],
    old: tuple[str, Mapping[str, tuple[str, str]]],
    new: tuple[str, Mapping[str, tuple[str, str]]],
) -> Links:
    """Return the links that tables describe.

    Args:
        files: names and contents of the tables.
        old: the old edition and its units, path to (level, code).
        new: the same of the new one.

    Raises:
        InvalidTableError: a table cannot be read at all.
    """
    result = Links()
    sides = _side(*old, any_level=False), _side(*new, any_level=True)
    by_old: defaultdict[str, list[tuple[Link, str, Row]]] = defaultdict(list)
    for file, content in files:
        table = read_table(content, file, ALIASES, required=REQUIRED)
        result.problems += table.problems
        for link, row in _links(table, sides, result.problems):
            by_old[link.old].append((link, file, row))
    for found in by_old.values():
        wrong = _wrong_together([link for link, _file, _row in found])
        if wrong is None:
            result.links += [link for link, _file, _row in found]
        else:
            result.problems += [
                Problem(file, row.number, "kind", *wrong) for _link, file, row in found
            ]
    result.problems.sort(key=lambda problem: (problem.file, problem.row))
    return result


def _links(
    table: Table, sides: tuple[_Side, _Side], problems: list[Problem]
) -> Iterable[tuple[Link, Row]]:
    for row in table.rows:
        try:
            yield _link(_LinkRow(table.file, row), sides), row
        except RowRefusedError as error:
            problems.append(error.problem)


@dataclass(frozen=True, slots=True)
class _LinkRow:
    """A row with the file it stands in."""

    file: str
    row: Row

    def refused(self, column: str, code: str, message: str) -> RowRefusedError:
        return RowRefusedError(Problem(self.file, self.row.number, column, code, message))


def _link(source: _LinkRow, sides: tuple[_Side, _Side]) -> Link:
    row, ends = source.row, []
    for column, side in zip(("old", "new"), sides, strict=True):
        found = side.find(row.get(column), row.get("level"))
        if len(found) != 1:
            message = _('"%(code)s" means %(count)d units of %(edition)s; it must mean one')
            said = {"code": row.get(column)[:40], "count": len(found), "edition": side.edition}
            raise source.refused(column, "unknown_unit", message % said)
        ends.append(found[0])
    kind = row.get("kind") or str(SuccessorKind.WHOLE)
    if kind not in SuccessorKind.values:
        message = _('"%(kind)s" is no kind; use whole, part or default')
        raise source.refused("kind", "unknown_kind", message % {"kind": kind[:40]})
    share = _share(source, SuccessorKind(kind))
    return Link(ends[0], ends[1], SuccessorKind(kind), share, row.get("basis")[:120])


def _share(source: _LinkRow, kind: SuccessorKind) -> Decimal | None:
    """Return the share of a part, None where none is given."""
    text = source.row.get("share")
    if not text:
        return None
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(0)
    if not share.is_finite() or not 0 < share <= 1 or share != share.quantize(SHARE_STEP):
        message = _('"%(text)s" is no share; write a number such as 0.35, six decimals at most')
        raise source.refused("share", "invalid_share", message % {"text": text[:40]})
    if kind != SuccessorKind.PART and share != 1:
        raise source.refused("share", "invalid_share", _("only a part has a share below 1"))
    return share if kind == SuccessorKind.PART else None


def _wrong_together(links: Sequence[Link]) -> tuple[str, str] | None:
    """Return (code, message) of why the links of one old unit cannot stand together."""
    kinds = [link.kind for link in links]
    if len({link.new for link in links}) < len(links):
        return "link_twice", _("this link is there twice")
    if SuccessorKind.WHOLE in kinds:
        message = _("everything goes to one unit, so there can be no other link")
        return None if len(links) == 1 else ("whole_and_more", message)
    if kinds.count(SuccessorKind.DEFAULT) > 1:
        return "two_defaults", _("only one unit can take the rest")
    return _wrong_shares(links, has_default=SuccessorKind.DEFAULT in kinds)


def _wrong_shares(links: Sequence[Link], *, has_default: bool) -> tuple[str, str] | None:
    shares = [link.share for link in links if link.kind == SuccessorKind.PART]
    total = sum((share for share in shares if share is not None), Decimal(0))
    if total > 1:
        return "shares_over_one", _("the shares are more than 1 together")
    if not has_default and (None in shares or total < 1):
        message = _("the shares are less than 1 together, and no link has the kind default")
        return "shares_under_one", message
    return None
