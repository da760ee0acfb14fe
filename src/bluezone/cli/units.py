"""`bluezone units`: load the administrative tree, look units up."""

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bluezone.cli.output import print_json, stderr, track
from bluezone.protocol.errors import BluezoneError

if TYPE_CHECKING:
    from bluezone.portal.units.bulk import Summary
    from bluezone.portal.units.sources import EditionFacts, Sources

_DAY: Final = click.DateTime(formats=["%Y-%m-%d"])
_EVERY: Final = "all"


class NotPreparedError(BluezoneError):
    """The portal's tables are not there yet."""

    code = "not_migrated"


@click.group()
def command() -> None:
    """Load the administrative tree in its editions, and look units up."""


def _prepare() -> None:
    """Start Django and see that the tables are there.

    Raises:
        NotPreparedError: `bluezone migrate` has not run.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bluezone.portal.settings")
    import django  # noqa: PLC0415 - needs the settings' name first
    from django.db import DatabaseError  # noqa: PLC0415 - the same

    django.setup()
    from bluezone.portal.units.models import Edition  # noqa: PLC0415 - the same

    try:
        Edition.objects.count()
    except DatabaseError:
        raise NotPreparedError("the portal has no tables yet; run `bluezone migrate`") from None


@command.command()
@click.option(
    "--edition", default=_EVERY, show_default=True, help="vn2020, vn2025-06, vn2025, all, or yours."
)
@click.option(
    "--from",
    "place",
    type=click.Path(exists=True, path_type=Path),
    help="A CSV file or a folder of them; without it, Vietnam from the package.",
)
@click.option("--country", help="Two letters, for an edition that is new.")
@click.option("--name", help="What people call the edition, for one that is new.")
@click.option("--nation", help="Name of the whole country, if --name is not.")
@click.option("--valid-from", type=_DAY, help="First day of a new edition, YYYY-MM-DD.")
@click.option("--valid-to", type=_DAY, help="First day on which it no longer holds.")
@click.option("--keep-good", is_flag=True, help="Load good rows although others are wrong.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for scripts.")
def load(  # noqa: PLR0913 - one argument an option
    *,
    edition: str,
    place: Path | None,
    country: str | None,
    name: str | None,
    nation: str | None,
    valid_from: dt.datetime | None,
    valid_to: dt.datetime | None,
    keep_good: bool,
    as_json: bool,
) -> None:
    """Load units and their successors; can be repeated.

    Without --from it loads Vietnam: 63 provinces, 707 districts and 10,613 communes of 2020,
    the tree of June 2025, and the 34 provinces and 3,321 communes since. docs/units.md says
    what columns a table of yours needs. One wrong row refuses everything, unless --keep-good.
    """
    _prepare()
    from django.utils import translation  # noqa: PLC0415 - after Django's start

    from bluezone.portal.units.loading import load as load_sources  # noqa: PLC0415 - the same

    with translation.override(_language()):
        facts = _facts(
            edition, country, name or country, nation=nation, days=(valid_from, valid_to)
        )
        sources = _sources(edition, place, facts)
        summaries = load_sources(sources, keep_good=keep_good, track=_shown)
        for file in sources.left_aside:
            stderr().print(f"left aside, no table of units: {file}", markup=False)
        _report(summaries, as_json=as_json)


def _language() -> str:
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "vi" if said.startswith("vi") else "en"


def _facts(
    edition: str,
    country: str | None,
    name: str | None,
    *,
    nation: str | None,
    days: tuple[dt.datetime | None, dt.datetime | None],
) -> "EditionFacts | None":
    """Return what the options say of an edition that the package does not know."""
    from bluezone.portal.units.paths import is_edition  # noqa: PLC0415 - after Django's start
    from bluezone.portal.units.sources import EditionFacts, packaged_facts  # noqa: PLC0415 - same

    known = packaged_facts()
    if edition == _EVERY or edition in known:
        return known.get(edition)
    first, last = days
    if not is_edition(edition) or country is None or len(country) != 2 or first is None:
        raise click.UsageError(
            "a new edition needs --edition (its country's two letters and a year, such as "
            "la2020), --country and --valid-from"
        )
    until = last.date() if last else None
    label = name or country
    return EditionFacts(edition, country, label, nation or label, first.date(), until, "")


def _sources(edition: str, place: Path | None, facts: "EditionFacts | None") -> "Sources":
    from bluezone.portal.units.sources import (  # noqa: PLC0415 - after Django's start
        from_files,
        packaged,
        packaged_facts,
    )

    if place is not None:
        return from_files(place, facts)
    return packaged(list(packaged_facts()) if edition == _EVERY else [edition])


def _shown(ranges: Sequence[range], label: str) -> Iterable[range]:
    return track(ranges, total=len(ranges), label=label)


def _report(summaries: "Sequence[Summary]", *, as_json: bool) -> None:
    for summary in summaries:
        for problem in summary.problems:
            stderr().print(f"refused: {problem}", style="red", markup=False)
        if as_json:
            print_json(summary.row())
            continue
        counts = ", ".join(f"{value:,} {name}" for name, value in summary.counts.items() if value)
        click.echo(f"{summary.what}: {counts}")
        click.echo(
            f"  {summary.created:,} new, {summary.changed:,} changed, "
            f"{summary.unchanged:,} as before, {summary.missing:,} no longer in the tables"
        )


@command.command()
@click.argument("text")
@click.option("--edition", help="Only this edition.")
@click.option("--under", help="Only below this unit, by its path.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="Most units to show.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for scripts.")
def search(text: str, *, edition: str | None, under: str | None, limit: int, as_json: bool) -> None:
    """Find units by name: no diacritics needed, words may be cut short."""
    _prepare()
    from bluezone.portal.units.models import Unit  # noqa: PLC0415 - after Django's start

    found = Unit.objects.search(text, edition, under, limit=limit)
    for unit in found.select_related("parent"):
        row = {"path": unit.path, "level": unit.level, "name": unit.full_name}
        above = unit.parent.full_name if unit.parent else ""
        if as_json:
            print_json({**row, "above": above})
        else:
            click.echo(f"{unit.path:28} {unit.full_name}" + (f", {above}" if above else ""))


@command.command()
@click.option("--from", "old", required=True, help="The edition that ended, such as vn2025-06.")
@click.option("--to", "new", required=True, help="A later one, such as vn2025.")
@click.option("--apply", "applied", is_flag=True, help="Do it; without, it is only shown.")
@click.option("--wider", is_flag=True, help="Roles also where the new unit took others in.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for scripts.")
def carry(*, old: str, new: str, applied: bool, wider: bool, as_json: bool) -> None:
    """Carry villages and roles over a merger: shows what would be done, does it with --apply.

    A village goes on in the commune that took all of its own. A role goes on in the unit that
    took all of the old one; where that unit took others in as well, its owner would get more
    than before, so it is given only with --wider. What was split is for people to decide, and
    is listed. Figures are kept in their edition; docs/units.md says how they are carried.
    """
    _prepare()
    from django.db import transaction  # noqa: PLC0415 - after Django's start
    from django.utils import translation  # noqa: PLC0415 - the same

    with translation.override(_language()), transaction.atomic():
        rows = [*_carry_villages(old, new, applied=applied)]
        rows += _carry_roles(old, new, applied=applied, wider=wider)
    for row in rows:
        if as_json:
            print_json(row)
        else:
            said = "→ " + str(row["to"]) if row["to"] else "– decide by hand"
            click.echo(f"{row['done']:9} {row['what']:26} {row['from']} {said}")
    if not applied and rows:
        stderr().print("nothing was changed; add --apply", markup=False)


def _carry_villages(old: str, new: str, *, applied: bool) -> Iterable[dict[str, object]]:
    """Carry villages step by step; yield a row each. Unapplied it sees the first step only."""
    from itertools import pairwise  # noqa: PLC0415 - beside the others

    from bluezone.portal.units.carrying import route  # noqa: PLC0415 - after Django's start
    from bluezone.portal.units.village_carrying import (  # noqa: PLC0415 - the same
        carry_villages,
        village_plans,
    )

    for before, after in pairwise(route(old, new)):
        for plan in village_plans(before, after):
            made = carry_villages([plan], actor="system") if applied else []
            to = made[0].path if made else plan.commune_path
            done = _done(applied=bool(made), possible=plan.commune_path is not None)
            yield {"what": "village", "from": plan.village.path, "to": to, "done": done}


def _carry_roles(old: str, new: str, *, applied: bool, wider: bool) -> Iterable[dict[str, object]]:
    from bluezone.portal.accounts.successions import (  # noqa: PLC0415 - after Django's start
        Manner,
        carry_roles,
        proposals,
    )

    allowed = {Manner.SAME, Manner.WIDER} if wider else {Manner.SAME}
    for one in proposals(old, new):
        chosen = one.manner in allowed
        if applied and chosen:
            carry_roles([one])
        done = _done(applied=applied and chosen, possible=one.new_path is not None)
        if one.manner is Manner.WIDER and not chosen:
            done = "wider"
        row = one.membership
        what = f"{row.user.username} {row.role}"
        yield {"what": what, "from": row.unit_id, "to": one.new_path, "done": done}


def _done(*, applied: bool, possible: bool) -> str:
    if applied:
        return "carried"
    return "would be" if possible else "by hand"
