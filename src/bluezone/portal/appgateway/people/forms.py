"""Forms about people: a number and why, a number, a code."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bluezone.portal.appgateway.people.fields import read_code
from bluezone.portal.appgateway.phones.numbers import normalise_number

_TEL = {"type": "tel", "inputmode": "tel", "autocomplete": "off"}
_OWN_TEL = {"type": "tel", "inputmode": "tel", "autocomplete": "tel"}
_CODE = {"inputmode": "numeric", "autocomplete": "one-time-code"}
REASON_MIN = 5


class NumberForm(forms.Form):
    """The number of whoever sits before the page."""

    number = forms.CharField(
        label=_("Your phone number"),
        max_length=40,
        help_text=_("The one you confirmed in the app, such as 0912 345 678."),
        widget=forms.TextInput(attrs=_OWN_TEL),
    )

    def clean_number(self) -> str:
        """Return the number in E.164."""
        number = normalise_number(self.cleaned_data["number"])
        if number is None:
            message = _("This is not a mobile number, such as 0912 345 678 (%(code)s).")
            raise forms.ValidationError(message, params={"code": "phone_number_invalid"})
        return number


class CodeForm(NumberForm):
    """The code that was sent to that number; `name` tells browsers apart."""

    number = forms.CharField(max_length=40, widget=forms.HiddenInput)
    name = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("Code from the message"),
        max_length=24,
        help_text=_("Six digits, good for 15 minutes."),
        widget=forms.TextInput(attrs=_CODE),
    )

    def clean_code(self) -> str:
        """Return the six digits."""
        code = read_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(_("The code has six digits (code_invalid)."))
        return code


class SearchForm(NumberForm):
    """Whom a health worker looks up, and why."""

    number = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        help_text=_("The whole number; there is no list and no search by part of it."),
        widget=forms.TextInput(attrs=_TEL),
    )
    reason = forms.CharField(
        label=_("Why?"),
        min_length=REASON_MIN,
        max_length=200,
        help_text=_("Stays in the audit. Name the case, not the person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
