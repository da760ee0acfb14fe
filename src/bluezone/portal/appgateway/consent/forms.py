"""The form that issues a help code: what the person agrees to."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bluezone.portal.appgateway.consent.models import Mode


class HelpCodeForm(forms.Form):
    """Ask the person, tick what the person agrees to."""

    mode = forms.TypedChoiceField(
        label=_("What does the person agree to?"),
        help_text=_("Ask. If the person is not sure, leave the first."),
        choices=[
            (Mode.KEYS.value, _("Warn others. Nothing else is kept.")),
            (
                Mode.KNOWN_CASES.value,
                _("Also show you contacts with other known cases, for 14 days."),
            ),
            (Mode.WHOLE.value, _("Also show you all contacts of these days, for 14 days.")),
        ],
        coerce=lambda value: Mode(int(value)),
        initial=Mode.KEYS.value,
        widget=forms.RadioSelect,
    )
    told = forms.BooleanField(
        label=_("I said all of “Say this to the person”, and the person agrees."),
        error_messages={"required": _("Tell the person first what the phone sends (not_told).")},
    )
