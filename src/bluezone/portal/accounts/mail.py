"""An invitation by mail. The address is used once and stored nowhere, not even in the audit."""

import smtplib

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from bluezone.portal.accounts.errors import MailFailureError
from bluezone.portal.accounts.invitations import Sent


def mail_invitation(sent: Sent, address: str) -> None:
    """Send the link of an invitation to `address`, in the invitation's language.

    Raises:
        MailFailureError: the mail server did not take it; the link can still be shown.
    """
    with translation.override(sent.row.language):
        text = render_to_string("accounts/invitation_mail.txt", {"sent": sent, "row": sent.row})
        try:
            send_mail(
                _("Your invitation to Bluezone"), text, settings.DEFAULT_FROM_EMAIL, [address]
            )
        except (OSError, smtplib.SMTPException):
            raise MailFailureError("the mail server did not take the message") from None
