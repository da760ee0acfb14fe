"""Paper lists, printed for a day and typed back.

A list keeps the rows that it was printed with. Each sheet carries its code and number and a line
for totals, so that loose sheets find each other and whoever types can compare.

A printed list is a device of its own (`paper-<code>`) whose counter is the household's number:
typing the same list twice stores nothing twice, and a second answer for the same door is refused
by name instead of overwriting the first.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from bluezone.look.format import VIETNAM
from bluezone.portal.audit.services import record
from bluezone.portal.campaign.field.choices import OPEN_STATES, Outcome, Reason
from bluezone.portal.campaign.field.closing import keep_open
from bluezone.portal.campaign.field.errors import FieldError
from bluezone.portal.campaign.field.merging import Merged, merge
from bluezone.portal.campaign.field.models import Household, PaperList, Team, Visit
from bluezone.portal.campaign.field.walking import counted
from bluezone.portal.campaign.field.wire import MAX_VISITS, SentVisit

_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without what looks alike on paper."""
_CODE_LENGTH: Final = 8
_NOON: Final = dt.time(12)


FIRST_ROWS: Final = 13
"""Rows of the first A4 sheet, below the rules and the QR code."""
SHEET_ROWS: Final = 24
"""Rows of every further sheet."""
MAX_ROWS: Final = 480
"""Rows of one list: more than any team walks in a day, fewer than a form may have fields."""
_LETTERS: Final = "ABCDE"
CODES: Final = {outcome: str(number) for number, outcome in enumerate(Outcome, start=1)}
"""The number over each column of boxes, typed back for a tick in it."""
REASON_LETTERS: Final = dict(zip(_LETTERS, Reason, strict=True))


@dataclass(frozen=True, slots=True)
class Typed:
    """What was ticked for one door: an outcome, and a reason for a refusal."""

    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of a typed list: new, known before, and doors with another answer before."""

    new: int
    repeated: int
    conflicts: tuple[Household, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a list: its number and its rows as (number on the list, household)."""

    number: int
    rows: tuple[tuple[int, Household], ...]


def read_code(text: str) -> Typed | None:
    """Return what a typed code says, None for no answer.

    Raises:
        FieldError: no such code.
    """
    code = "".join(text.split()).upper()
    if not code:
        return None
    outcomes = {number: outcome for outcome, number in CODES.items()}
    outcome, letter = outcomes.get(code[:1]), code[1:]
    if outcome == Outcome.REFUSED and letter in REASON_LETTERS:
        return Typed(outcome, REASON_LETTERS[letter])
    if outcome is None or outcome == Outcome.REFUSED or letter:
        raise FieldError(_("write 1 to 6; after 5 a letter from A to E, such as 5B"))
    return Typed(outcome)


def make_list(team: Team, *, alley: str, day: dt.date, rng: Random, now: int) -> PaperList:
    """Make a list of the first `MAX_ROWS` open doors, of one alley or of all (empty)."""
    code = "".join(rng.choices(_ALPHABET, k=_CODE_LENGTH))
    homes = Household.objects.filter(
        team=team,
        removed_at__isnull=True,
        state__in=OPEN_STATES,
        **({"alley": alley} if alley else {}),
    )
    doors = sorted(homes, key=lambda row: (counted(row.alley), row.position, row.pk))
    rows = [door.pk for door in doors[:MAX_ROWS]]
    return PaperList.objects.create(
        code=code, team=team, alley=alley, day=day, made_at=now, rows=rows
    )


def doors_of(paper: PaperList) -> list[tuple[int, Household]]:
    """Return the rows of a list as (number, household), as they were printed first."""
    homes = Household.objects.filter(team=paper.team).in_bulk(paper.rows)
    return [(number, homes[pk]) for number, pk in enumerate(paper.rows, 1) if pk in homes]


def sheets_of(paper: PaperList) -> list[Sheet]:
    """Return the rows of a list by sheet of paper; one empty sheet for an empty list."""
    rows = doors_of(paper)
    starts = [0, *range(FIRST_ROWS, len(rows), SHEET_ROWS)]
    ends = [*starts[1:], len(rows)]
    return [
        Sheet(number, tuple(rows[start:end]))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    ]


def totals(paper: PaperList) -> list[tuple[int, list[int]]]:
    """Return what was typed so far as (sheet, ticks of each outcome), to compare with the paper."""
    known = _known(paper)
    found = []
    for sheet in sheets_of(paper):
        ticks = [known[door.pk].outcome for _number, door in sheet.rows if door.pk in known]
        found.append((sheet.number, [ticks.count(outcome) for outcome in Outcome]))
    return found


def device_name(paper: PaperList) -> str:
    """Return the id under which what is typed from a list stands in the log."""
    return f"paper-{paper.code}"


def type_back(
    paper: PaperList, answers: Mapping[int, Typed], *, day: dt.date, actor: str, now: int
) -> Answers:
    """Store what was ticked on a list.

    Args:
        paper: the list.
        answers: by household number.
        day: when it was walked: the visits lie at noon of that day, or now if that is later.
        actor: who types, for the audit.
        now: Unix seconds.

    Raises:
        FieldError: the day lies in the future.
    """
    noon = int(dt.datetime.combine(day, _NOON, tzinfo=VIETNAM).timestamp())
    if day > dt.datetime.fromtimestamp(now, tz=VIETNAM).date():
        raise FieldError(_("This day has not come yet."))
    time = min(noon, now)
    sent = [
        SentVisit(
            counter=number,
            household=number,
            at=noon,
            time=time,
            outcome=typed.outcome,
            reason=typed.reason,
            phones=1 if typed.outcome in {Outcome.INSTALLED, Outcome.HELPED} else 0,
        )
        for number, typed in sorted(answers.items())
    ]
    with transaction.atomic():
        keep_open(paper.team.campaign_id)
        known = _known(paper)
        fresh = [visit for visit in sent if visit.household not in known]
        again = [visit for visit in sent if visit.household in known]
        merged = [
            merge(paper.team, device_name(paper), part, now=now)
            for part in (fresh[i : i + MAX_VISITS] for i in range(0, len(fresh), MAX_VISITS))
        ]
        PaperList.objects.filter(pk=paper.pk).update(typed_at=now)
        new = _count(merged)
        record(actor, "field.list_typed", f"list {paper.code}", {"new": new})
    other = [v.household for v in again if known[v.household] != Typed(v.outcome, v.reason)]
    rows = Household.objects.filter(team=paper.team, pk__in=other)
    return Answers(new, len(again) - len(other), tuple(rows))


def _known(paper: PaperList) -> dict[int, Typed]:
    rows = Visit.objects.filter(
        unit_path=paper.team.unit_id, team=paper.team, device=device_name(paper)
    )
    columns = rows.values_list("household_id", "outcome", "reason")
    return {household: Typed(outcome, reason) for household, outcome, reason in columns}


def _count(merged: list[Merged]) -> int:
    return sum(len(part.accepted) for part in merged)
