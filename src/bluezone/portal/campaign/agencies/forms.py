"""Forms of agencies: what officials type, checked where it is typed."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bluezone.portal.campaign.agencies.models import Kind, Purpose, Way
from bluezone.portal.campaign.agencies.pools import SHEET_SLIPS
from bluezone.portal.campaign.agencies.services import (
    MAX_STAFF,
    AgencyRequest,
    ReportRequest,
)
from bluezone.portal.forms import DayField

_NOT_A_NUMBER = _("Give a number of people, without a percent sign (not_a_number).")


def people(label: Any, *, low: int = 0, high: int = MAX_STAFF, help_text: Any = "") -> Any:
    """Return a field for a number of people."""
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        help_text=help_text,
        error_messages={"invalid": _NOT_A_NUMBER},
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class AgencyForm(forms.Form):
    """An agency and its numbers."""

    name = forms.CharField(label=_("Name of the agency"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    staff = people(
        _("Staff"),
        low=1,
        help_text=_("Officials, civil servants, public employees and workers."),
    )
    smartphones = people(
        _("Of these with a smartphone"), help_text=_("This number is the base of the percentage.")
    )
    way = forms.ChoiceField(
        label=_("How do they count?"),
        choices=Way.choices,
        initial=Way.VOUCHERS.value,
        widget=forms.RadioSelect,
    )
    head = forms.CharField(
        label=_("User name of the head"),
        max_length=64,
        required=False,
        help_text=_(
            "May print vouchers and report for this agency alone. Leave empty to add later."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse more smartphones than people, beside the field."""
        data = super().clean() or {}
        staff, smartphones = data.get("staff"), data.get("smartphones")
        if staff is not None and smartphones is not None and smartphones > staff:
            message = _("Not more than the staff: %(staff)s (more_than_staff).")
            error = forms.ValidationError(message, params={"staff": staff})
            self.add_error("smartphones", error)
        return data

    def agency_request(self) -> AgencyRequest:
        """Return what was typed, after `is_valid`."""
        data = self.cleaned_data
        return AgencyRequest(
            " ".join(data["name"].split()),
            data["kind"],
            data["way"],
            data["staff"],
            data["smartphones"],
        )


class ReportForm(forms.Form):
    """What an agency without vouchers reports."""

    day = DayField(label=_("Day"), required=True)
    staff_installed = people(_("Staff with the app"))
    relatives_installed = people(
        _("Relatives with the app"),
        help_text=_("Counted apart; they are not in the percentage. 0 if not known."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("No names. Why a number was corrected, for example."),
    )

    def __init__(self, *args: Any, today: dt.date, smartphones: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].widget.attrs["max"] = today.isoformat()
        self.fields["day"].initial = today
        self.fields["relatives_installed"].initial = 0
        hint = _("Of %(smartphones)s staff with a smartphone.") % {"smartphones": smartphones}
        self.fields["staff_installed"].help_text = hint

    def report_request(self) -> ReportRequest:
        """Return what was typed, after `is_valid`."""
        data = self.cleaned_data
        return ReportRequest(
            data["day"], data["staff_installed"], data["relatives_installed"], data["note"]
        )


class SlipsForm(forms.Form):
    """How many slips to print or to void, and for whom."""

    purpose = forms.ChoiceField(choices=Purpose.choices, widget=forms.HiddenInput)
    count = people(_("Number of slips"), low=1, high=SHEET_SLIPS)

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": f"id_{name}_%s"})


class ImportForm(forms.Form):
    """A table of agencies."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        help_text=_("Columns: unit, name, kind, staff, smartphones, way. At most 60 kB."),
    )
    keep_good = forms.BooleanField(
        label=_("Keep the good rows even if others are wrong"), required=False
    )


class CodeForm(forms.Form):
    """The code on a slip, typed."""

    code = forms.CharField(
        label=_("Code on your slip"),
        max_length=40,
        help_text=_("16 letters and digits, such as 7KQM 2R9X 4TBD W1PZ."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
