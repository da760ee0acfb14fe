"""Forms of teams, households and paper lists."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bluezone.portal.campaign.field.door_table import label_problem
from bluezone.portal.campaign.field.errors import FieldError
from bluezone.portal.campaign.field.models import ALLEY_LENGTH, LABEL_LENGTH, Household, Team
from bluezone.portal.campaign.field.paper import Typed, read_code
from bluezone.portal.forms import DayField
from bluezone.portal.units.models import Unit

MAX_FILE_BYTES = 1_000_000
"""2,000 rows need about 40 000 bytes as CSV; workbooks carry much beside their rows."""


class OpenForm(forms.Form):
    """The last day of a campaign."""

    ends_on = DayField(
        label=_("Last day"),
        help_text=_("Visits that come late are taken until the campaign is closed."),
        required=True,
    )


class TeamForm(forms.Form):
    """A new team: its name and the village or commune that it walks."""

    name = forms.CharField(label=_("Name"), help_text=_("Such as Tổ 1."), max_length=80)
    unit = forms.ModelChoiceField(
        label=_("Village or commune"), queryset=Unit.objects.none(), empty_label=None
    )

    def __init__(self, data: Any, *, units: Iterable[Unit]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        field.queryset = units  # type: ignore[attr-defined] # a model choice


class MemberForm(forms.Form):
    """Who walks with a team."""

    username = forms.CharField(
        label=_("User name"),
        help_text=_("An account with the role “Team member” in this unit or above."),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


def _labels(text: str) -> list[str]:
    parts = text.replace(";", ",").replace("\n", ",").split(",")
    return list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))


class DoorForm(forms.Form):
    """Households by typing: an alley and one or more labels."""

    alley = forms.CharField(
        label=_("Alley"), help_text=_("Such as Ngõ 12."), max_length=ALLEY_LENGTH
    )
    labels = forms.CharField(
        label=_("House numbers or labels, in walking order"),
        help_text=_("Separated by commas, such as 1, 3, 5A. No names, no phone numbers."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_alley(self) -> str:
        """Return the alley with single spaces."""
        alley = " ".join(self.cleaned_data["alley"].split())
        if wrong := label_problem(alley, ALLEY_LENGTH):
            raise forms.ValidationError(wrong)
        return alley

    def clean_labels(self) -> list[str]:
        """Return the labels, each once."""
        labels = _labels(self.cleaned_data["labels"])
        for label in labels:
            if wrong := label_problem(label, LABEL_LENGTH):
                raise forms.ValidationError(f"“{label[:40]}”: {wrong}")
        return labels


class ImportForm(forms.Form):
    """Households by CSV or XLSX, and what happens to the good rows if others are wrong."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        help_text=_("Columns alley (ngõ) and label (số nhà); order, adults, smartphones if known."),
        max_length=200,
    )

    keep_good = forms.BooleanField(
        label=_("Keep the good rows even if others are wrong"), required=False
    )

    def clean_file(self) -> Any:
        """Refuse what is larger than the portal takes."""
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB. Split the list."))
        return file


class AssignForm(forms.Form):
    """Which team gets an alley."""

    team = forms.ModelChoiceField(
        label=_("Give the doors not yet visited to"), queryset=Team.objects.none(), empty_label=None
    )

    def __init__(self, data: Any, *, teams: Iterable[Team]) -> None:
        super().__init__(data)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined] # a model choice


class PaperForm(forms.Form):
    """A list to be printed: its day, and one alley or all."""

    day = DayField(label=_("Day"), required=True)
    alley = forms.ChoiceField(label=_("Alley"), required=False)

    def __init__(self, data: Any, *, alleys: Iterable[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = [("", _("All alleys")), *((alley, alley) for alley in alleys)]
        self.fields["alley"].choices = choices  # type: ignore[attr-defined] # a choice


class CodeField(forms.CharField):
    """A tick on paper as its number: 1 to 6, and a letter after 5."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"size": 4, "autocomplete": "off", "autocapitalize": "characters"}
        )
        super().__init__(required=False, max_length=6, widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return what was ticked, None for nothing."""
        try:
            return read_code(super().to_python(value) or "")
        except FieldError as error:
            raise forms.ValidationError(str(error)) from None

    def run_validators(self, value: Any) -> None:
        """Do nothing: a value that was read is good."""


class TypingForm(forms.Form):
    """What was ticked on a printed list: a day and, for each row, a code or nothing."""

    day = DayField(label=_("Day of the visits"), required=True)

    def __init__(self, data: Any, *, doors: Iterable[tuple[int, Household]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.doors = list(doors)
        for number, door in self.doors:
            self.fields[f"door_{door.pk}"] = CodeField(
                label=f"{number}. {door.alley} · {door.label}"
            )

    def rows(self) -> Iterable[tuple[int, Household, forms.BoundField]]:
        """Yield (number on the paper, household, field)."""
        return ((number, door, self[f"door_{door.pk}"]) for number, door in self.doors)

    def answers(self) -> dict[int, Typed]:
        """Return what was ticked, by household number."""
        return {
            door.pk: typed
            for _number, door in self.doors
            if (typed := self.cleaned_data[f"door_{door.pk}"]) is not None
        }
