"""Forms of the figures: one figure, a correction, a file, a review."""

import datetime as dt
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from bluezone.portal.campaign.figures.choices import Series, Source
from bluezone.portal.campaign.figures.importing.sheet import MAX_BYTES, Cell
from bluezone.portal.campaign.figures.importing.uploads import FILE_SOURCES, UploadRequest
from bluezone.portal.campaign.figures.importing.words import Fault, read_count
from bluezone.portal.campaign.figures.models import NAME_LENGTH
from bluezone.portal.campaign.figures.recording import NewFigure
from bluezone.portal.forms import DayField

_NOTE_LENGTH: Final = 1000
TYPED_SOURCES: Final = (*FILE_SOURCES, Source.PRESS)
"""Sources whose figures people type; registrations come from phones."""


class CountField(forms.CharField):
    """A count as people write it: 310.000 or 310000, never a percentage."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """Return the count.

        Raises:
            ValidationError: it is no count.
        """
        found = read_count(Cell(super().clean(value)))
        if isinstance(found, Fault):
            raise forms.ValidationError(f"{found.message} ({found.code})")
        return found


def _labelled(sources: tuple[Source, ...]) -> list[tuple[str, Any]]:
    return [(str(source), source.label) for source in sources]


def _reason(label: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, max_length=_NOTE_LENGTH, widget=area)


class FigureForm(forms.Form):
    """One figure of one unit."""

    series = forms.ChoiceField(
        label=_("What is counted?"),
        choices=Series.choices,
        initial=Series.USERS.value,
        help_text=_("Downloads are not people: one person may download several times."),
    )
    day = DayField(label=_("Day"), required=True)
    value = CountField(
        label=_("How many so far"),
        help_text=_("The total up to that day, not the increase. No percentage."),
    )
    source = forms.ChoiceField(
        label=_("Where does it come from?"), choices=_labelled(TYPED_SOURCES)
    )
    source_name = forms.CharField(
        label=_("Name of the source"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("For example the carrier or the newspaper."),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=_NOTE_LENGTH,
        required=False,
        help_text=_("Number of a letter, an address, or where the paper lies."),
    )
    note = forms.CharField(label=_("Note"), max_length=_NOTE_LENGTH, required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.fields["day"].initial = today
        self.fields["day"].widget.attrs["max"] = today.isoformat()

    def clean_day(self) -> dt.date:
        """Refuse a day to come."""
        day: dt.date = self.cleaned_data["day"]
        if day > self._today:
            raise forms.ValidationError(_("This day has not come yet (day_to_come)."))
        return day

    def figure(self, unit_path: str) -> NewFigure:
        """Return what was typed, after `is_valid`."""
        data = self.cleaned_data
        return NewFigure(
            unit_path,
            data["series"],
            data["day"],
            data["value"],
            data["source"],
            source_name=data["source_name"].strip(),
            evidence=data["evidence"],
            note=data["note"],
        )


class CorrectionForm(forms.Form):
    """Another value for a figure, and why."""

    value = CountField(label=_("Right value"))
    reason = _reason(_("Why is it corrected?"))


class ReviewForm(forms.Form):
    """Yes or no to a held figure, and why."""

    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[("accept", _("Accept")), ("reject", _("Reject"))],
        widget=forms.RadioSelect,
    )
    reason = _reason(_("Why?"))


class UploadForm(forms.Form):
    """A file and what its rows do not say themselves."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, up to 8 MB: a column with codes, a column with counts."),
    )
    series = forms.ChoiceField(
        label=_("What is counted?"),
        choices=[("", _("The headings say it")), *Series.choices],
        required=False,
    )
    day = DayField(label=_("Day"), help_text=_("Leave empty if the file has a column with days."))
    source = forms.ChoiceField(label=_("Where does it come from?"), choices=_labelled(FILE_SOURCES))
    source_name = forms.CharField(
        label=_("Name of the source"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("For example the carrier or the newspaper."),
    )
    wrong_rows = forms.ChoiceField(
        label=_("If some rows are wrong"),
        choices=[("nothing", _("Store nothing")), ("keep", _("Store the good rows"))],
        initial="nothing",
        widget=forms.RadioSelect,
    )

    def clean_file(self) -> Any:
        """Refuse a huge file before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 8 MB. Split it (too_large)."))
        return file

    def upload_request(self, unit_path: str) -> UploadRequest:
        """Return the file and what was said, after `is_valid`."""
        data = self.cleaned_data
        return UploadRequest(
            unit_path,
            data["file"].name,
            data["file"].read(),
            source=data["source"],
            source_name=data["source_name"],
            series=data["series"],
            day=data["day"],
            keep_good=data["wrong_rows"] == "keep",
        )
