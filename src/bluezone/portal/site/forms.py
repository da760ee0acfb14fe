"""Forms of whoever manages the public pages of a unit."""

import datetime as dt

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bluezone.portal.forms import DayField
from bluezone.portal.site import content
from bluezone.portal.site.choices import Kind

LONGEST_DAYS = 366


class PosterForm(forms.Form):
    """What to print, in which language, where it hangs and until when."""

    kind = forms.ChoiceField(label=gettext_lazy("Material"), choices=Kind.choices)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=content.language_names)
    place = forms.CharField(
        label=gettext_lazy("Where it will hang"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For your own list, such as “Market, north gate”. Not printed."),
    )
    expires_on = DayField(
        label=gettext_lazy("Last day on which it may hang"),
        help_text=gettext_lazy("Printed in the corner. Later the code leads to a newer poster."),
        required=True,
    )

    def __init__(self, *args: object, today: dt.date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # Django's own signature
        self._today = today

    def clean_expires_on(self) -> dt.date:
        """Refuse days that are over, and more than a year: texts grow old."""
        day: dt.date = self.cleaned_data["expires_on"]
        if day < self._today:
            raise forms.ValidationError(_("This day is over (expired)."))
        if day > self._today + dt.timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(_("A poster may hang for a year at most (too_late)."))
        return day


class AnnouncementForm(forms.Form):
    """An announcement as plain text."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy(
            "Plain text. An empty line starts a new paragraph; addresses with https:// become"
            " links."
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=200,
        help_text=gettext_lazy("Who says it, as it will stand under the text."),
    )
