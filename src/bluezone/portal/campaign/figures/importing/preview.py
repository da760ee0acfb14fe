"""A draft beside what is stored: what is new, what corrects, what is held, what falls."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal.campaign.figures.checks import Doubt, Verdict, doubts_in_words, examine
from bluezone.portal.campaign.figures.importing.draft import Draft, DraftRow, Terms, read_draft
from bluezone.portal.campaign.figures.importing.findings import Finding, Severity
from bluezone.portal.campaign.figures.models import Figure
from bluezone.portal.campaign.figures.places import within


class Fate(StrEnum):
    """What storing would do with a row."""

    NEW = "new"
    CORRECTION = "correction"
    UNCHANGED = "unchanged"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it would be stored; `before` is the value of the same source that stands now."""

    draft: DraftRow
    fate: Fate
    before: int | None
    doubts: tuple[str, ...]

    @property
    def word(self) -> str:
        """What becomes of it, in words."""
        return {
            Fate.NEW: _("New"),
            Fate.CORRECTION: _("Corrects"),
            Fate.UNCHANGED: _("Known already"),
            Fate.HELD: _("Held for review"),
        }[self.fate]

    @property
    def kind(self) -> str:
        """The class of the word."""
        return {
            Fate.NEW: "met",
            Fate.CORRECTION: "on-course",
            Fate.UNCHANGED: "unknown",
            Fate.HELD: "at-risk",
        }[self.fate]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that a person must know before a file is stored."""

    rows: tuple[PreviewRow, ...]
    findings: tuple[Finding, ...]
    wrong_rows: int
    content_hash: str

    def count(self, fate: Fate) -> int:
        """Return how many rows have this fate."""
        return sum(row.fate == fate for row in self.rows)

    @property
    def to_store(self) -> list[DraftRow]:
        """The rows that would add something."""
        return [row.draft for row in self.rows if row.fate != Fate.UNCHANGED]


def make_preview(content: bytes, terms: Terms, *, source: str, source_name: str) -> Preview:
    """Return what storing a file would do.

    Raises:
        UnreadableFileError: the file as a whole cannot be read.
    """
    draft = read_draft(content, terms)
    verdicts = examine([row.claim for row in draft.rows])
    before = _before(draft, source, source_name)
    pairs = list(zip(draft.rows, verdicts, strict=True))
    rows = tuple(_row(row, verdict, before) for row, verdict in pairs)
    extra = [finding for row, verdict in pairs for finding in _findings(row, verdict)]
    findings = sorted([*draft.findings, *extra], key=lambda one: (one.row, one.column))
    return Preview(rows, tuple(findings), draft.wrong_rows, draft.content_hash())


_Key = tuple[str, str, object]


def _key(row: DraftRow) -> _Key:
    return row.claim.unit_path, str(row.claim.series), row.claim.day


def _before(draft: Draft, source: str, source_name: str) -> dict[_Key, int]:
    by_day: defaultdict[tuple[str, object], set[str]] = defaultdict(set)
    for row in draft.rows:
        by_day[str(row.claim.series), row.claim.day].add(row.claim.unit_path)
    found: dict[_Key, int] = {}
    for (series, day), paths in by_day.items():
        rows = Figure.objects.standing().filter(
            within(sorted(paths)), series=series, day=day, source=source, source_name=source_name
        )
        standing = rows.exclude(state="rejected").order_by("id")
        for path, value in standing.values_list("unit_path", "value"):
            if path in paths:
                found[path, series, day] = value
    return found


def _row(row: DraftRow, verdict: Verdict, before: dict[_Key, int]) -> PreviewRow:
    old = before.get(_key(row))
    words = tuple(doubts_in_words(" ".join(verdict.doubts)))
    if old == row.claim.value:
        return PreviewRow(row, Fate.UNCHANGED, old, ())
    if verdict.doubts:
        return PreviewRow(row, Fate.HELD, old, words)
    return PreviewRow(row, Fate.NEW if old is None else Fate.CORRECTION, old, ())


def _findings(row: DraftRow, verdict: Verdict) -> Sequence[Finding]:
    found = []
    language = get_language() or "vi"
    value = look_format.number(row.claim.value, language)
    for doubt in verdict.doubts:
        message = _("%(value)s for %(unit)s: %(doubt)s. It waits for review.")
        words = doubts_in_words(doubt)[0]
        values = {"value": value, "unit": row.unit_name, "doubt": words}
        found.append(Finding(row.row, row.column, doubt, Severity.HELD, message % values))
    if verdict.fell_from is not None and Doubt.LOOKS_LIKE_PERCENTAGE not in verdict.doubts:
        message = _("%(value)s for %(unit)s is less than %(before)s before; a total cannot fall.")
        before = look_format.number(verdict.fell_from, language)
        values = {"value": value, "unit": row.unit_name, "before": before}
        found.append(Finding(row.row, row.column, "falls", Severity.WARNING, message % values))
    return found
