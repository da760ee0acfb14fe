"""What people typed into the published app about themselves, and how long it stays.

A phone number is found by an HMAC (`sealing.number_hmac`), and stands beside it sealed, so that
a copy of the database alone names nobody. Names and addresses are there for one purpose: that a
health worker can reach the person. Codes by message are kept as HMAC only. Everything goes when
the person says so (`forgetting.forget_number`) or when its time is over.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class OneTimeCode(models.Model):
    """A code that was sent to a number, for whoever asked: a phone, or a browser.

    Attributes:
        asker_hmac: of the number and who asked; a new request replaces the old one.
        number_hmac: of the number, so that it can be forgotten.
        code_hmac: of the code; empty when it was guessed at too often.
        wrong: wrong tries at this code.
        blocked_until: until when no code of this asker is looked at, Unix seconds.
        used_at: when it was typed rightly for the first time; it may be typed again.
    """

    asker_hmac = models.CharField(max_length=64, primary_key=True)
    number_hmac = models.CharField(max_length=64)
    code_hmac = models.CharField(max_length=64)
    issued_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    wrong = models.PositiveSmallIntegerField(default=0)
    blocked_until = models.BigIntegerField(default=0)
    used_at = models.BigIntegerField(null=True)

    class Meta:
        """Old ones are found by their end."""

        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="gateway_code_by_end"),
            models.Index(fields=["number_hmac"], name="gateway_code_by_number"),
        ]

    def __repr__(self) -> str:
        """Return nothing of the number."""
        return "<OneTimeCode>"


class ConfirmedNumber(models.Model):
    """A number whose owner typed the code that was sent to it.

    Attributes:
        phone_id: the phone that it was confirmed on last (`gateway_phones`); None if that sent
            no token.
        confirmed_at: start of the UTC day on which it was confirmed last.
    """

    number_hmac = models.CharField(max_length=64, primary_key=True)
    number_sealed = models.BinaryField()
    phone_id = models.BigIntegerField(null=True)
    confirmed_at = models.BigIntegerField()

    class Meta:
        """Asked by phone where the app lost the number, by day to forget."""

        indexes: ClassVar = [
            models.Index(fields=["phone_id"], name="gateway_number_by_phone"),
            models.Index(fields=["confirmed_at"], name="gateway_number_by_day"),
        ]

    def __repr__(self) -> str:
        """Return nothing of the number."""
        return "<ConfirmedNumber>"


class Information(models.Model):
    """Name and address that the owner of a confirmed number typed, to be reached."""

    number = models.OneToOneField(
        ConfirmedNumber, primary_key=True, on_delete=models.CASCADE, related_name="information"
    )
    sealed = models.BinaryField()
    saved_at = models.BigIntegerField()
    expires_at = models.BigIntegerField(db_index=True)

    def __repr__(self) -> str:
        """Return nothing of the person."""
        return "<Information>"


class DeclarationState(models.TextChoices):
    """How far a declaration has come."""

    WAITING = "waiting", _("Waits for a call")
    CALLED = "called", _("Called")
    CLOSED = "closed", _("Closed")


class Declaration(models.Model):
    """The words "I was warned, call me": number, name and address, as the person sent them.

    Attributes:
        key_hmac: of the phone and the round that warned it; a repeat is the same declaration.
        number_hmac: of the number to call.
        is_confirmed: whether that number was confirmed on that phone.
        sealed: number, name and address.
        changed_at, changed_by: the last step and who took it.
    """

    id = models.BigAutoField(primary_key=True)
    key_hmac = models.CharField(max_length=64, unique=True)
    number_hmac = models.CharField(max_length=64)
    is_confirmed = models.BooleanField()
    sealed = models.BinaryField()
    state = models.CharField(
        max_length=7, choices=DeclarationState, default=DeclarationState.WAITING.value
    )
    declared_at = models.BigIntegerField()
    expires_at = models.BigIntegerField(db_index=True)
    changed_at = models.BigIntegerField(null=True)
    changed_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        """Who waits longest is called first."""

        indexes: ClassVar = [
            models.Index(fields=["state", "declared_at"], name="gateway_declaration_line"),
            models.Index(fields=["number_hmac"], name="gateway_declaration_number"),
        ]

    def __repr__(self) -> str:
        """Return the number of the row only."""
        return f"<Declaration {self.pk}>"


class NumberCount(models.Model):
    """How many numbers were confirmed for the first time on a local day.

    `published`: the total up to this day that the campaign's figures have; None before.
    """

    day = models.DateField(primary_key=True)
    count = models.PositiveBigIntegerField()
    published = models.PositiveBigIntegerField(null=True)
