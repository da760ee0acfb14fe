"""Where django-allauth meets our accounts: texts, sealing, and what happens after a sign-in.

Secrets of authenticator apps and recovery codes are sealed (AES-256-GCM), so that a copy of the
database alone lets nobody in. No e-mail is ever sent by allauth: accounts have no address.
"""

import base64
import secrets
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bluezone.portal import chance, keyring
from bluezone.portal.accounts import known_browsers
from bluezone.portal.accounts.languages import remember_language
from bluezone.portal.accounts.models import User
from bluezone.portal.addresses import client_address
from bluezone.portal.audit.services import record
from bluezone.portal.navigation import start_page

_PURPOSE = "second factor"
_INCORRECT = gettext_lazy(
    "This code is wrong, used or too old (incorrect_code). Take the newest one."
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Signing in the way our desk does."""

    error_messages: ClassVar[dict[str, object]] = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_password": gettext_lazy("The password is wrong (incorrect_password)."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address as the rest of the portal understands it."""
        return client_address(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the first page of whoever signed in."""
        return start_page(request.user) if isinstance(request.user, User) else "/"

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """Enter the sign-in in the audit; answer in the person's language."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if isinstance(user, User):
            steps = get_authentication_records(request, user)
            factor = next((step["type"] for step in steps if step["method"] == "mfa"), "none")
            detail = {"second_factor": str(factor)}
            record(user.username, "session.started", f"user {user.username}", detail)
            remember_language(response, user.language)
            known_browsers.remember(response, request, user.username, rng=chance.SYSTEM)
        return response


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Sealed secrets, names in the page's language."""

    error_messages: ClassVar[dict[str, object]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _INCORRECT,
        "cannot_generate_recovery_codes": gettext_lazy(
            "Set up an authenticator app or a passkey first (no_second_factor)."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Return `text` sealed, as text."""
        sealed = keyring.seal(text.encode(), purpose=_PURPOSE, rng=chance.SYSTEM)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given; a secret that fits nothing if it was not from us.

        An empty text would be a key that everybody knows; and a sealing key that was lost must
        lead to "wrong code" and a new set-up, not to an error page.
        """
        plain = keyring.unseal(base64.b64decode(encrypted_text), purpose=_PURPOSE)
        return (
            base64.b32encode(secrets.token_bytes(20)).decode() if plain is None else plain.decode()
        )

    def build_totp_svg(self, url: str) -> str:
        """Return nothing: the page draws the QR code with the same tag as all others."""
        del url
        return ""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name ourselves; the id is the host, to which browsers bind a passkey."""
        return {"id": context.request.get_host().partition(":")[0], "name": "Bluezone"}

    def generate_authenticator_name(
        self,
        user: AbstractBaseUser,
        type: Authenticator.Type,  # noqa: A002 - allauth's name
    ) -> str:
        """Return "Passkey 1", "Passkey 2" and so on."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}
