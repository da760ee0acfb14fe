"""The form that opens a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bluezone.look import format as look_format
from bluezone.portal import clock
from bluezone.portal.cases.models import ReportType
from bluezone.portal.cases.services import CaseRequest
from bluezone.portal.forms import DayField
from bluezone.portal.verification.dates import allowed_days

VIETNAM_OFFSET_MINUTES = 7 * 60
"""The desk speaks of local days, Asia/Ho_Chi_Minh."""


class CaseForm(forms.Form):
    """Kind of report, day of symptoms, day of the test."""

    report_type = forms.ChoiceField(
        label=_("How was the case found?"),
        choices=ReportType.choices,
        initial=ReportType.CONFIRMED.value,
        widget=forms.RadioSelect,
    )
    symptom_date = DayField(
        label=_("First day of symptoms"),
        help_text=_("Leave empty if there are no symptoms."),
    )
    test_date = DayField(
        label=_("Day of the test"),
        help_text=_("The day the sample was taken."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, last = self._bounds()
        for name in ("symptom_date", "test_date"):
            self.fields[name].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def clean(self) -> dict[str, Any]:
        """Refuse days that cannot be, each beside its field."""
        data = super().clean() or {}
        first, last = self._bounds()
        for name in ("symptom_date", "test_date"):
            day = data.get(name)
            if day is not None and not first <= day <= last:
                bounds = {"first": look_format.date(first), "last": look_format.date(last)}
                message = _("The day must be from %(first)s to %(last)s (invalid_date).")
                self.add_error(name, forms.ValidationError(message, params=bounds))
        days = (data.get("symptom_date"), data.get("test_date"))
        if not any(days) and not self.errors:
            self.add_error("symptom_date", _("Give at least one of the two days (missing_date)."))
        return data

    def case_request(self) -> CaseRequest:
        """Return what was typed, after `is_valid`."""
        data = self.cleaned_data
        return CaseRequest(data["report_type"], data["symptom_date"], data["test_date"])

    @staticmethod
    def _bounds() -> tuple[Any, Any]:
        return allowed_days(now=clock.now(), offset_minutes=VIETNAM_OFFSET_MINUTES)
