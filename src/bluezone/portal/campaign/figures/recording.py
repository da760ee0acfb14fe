"""Adding figures, correcting them, and reviewing what was held: always a new row.

The same value from the same source again changes nothing. Another value from the same source
corrects the earlier one. A doubtful value is held and corrects nothing until somebody else than
its reporter accepts it, so a typing error never takes a good figure away. Daily values, roll-ups
and the audit follow in the same transaction.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bluezone.portal.audit.services import record
from bluezone.portal.campaign.figures import choosing, rolling
from bluezone.portal.campaign.figures.checks import Claim, Verdict, as_reason, examine
from bluezone.portal.campaign.figures.choices import Base, Series, Source, State
from bluezone.portal.campaign.figures.errors import (
    ConcurrentChangeError,
    FigureError,
    OwnFigureError,
    UnknownUnitError,
)
from bluezone.portal.campaign.figures.models import Figure
from bluezone.portal.campaign.figures.places import chunks, within
from bluezone.portal.units.models import Unit

LARGEST: Final = 9 * 10**12
"""No count is larger: more than the phones of the world."""
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class NewFigure:
    """A figure to be recorded; the meaning of each field is that of `Figure`."""

    unit_path: str
    series: str
    day: dt.date
    value: int
    source: str
    source_name: str = ""
    measured_at: int | None = None
    base: str = ""
    denominator: int | None = None
    denominator_day: dt.date | None = None
    denominator_source: str = ""
    published_percent: Decimal | None = None
    evidence: str = ""
    note: str = ""

    @property
    def claim(self) -> Claim:
        """What is said, without who says it."""
        return Claim(self.unit_path, Series(self.series), self.day, self.value)


@dataclass(slots=True)
class Recorded:
    """What became of new figures: rows added and accepted, held; or there already."""

    accepted: list[Figure] = field(default_factory=list)
    held: list[Figure] = field(default_factory=list)
    unchanged: int = 0
    corrected: int = 0


_Key = tuple[str, str, dt.date, str, str]
"""Unit, series, day, source, name of the source: one statement, and its corrections."""


def record_figure(
    figure: NewFigure, *, actor: str, now: int, today: dt.date, trusted: bool = False
) -> Recorded:
    """Add one figure; see `record_figures`."""
    return record_figures([figure], actor=actor, now=now, today=today, trusted=trusted)


@transaction.atomic
def record_figures(
    figures: Sequence[NewFigure],
    *,
    actor: str,
    now: int,
    today: dt.date,
    upload: int | None = None,
    trusted: bool = False,
) -> Recorded:
    """Add figures, all or none, and bring daily values and roll-ups up to date.

    Args:
        figures: at most one for each unit, series, day, source and name of source.
        actor: user name, or `system`.
        now: Unix seconds.
        today: the local day; no figure may be of a later one.
        upload: number of the file they came with.
        trusted: do not hold doubtful ones (facts that are known to be published so).

    Raises:
        UnknownUnitError: a path is not a unit's.
        FigureError: a value is negative or absurd, a day is to come, or a figure is there twice.
    """
    rolling.lock(figure.unit_path for figure in figures)
    _check(figures, today)
    done = Recorded()
    before = _standing(figures)
    fresh = [figure for figure in figures if not _is_known(figure, before)]
    done.unchanged = len(figures) - len(fresh)
    verdicts = examine([figure.claim for figure in fresh])
    rows = []
    for figure, verdict in zip(fresh, verdicts, strict=True):
        old = before.get(_key(figure))
        held = bool(verdict.doubts) and not trusted
        corrects = old.id if old is not None and _replaces(old, held=held) else None
        rows.append(_row(figure, verdict, held, (actor, now, upload, corrects)))
    _insert(rows)
    done.held = [row for row in rows if row.state == State.HELD]
    done.accepted = [row for row in rows if row.state == State.ACCEPTED]
    done.corrected = sum(row.corrects is not None for row in rows)
    _follow_up(rows)
    _audit(rows, actor, upload)
    return done


def _check(figures: Sequence[NewFigure], today: dt.date) -> None:
    paths = {figure.unit_path for figure in figures}
    known: dict[str, dt.date | None] = {}
    for part in chunks(sorted(paths)):
        known.update(Unit.objects.filter(path__in=part).values_list("path", "closed_on"))
    if paths - known.keys():
        missing = {"path": min(paths - known.keys())}
        raise UnknownUnitError(_("There is no unit %(path)s.") % missing)
    if len({_key(figure) for figure in figures}) < len(figures):
        raise FigureError(_("The same unit, series, day and source is there twice."))
    for figure in figures:
        Series(figure.series), Source(figure.source)
        if not 0 <= figure.value <= LARGEST:
            raise FigureError(_("A count is a whole number from 0 on."))
        if figure.day > today:
            raise FigureError(_("A figure cannot be of a day to come."))
        closed = known[figure.unit_path]
        if closed is not None and figure.day >= closed:
            raise FigureError(_("This unit was closed; it has no figures from then on."))


def _key(figure: NewFigure | Figure) -> _Key:
    return (
        figure.unit_path,
        str(figure.series),
        figure.day,
        str(figure.source),
        figure.source_name,
    )


def _standing(figures: Sequence[NewFigure]) -> dict[_Key, Figure]:
    """Return the newest standing row of each statement."""
    by_day: defaultdict[tuple[str, dt.date], set[str]] = defaultdict(set)
    for figure in figures:
        by_day[figure.series, figure.day].add(figure.unit_path)
    found: dict[_Key, Figure] = {}
    for (series, day), paths in by_day.items():
        rows = Figure.objects.standing().filter(within(sorted(paths)), series=series, day=day)
        for row in rows.order_by("id"):
            if row.unit_path in paths:
                found[_key(row)] = row
    return found


def _is_known(figure: NewFigure, before: dict[_Key, Figure]) -> bool:
    old = before.get(_key(figure))
    return old is not None and old.value == figure.value and old.state != State.REJECTED


def _replaces(old: Figure, *, held: bool) -> bool:
    """Return whether a new row takes the place of `old`: a held one never of an accepted one."""
    return not (held and old.state == State.ACCEPTED)


def _row(
    figure: NewFigure,
    verdict: Verdict,
    held: bool,  # noqa: FBT001 - internal
    origin: tuple[str, int, int | None, int | None],
) -> Figure:
    actor, now, upload, corrects = origin
    row = Figure(
        **{name: getattr(figure, name) for name in NewFigure.__slots__},
        reported_by=actor,
        reported_at=now,
        upload=upload,
        corrects=corrects,
        state=State.HELD if held else State.ACCEPTED,
        reason=as_reason(verdict) if held else "",
    )
    people = verdict.people
    if row.denominator is None and not row.base and people is not None:
        row.base, row.denominator = Base.PEOPLE, people.value
        row.denominator_day, row.denominator_source = people.day, people.source
    return row


def _insert(rows: Sequence[Figure]) -> None:
    try:
        with transaction.atomic():
            Figure.objects.bulk_create(rows, batch_size=_BATCH)
    except IntegrityError:
        raise ConcurrentChangeError(
            _("Somebody changed this figure at the same moment. Look at it again.")
        ) from None


def _follow_up(rows: Iterable[Figure]) -> None:
    """Bring daily values and sums up to date after rows were added."""
    rows = list(rows)
    if not rows:
        return
    choosing.refresh({(row.unit_path, str(row.series), row.day) for row in rows})
    rolling.roll_up(
        min(row.day for row in rows),
        changed={row.unit_path for row in rows},
        series={str(row.series) for row in rows},
    )


def _audit(rows: Sequence[Figure], actor: str, upload: int | None) -> None:
    """Record each typed figure by itself, a file's figures as one entry with their numbers."""
    if upload is not None or len(rows) > 1:
        if rows:
            numbers = {"first": rows[0].id, "last": rows[-1].id, "count": len(rows)}
            subject = f"upload {upload}" if upload is not None else "figures"
            record(actor, "figures.recorded", subject, numbers)
        return
    for row in rows:
        record(actor, "figure.recorded", f"figure {row.id}", _detail(row))


def _detail(row: Figure) -> dict[str, object]:
    detail: dict[str, object] = {
        "unit": row.unit_path,
        "series": str(row.series),
        "day": row.day.isoformat(),
        "value": row.value,
        "source": str(row.source),
        "state": str(row.state),
    }
    return detail if row.corrects is None else {**detail, "corrects": row.corrects}


@transaction.atomic
def correct(figure: Figure, value: int, *, reason: str, actor: str, now: int) -> Figure:
    """Replace a figure's value and return the new row; doubtful values are held as ever.

    Raises:
        FigureError: no reason, an absurd value, or the figure no longer stands.
        ConcurrentChangeError: somebody was faster.
    """
    if not reason.strip():
        raise FigureError(_("Say why the figure is corrected."))
    if not 0 <= value <= LARGEST:
        raise FigureError(_("A count is a whole number from 0 on."))
    rolling.lock([figure.unit_path])
    _check_standing(figure)
    (verdict,) = examine([Claim(figure.unit_path, Series(figure.series), figure.day, value)])
    row = _copy(figure, actor, now, reason)
    row.value, row.published_percent = value, None
    row.state = State.HELD if verdict.doubts else State.ACCEPTED
    row.reason = as_reason(verdict)
    if not _replaces(figure, held=bool(verdict.doubts)):
        row.corrects = None
    return _add(row, "figure.corrected")


@transaction.atomic
def review(figure: Figure, *, accept: bool, reason: str, actor: str, now: int) -> Figure:
    """Accept or reject a held figure with a reason and return the new row.

    Raises:
        OwnFigureError: `actor` reported it.
        FigureError: no reason, not held, or it no longer stands.
        ConcurrentChangeError: somebody was faster.
    """
    if not reason.strip():
        raise FigureError(_("Say why the figure is accepted or rejected."))
    if figure.state != State.HELD:
        raise FigureError(_("This figure is not held for review."))
    if figure.reported_by == actor:
        raise OwnFigureError(_("Somebody else than the person who reported it must review it."))
    rolling.lock([figure.unit_path])
    _check_standing(figure)
    row = _copy(figure, actor, now, reason)
    row.state = State.ACCEPTED if accept else State.REJECTED
    row.reason = figure.reason
    return _add(row, "figure.accepted" if accept else "figure.rejected")


def _check_standing(figure: Figure) -> None:
    if Figure.objects.filter(unit_path=figure.unit_path, corrects=figure.id).exists():
        raise ConcurrentChangeError(_("This figure has been replaced by a newer one already."))


def _copy(figure: Figure, actor: str, now: int, note: str) -> Figure:
    names = [field.attname for field in Figure._meta.concrete_fields]  # noqa: SLF001 - public API
    values = {name: getattr(figure, name) for name in names if name != "id"}
    change = {"reported_by": actor, "reported_at": now, "corrects": figure.id}
    return Figure(**{**values, **change, "note": note.strip()})


def _add(row: Figure, action: str) -> Figure:
    _insert([row])
    _follow_up([row])
    record(row.reported_by, action, f"figure {row.id}", {**_detail(row), "note": row.note})
    return row
