"""What the pages of the figures show, put together in a fixed number of queries."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal import clock
from bluezone.portal.campaign.figures.checks import doubts_in_words
from bluezone.portal.campaign.figures.choices import Base, Series, Source, State
from bluezone.portal.campaign.figures.conflicts import Conflict, ConflictKind, units_of
from bluezone.portal.campaign.figures.models import DailyValue, Figure, PublishedRate
from bluezone.portal.campaign.figures.places import chunks
from bluezone.portal.campaign.figures.reading import PARTS
from bluezone.portal.campaign.figures.wording import source_in_words
from bluezone.portal.units.models import Unit

PAGE_ROWS: Final = 50
_STATES: Final = {State.ACCEPTED: "met", State.HELD: "at-risk", State.REJECTED: "missed"}


def today() -> dt.date:
    """Return the local day."""
    return look_format.local(clock.now()).date()


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as the list shows it.

    Attributes:
        unit_name: full name of its unit.
        share: "21,0 % of people (1.892.254 on 01/04/2019)", empty where there is no base.
        base_source: where its denominator comes from, in the language of the page.
        kind: class of its state: met, at-risk, missed or unknown.
        word: its state in words.
        counts: whether it is the value that counts for its day.
        doubts: why it is or was held, in words.
    """

    figure: Figure
    unit_name: str
    share: str
    base_source: str
    kind: str
    word: str
    counts: bool
    doubts: tuple[str, ...]


def shown(figures: Sequence[Figure]) -> list[Shown]:
    """Return figures as they are shown: three queries for a page of them."""
    names = unit_names(row.unit_path for row in figures)
    replaced = set(
        Figure.objects.filter(corrects__in=[row.id for row in figures]).values_list(
            "corrects", flat=True
        )
    )
    chosen = set(
        DailyValue.objects.filter(
            unit_path__in={row.unit_path for row in figures},
            day__in={row.day for row in figures},
        ).values_list("figure", flat=True)
    )
    return [
        Shown(
            row,
            names.get(row.unit_path, row.unit_path),
            share_of(row),
            source_in_words(row.denominator_source),
            "unknown" if row.id in replaced else _STATES[State(row.state)],
            _("Replaced") if row.id in replaced else str(State(row.state).label),
            row.id in chosen,
            tuple(doubts_in_words(row.reason)),
        )
        for row in figures
    ]


def unit_names(paths: Iterable[str]) -> dict[str, str]:
    """Return the names of units by path: one query for a page of them."""
    names: dict[str, str] = {}
    for part in chunks(sorted(set(paths))):
        names.update({unit.path: unit.title for unit in Unit.objects.filter(path__in=part)})
    return names


def share_of(row: Figure) -> str:
    """Return a figure's percentage with its base in words, empty where it has none."""
    if row.denominator is None or row.denominator_day is None or row.series == Series.DOWNLOADS:
        return ""
    language = get_language() or "vi"
    return _("%(percent)s %(base)s (%(size)s on %(day)s)") % {
        "percent": look_format.percent(row.value / row.denominator, language),
        "base": Base(row.base).label,
        "size": look_format.number(row.denominator, language),
        "day": look_format.date(row.denominator_day),
    }


def rates_without_count(path: str) -> list[tuple[PublishedRate, str]]:
    """Return what was published of a unit as a percentage only, newest first, with its words.

    No count is made of it, because its base may not be the one that was named (`bases`).
    """
    mark = "." if (get_language() or "vi").startswith("en") else ","
    rows = PublishedRate.objects.filter(unit_path=path, day__lte=today())
    counted = Figure.objects.filter(
        unit_path=OuterRef("unit_path"),
        series=OuterRef("series"),
        day=OuterRef("day"),
        evidence=OuterRef("evidence"),
    )
    found = rows.filter(~Exists(counted)).order_by("-day", "id")[:PAGE_ROWS]
    return [
        (row, f"{row.percent.normalize():f}".replace(".", mark) + f" % {row.get_base_display()}")
        for row in found
    ]


def chain(figure: Figure) -> list[Figure]:
    """Return a figure's row with those that it corrects and that correct it, oldest first."""
    rows = {
        row.id: row
        for row in Figure.objects.filter(
            unit_path=figure.unit_path, series=figure.series, day=figure.day
        )
    }
    by_corrected = {row.corrects: row for row in rows.values() if row.corrects is not None}
    first = figure
    while first.corrects is not None and first.corrects in rows:
        first = rows[first.corrects]
    found = [first]
    while found[-1].id in by_corrected:
        found.append(by_corrected[found[-1].id])
    return found


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """A conflict in words: a sentence, and the statements with the names of their units."""

    conflict: Conflict
    unit_name: str
    sentence: str
    sides: tuple[tuple[str, str, dt.date, int, int | None], ...]


def shown_conflicts(found: Sequence[Conflict]) -> list[ShownConflict]:
    """Return conflicts in words: one query for their units."""
    names = unit_names(units_of(found))
    return [
        ShownConflict(
            one,
            names.get(one.unit_path, one.unit_path),
            _sentence(one),
            tuple(
                (
                    names.get(side.unit_path, side.unit_path),
                    _source(side.source, side.source_name),
                    side.day,
                    side.value,
                    side.figure,
                )
                for side in one.statements
            ),
        )
        for one in found
    ]


def _source(source: str, name: str) -> str:
    label = _("sum of the parts") if source == PARTS else str(Source(source).label)
    return f"{label}: {name}" if name else label


def _sentence(one: Conflict) -> str:
    if one.misfit is not None:
        return _misfit(one)
    return {
        ConflictKind.SOURCES: _("Sources give different counts for the same day."),
        ConflictKind.PARTS: _("The unit's own count is not the sum of its parts."),
        ConflictKind.FALLS: _("The count is lower than before; a total cannot fall."),
        ConflictKind.SAME_COUNT: _("Two units have the same count: likely a slip for one."),
    }[one.kind]


def _misfit(one: Conflict) -> str:
    misfit, language = one.misfit, get_language() or "vi"
    if misfit is None:
        return ""
    values = {
        "percent": look_format.percent(misfit.percent / 100, language),
        "claimed": misfit.claimed.label,
        "count": look_format.number(misfit.count, language),
        "implied": look_format.number(misfit.implied, language),
        "fits": ", ".join(str(base.label) for base in misfit.fits),
        "units": len(misfit.unit_paths),
    }
    if len(misfit.unit_paths) > 1:
        text = _("The rates of %(units)d units “%(claimed)s” do not make their count of %(count)s.")
    elif misfit.on_claimed is None:
        text = _("The published %(percent)s %(claimed)s does not fit the count of %(count)s.")
    else:
        values["own"] = look_format.percent(misfit.on_claimed / 100, language)
        text = _(
            "The published %(percent)s %(claimed)s rests on %(implied)s; on the denominator that "
            "we know %(count)s are %(own)s."
        )
    fits = " " + _("They fit: %(fits)s.") if misfit.fits else ""
    return (text + fits) % values
