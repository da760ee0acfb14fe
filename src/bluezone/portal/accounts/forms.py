"""Forms of accounts: sign in, password, invitations, roles."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bluezone.portal.accounts.models import Language, Role, User

PASSWORD_HINT = gettext_lazy(
    "At least 12 characters. Four or five words are easier to remember than signs."
)


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _new_password(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = _new_password(gettext_lazy("New password"))
    again = _new_password(gettext_lazy("New password again"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = PASSWORD_HINT

    def clean(self) -> dict[str, Any]:
        """Refuse two different passwords."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ (passwords_differ)."))
        return data


class PasswordForm(NewPasswordForm):
    """The present password and a new one, twice."""

    current = forms.CharField(
        label=gettext_lazy("Present password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password", "again")


class JoinForm(NewPasswordForm):
    """A new account of somebody who was invited."""

    display_name = forms.CharField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("What colleagues read."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    username = forms.CharField(
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("What you type to sign in. You choose it."),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    field_order = ("display_name", "username", "password", "again")

    def clean_username(self) -> str:
        """Refuse a name that is taken."""
        name: str = User.normalize_username(self.cleaned_data["username"].strip())
        if User.objects.filter(username__iexact=name).exists():
            self.add_error("username", _("This name is taken. Choose another one (name_taken)."))
        return name


class RoleForm(forms.Form):
    """A role among those that one may give."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, roles: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [(value, label) for value, label in Role.choices if value in roles]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=allowed)


class InviteForm(RoleForm):
    """An invitation to the staff of a unit."""

    display_name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("The person's name, as colleagues will read it."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)
    address = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy(
            "Only to send the link, never stored. Leave it empty to hand the link over yourself."
        ),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("display_name", "role", "language", "address")

    def __init__(self, *args: Any, mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not mail:
            del self.fields["address"]
        self.order_fields(self.field_order)
