"""Forms of the verification pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bluezone.portal.verification.errors import PhoneNumberInvalidError
from bluezone.portal.verification.models import ApiKeyKind
from bluezone.portal.verification.sms.phone_number import normalise_phone


class CodeForm(forms.Form):
    """What is asked before a code is issued: nothing, or a phone number."""

    phone = forms.CharField(
        label=_("Phone number (optional)"),
        required=False,
        max_length=30,
        help_text=_("Only if the person wants a message. The number is erased after sending."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )

    def clean_phone(self) -> str:
        """Return the number in the international form."""
        typed: str = self.cleaned_data["phone"]
        try:
            return normalise_phone(typed) if typed else ""
        except PhoneNumberInvalidError as error:
            message = _("This is not a mobile number, such as 0912 345 678 (%(code)s).")
            raise forms.ValidationError(message, params={"code": error.code}) from None


class ApiKeyForm(forms.Form):
    """Name and kind of a new API key."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Who uses it, such as the name of a laboratory."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("What may it do?"), choices=ApiKeyKind.choices, widget=forms.RadioSelect
    )
