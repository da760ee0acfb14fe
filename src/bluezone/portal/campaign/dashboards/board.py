"""What a dashboard shows of a unit on an evening, gathered with a bounded number of queries.

Nothing later than the evening is looked at: figures, denominators, targets, agencies and visits
come from services that take the day. A correction that was made later counts, because it is what
the figure of that day should have been.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from bluezone.portal.campaign import stats
from bluezone.portal.campaign.agencies import services as agencies
from bluezone.portal.campaign.agencies.models import Agency
from bluezone.portal.campaign.agencies.pages import ShownFigure, show
from bluezone.portal.campaign.dashboards.doors import TeamRow, team_rows
from bluezone.portal.campaign.dashboards.outlook import Outlook, outlook
from bluezone.portal.campaign.dashboards.ranking import Place, places
from bluezone.portal.campaign.dashboards.words import language, number, percent
from bluezone.portal.campaign.dashboards.work import Work, work
from bluezone.portal.campaign.field import services as field
from bluezone.portal.campaign.targets import services as targets
from bluezone.portal.campaign.targets.choices import Base, Measure
from bluezone.portal.campaign.targets.evidence import Evidence, Known, KnownBase
from bluezone.portal.units.models import Level, Unit

MOST_POINTS: Final = 60
"""So many last figures stand in the picture and its table."""
MOST_AGENCIES: Final = 50
"""So many agencies stand on the page; that of agencies has all."""
_NAMED: Final = 3
"""So many units are named where a place cannot be told; the others are a number."""
_FEWEST_RANKED: Final = 2
_SMALL: Final = frozenset({Level.COMMUNE, Level.VILLAGE})
_MOST_SIBLINGS: Final = 24
"""So many units beside it help a forecast; more would only make it slower."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A target with its verdict in words; `kind` is the class of its colour and shape."""

    label: str
    kind: str
    sentence: str
    reason: str
    inherited: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage and everything it rests on."""

    text: str
    base: str
    denominator: KnownBase


@dataclass(frozen=True, slots=True)
class Row:
    """A unit below: its place in the ranking and the verdict on its target."""

    place: Place
    state: str
    kind: str
    percent: str
    need: int | None

    @property
    def best(self) -> str:
        """Probability of rank 10 or better by share, in words; empty where unknown."""
        return "" if self.place.p_best is None else percent(self.place.p_best)

    @property
    def unclear(self) -> str:
        """From whom its place cannot be told, in words."""
        names = [unit.name for unit in self.place.unclear]
        if not self.place.rank:
            return ""
        if not names:
            return _("clear of all")
        shown, more = names[:_NAMED], len(names) - _NAMED
        if more <= 0:
            return ", ".join(shown)
        words = {"names": ", ".join(shown), "more": number(more)}
        return _("%(names)s and %(more)s more") % words

    @property
    def number_best(self) -> str:
        """The same by number."""
        return "" if self.place.p_number_best is None else percent(self.place.p_number_best)


@dataclass(frozen=True, slots=True)
class Board:
    """The dashboard of a unit as of the evening of `day`.

    Attributes:
        above: from the nation down to the parent.
        headlines: the verdict on each target.
        users, shares: the count that stands and its percentages on each known base.
        points: the last days and counts up to the evening.
        need, deadline, goal: of the target that is nearest, None without one.
        outlook, forecast: the fan, and its sentence.
        base: of whom the ranking's shares are.
        rows: the units below, the best first.
        agencies, field: of the unit and below.
        own_agencies: those of the unit itself, one by one, small numbers hidden.
        teams: of a commune or village, one by one.
        work: what to do tomorrow.
    """

    unit: Unit
    day: dt.date
    above: tuple[Unit, ...]
    headlines: tuple[Headline, ...]
    users: Known | None
    shares: tuple[Share, ...]
    points: tuple[tuple[dt.date, float], ...]
    need: int | None
    deadline: dt.date | None
    outlook: Outlook
    forecast: str
    base: Base
    rows: tuple[Row, ...]
    agencies: agencies.Progress
    own_agencies: tuple[ShownFigure, ...]
    field: field.Progress
    teams: tuple[TeamRow, ...]
    work: Work

    @property
    def tasks(self) -> tuple[str, ...]:
        """What to do tomorrow, in sentences."""
        return self.work.tasks

    @property
    def reporting(self) -> int:
        """How many units below have a figure."""
        return sum(row.place.known is not None for row in self.rows)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What the ranking cannot tell, in sentences: of the first, and of the rest together."""
        ranked = [row.place for row in self.rows if row.place.rank]
        if len(ranked) < _FEWEST_RANKED:
            return ()
        first = ranked[0]
        names = ", ".join(unit.name for unit in (first.unit, *first.unclear)[: _NAMED + 1])
        if first.unclear:
            words = {"names": names, "many": number(len(first.unclear) + 1)}
            lead = _("Who is first cannot be told: it may be any of %(many)s (%(names)s).") % words
        else:
            lead = _("%(name)s is first, and it is sure.") % {"name": first.unit.name}
        sure = sum(not place.unclear for place in ranked)
        words = {"sure": number(sure), "all": number(len(ranked))}
        rest = (
            _(
                "The place of %(sure)s of %(all)s is sure; for each other the table names from "
                "whom it cannot be told: less than 9 in 10 that one is really ahead."
            )
            % words
        )
        return lead, rest

    @property
    def agency_share(self) -> str:
        """Staff with the app of staff with a smartphone, in agencies; empty without a base."""
        share = self.agencies.share
        return "" if share is None else percent(share)


def board(unit: Unit, day: dt.date) -> Board:
    """Return the dashboard of a unit as of the evening of `day`."""
    children = list(Unit.objects.children(unit).exclude(level=Level.REMAINDER))
    siblings = _siblings(unit)
    evidence = Evidence([unit.path, *(child.path for child in children), *siblings], day)
    judged = targets.verdicts_of([unit, *children], day, evidence=evidence)
    own = judged[unit.path]
    need, deadline = _nearest(own)
    made = outlook(unit.path, siblings[:_MOST_SIBLINGS], evidence, need=need, deadline=deadline)
    history = evidence.history(unit.path, Measure.USERS)
    base = Base.PEOPLE if unit.level == Level.NATION else Base.SMARTPHONES
    ranked = places(children, evidence, base)
    agency = evidence.officials.progress(unit.path, day)
    visits = field.progress(unit, day)
    return Board(
        unit=unit,
        day=day,
        above=tuple(Unit.objects.ancestors(unit)),
        headlines=tuple(_headline(one) for one in own),
        users=evidence.count(unit.path, Measure.USERS, day),
        shares=_shares(unit.path, evidence),
        points=tuple(
            (at.astype(dt.date), float(value))
            for at, value in zip(
                history.days[-MOST_POINTS:], history.values[-MOST_POINTS:], strict=True
            )
        ),
        need=need,
        deadline=deadline,
        outlook=made,
        forecast="" if made.message is None else stats.phrase(made.message, language()),
        base=base,
        rows=tuple(_rows(ranked, judged)),
        agencies=agency,
        own_agencies=_own_agencies(unit, day),
        field=visits,
        teams=team_rows(unit, day) if unit.level in _SMALL else (),
        work=work(unit, children, day, own=own, evidence=evidence, agency=agency),
    )


def _own_agencies(unit: Unit, day: dt.date) -> tuple[ShownFigure, ...]:
    own = Agency.objects.filter(unit=unit.path).order_by("name", "pk")
    return tuple(show(figure) for figure in agencies.figures_of(own[:MOST_AGENCIES], day))


def _siblings(unit: Unit) -> list[str]:
    """Return the paths of the units beside `unit`."""
    if unit.parent_id is None:
        return []
    beside = Unit.objects.children(unit.parent_id).exclude(level=Level.REMAINDER)
    return list(beside.values_list("path", flat=True))


def _headline(one: targets.Verdict) -> Headline:
    said = language()
    effective = one.effective
    return Headline(
        str(one.state.label), one.kind, one.sentence(said), one.reason(said), effective.inherited
    )


def _nearest(own: Sequence[targets.Verdict]) -> tuple[int | None, dt.date | None]:
    """Return count and last day of the first target that asks for a number of users."""
    for one in own:
        for clause in one.clauses:
            if clause.need is not None and clause.clause.measure == Measure.USERS:
                return clause.need, one.effective.target.deadline
    return None, None


def _shares(path: str, evidence: Evidence) -> tuple[Share, ...]:
    known = evidence.count(path, Measure.USERS, evidence.day)
    if known is None:
        return ()
    found = []
    for base in (Base.SMARTPHONES, Base.PEOPLE, Base.ADULTS):
        size = evidence.base(path, base)
        if size is not None:
            found.append(Share(percent(known.value / size.value), str(base.label), size))
    return tuple(found)


def _rows(ranked: Sequence[Place], verdicts: Mapping[str, Sequence[targets.Verdict]]) -> list[Row]:
    rows = []
    for place in ranked:
        about = [
            one
            for one in verdicts.get(place.unit.path, ())
            if one.clauses[0].clause.measure != Measure.STAFF
        ]
        state = str(about[0].state.label) if about else _("No target")
        kind = about[0].kind if about and place.known is not None else "unknown"
        share = "" if place.share is None else percent(place.share)
        rows.append(Row(place, state, kind, share, about[0].best.need if about else None))
    return rows
