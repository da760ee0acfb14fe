"""What an inspector enters: a mark, and the day of a gift."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bluezone.portal.campaign.inspection.models import NOTE_LENGTH, WHAT_LENGTH, Verdict
from bluezone.portal.forms import DayField


class MarkForm(forms.Form):
    """What was found out about a finding."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("What did you find out?"),
        choices=Verdict.choices,
        initial=Verdict.LOOKED_AT,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("In a few words"),
        help_text=gettext_lazy(
            "Whom did you ask, what did you see? No names of citizens. Needed to close a finding."
        ),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class GiftForm(forms.Form):
    """A day on which something was given for installing."""

    day = DayField(label=gettext_lazy("Day of the gift"), required=True)
    what = forms.CharField(
        label=gettext_lazy("What was given"),
        help_text=gettext_lazy("Such as: 5 GB of data for installing, Viettel."),
        max_length=WHAT_LENGTH,
    )
    source = forms.CharField(
        label=gettext_lazy("Where this is known from"),
        help_text=gettext_lazy("A link, or the number of a letter."),
        max_length=WHAT_LENGTH,
    )

    def __init__(self, *args: Any, last: dt.date, **kwargs: Any) -> None:
        """Take `last`, the latest day that can be entered."""
        super().__init__(*args, **kwargs)
        self._last = last

    def clean_day(self) -> dt.date:
        """Refuse days that have not come."""
        day: dt.date = self.cleaned_data["day"]
        if day > self._last:
            raise forms.ValidationError(_("That day has not come yet."))
        return day
