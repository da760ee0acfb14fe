"""Tables of the verification: codes, tokens, API keys, messages.

Codes, tokens, API keys and phone numbers stand here as HMAC only; what a message needs until
it is sent is sealed with a key outside the database. A token has no link to its code: when a
phone comes back for its certificate, nobody can tell from the tables whose case it was.
All times are Unix seconds, UTC.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bluezone.portal.cases.models import Case


class ApiKeyKind(models.TextChoices):
    """What an API key opens (spec/server-rules.md 2.1)."""

    DEVICE = "device", _("Phones (verify, certificate)")
    ADMIN = "admin", _("Laboratories and systems (issue, status, expire)")
    STATS = "stats", _("Statistics (read only)")


class ApiKey(models.Model):
    """A key that a program shows in the header X-API-Key."""

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=ApiKeyKind)
    key_hmac = models.CharField(max_length=64, unique=True)
    created_at = models.BigIntegerField()
    created_by = models.CharField(max_length=120)
    revoked_at = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        """Return the name people gave it."""
        return self.name


class VerificationCode(models.Model):
    """A code that was issued: short digits, a long one for a link; used once, together.

    The HMACs are erased 48 hours after they stopped working, the row 14 days after issue.
    """

    uuid = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="codes")
    test_type = models.CharField(max_length=20)
    symptom_date = models.DateField(null=True)
    test_date = models.DateField(null=True)
    short_hmac = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - NULL is "erased", and only NULL may repeat
    long_hmac = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - the same
    issued_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    long_expires_at = models.BigIntegerField()
    claimed_at = models.BigIntegerField(null=True)
    revoked_at = models.BigIntegerField(null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    api_key = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT, related_name="+")
    external_issuer = models.CharField(max_length=255, default="")
    phone_hmac = models.CharField(max_length=64, default="")

    class Meta:
        """A code comes from a person or from a program, never from nobody."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="code_has_an_issuer",
                condition=models.Q(issued_by__isnull=False) | models.Q(api_key__isnull=False),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "-issued_at"], name="code_by_case"),
            models.Index(fields=["issued_at"], name="code_by_time"),
        ]


class Token(models.Model):
    """What a phone got for its code and will give for its certificate, once."""

    token_hmac = models.CharField(max_length=64, primary_key=True)
    test_type = models.CharField(max_length=20)
    symptom_date = models.DateField(null=True)
    test_date = models.DateField(null=True)
    expires_at = models.BigIntegerField()
    used_at = models.BigIntegerField(null=True)


class MessageState(models.TextChoices):
    """Where a message is on its way."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SHOWN = "shown", _("Shown here")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class SmsMessage(models.Model):
    """A text message, kept until it is sent; then number and text are erased."""

    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="messages")
    code = models.ForeignKey(
        VerificationCode, null=True, on_delete=models.SET_NULL, related_name="messages"
    )
    recipient_sealed = models.BinaryField(default=b"")
    recipient_ending = models.CharField(max_length=3)
    body_sealed = models.BinaryField(default=b"")
    state = models.CharField(
        max_length=10, choices=MessageState, default=MessageState.WAITING.value
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.BigIntegerField()
    next_attempt_at = models.BigIntegerField()
    useless_at = models.BigIntegerField()
    lease_until = models.BigIntegerField(default=0)
    finished_at = models.BigIntegerField(null=True)
    provider_reference = models.CharField(max_length=120, default="")
    error_code = models.CharField(max_length=40, default="")

    class Meta:
        """The worker looks for what is due; people look at the newest."""

        indexes: ClassVar = [
            models.Index(fields=["state", "next_attempt_at"], name="message_due"),
            models.Index(fields=["-created_at"], name="message_by_time"),
        ]
