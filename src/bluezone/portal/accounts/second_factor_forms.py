"""The forms of the second step and of its set-up: allauth's checks, our texts and our tallies.

Wrong codes are counted in the database, with the sign-in's own bound, because allauth counts in
a cache that each process has for itself. For the same reason a code that was used is remembered
there, too.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bluezone.portal import clock
from bluezone.portal.accounts import tallies
from bluezone.portal.accounts.errors import TooManyTriesError
from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.second_factor import STEP, USED_CODE

_CODE = gettext_lazy("Code")
_CODE_HINT = gettext_lazy("Six digits from your authenticator app, or one of your recovery codes.")


_NO_PASSKEY: Final = (
    ArithmeticError,
    AttributeError,
    InvalidSignature,
    LookupError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)
"""What the library raises for bytes that are no passkey, beside what allauth catches itself."""


@contextmanager
def passkey_bytes() -> Iterator[None]:
    """Refuse, as a wrong code is refused, whatever inside the block turns out to be no passkey."""
    try:
        yield
    except ValidationError:
        raise
    except _NO_PASSKEY:
        text = _("This is not an answer of a passkey (incorrect_code). Try again.")
        raise ValidationError(text, code="incorrect_code") from None


@contextmanager
def counted(user: User) -> Iterator[None]:
    """Count a refusal inside the block as a wrong try of `user`; refuse after too many."""
    now, who = clock.desk_now(), str(user.pk)
    try:
        tallies.check(STEP, who, now=now)
    except TooManyTriesError as error:
        raise _wait(error) from None
    try:
        yield
    except ValidationError:
        tallies.fail(STEP, who, now=now)
        raise
    tallies.forgive(STEP, who)


def _use_up(user: User, code: str) -> None:
    digits = "".join(letter for letter in code if letter.isdigit())
    try:
        tallies.take(USED_CODE, f"{user.pk}\n{digits}", now=clock.desk_now())
    except TooManyTriesError:
        text = _("This code was used already (incorrect_code). Wait for the next one.")
        raise ValidationError(text, code="incorrect_code") from None


def _wait(error: TooManyTriesError) -> ValidationError:
    minutes = -(-error.retry_after_s // 60)
    text = _("Too many wrong tries (%(code)s). Try again in %(minutes)d minutes.")
    return ValidationError(text % {"code": error.code, "minutes": minutes}, code=error.code)


def _code_field() -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(
        label=_CODE, help_text=_CODE_HINT, max_length=32, widget=forms.TextInput(attrs=attributes)
    )


class _CountedCode:
    """Checks a code under the bound, and takes each code of an app once."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Return the code that fitted."""
        with counted(self.user):
            code: str = super().clean_code()  # type: ignore[misc] # allauth's form comes next
            if self.authenticator.type == Authenticator.Type.TOTP:
                _use_up(self.user, code)
            return code


class SecondStepForm(_CountedCode, AuthenticateForm):  # type: ignore[misc] # allauth has no types
    """The second step of a sign-in."""

    code = _code_field()


class ConfirmByCodeForm(_CountedCode, ReauthenticateForm):  # type: ignore[misc] # the same
    """A code before something that matters."""

    code = _code_field()


class ConfirmByPasswordForm(PasswordForm):  # type: ignore[misc] # allauth has no types
    """The password before something that matters."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def clean_password(self) -> str:
        """Return the password that fitted."""
        with counted(self.user):
            return str(super().clean_password())


class SetUpAppForm(ActivateTOTPForm):  # type: ignore[misc] # allauth has no types
    """The first code of a new authenticator app."""

    code = forms.CharField(
        label=gettext_lazy("Code that the app shows now"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        """Return the code that fitted."""
        with counted(self.user):
            code = str(super().clean_code())
            _use_up(self.user, code)
            return code


class _CountedPasskey:
    """Checks a passkey's answer under the bound."""

    user: User

    def clean_credential(self) -> Authenticator:
        """Return the passkey that answered."""
        with counted(self.user), passkey_bytes():
            return super().clean_credential()  # type: ignore[misc] # allauth's form comes next


class PasskeyStepForm(_CountedPasskey, AuthenticateWebAuthnForm):  # type: ignore[misc] # no types
    """The second step of a sign-in, with a passkey."""


class ConfirmByPasskeyForm(_CountedPasskey, ReauthenticateWebAuthnForm):  # type: ignore[misc] # no types
    """A passkey before something that matters."""


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("So that you know it again, such as “Office computer”."),
        max_length=40,
    )


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """A new passkey and its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_field()
        self.fields["name"].required = False

    def clean(self) -> dict[str, Any]:
        """Return name and answer of a passkey that is one."""
        with passkey_bytes():
            data: dict[str, Any] = super().clean()
            return data


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_field()
