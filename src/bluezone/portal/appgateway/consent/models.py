"""Tables of help: codes, uploads, shared contacts, tries.

Two halves that have nothing in common. A code belongs to a case, and so do the contacts that a
person agreed to share with the health authority. An upload (the keys) belongs to nobody: no
code, no case, no phone, no instant, only days, and a number drawn by chance, so that neither a
column nor the order of the rows leads to a case. The receipt's secret stands in both halves,
under HMACs that differ. All times are Unix seconds, UTC.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models

from bluezone.portal.cases.models import Case


class Mode(models.IntegerChoices):
    """What a person agrees to (spec/bluezone-wire.md 6.1, "data mode"; 0 is ours).

    Keys only; also contacts with people who are known cases; also all contacts of the days.
    """

    KEYS = 0
    KNOWN_CASES = 1
    WHOLE = 2


class HelpState(models.TextChoices):
    """What happened to a code; that its time is over is told by the clock."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"


class HelpCode(models.Model):
    """Six digits that a health worker gave to the person of a case.

    Attributes:
        code_hmac: of the digits; NULL a day after they ended.
        mode: what the person agreed to.
        first_day, last_day: infectious days, UTC, both included.
        claimant: HMAC of the code and the phone: who may come again; "" once `again_until` is
            over. Nothing in it comes from the keys.
        again_until: until when the one who used it may come again, for the twin request.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="help_codes")
    code_hmac = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - NULL is "erased", and only NULL may repeat
    mode = models.PositiveSmallIntegerField(choices=Mode, default=Mode.KEYS.value)
    state = models.CharField(max_length=8, choices=HelpState, default=HelpState.OPEN.value)
    first_day = models.DateField()
    last_day = models.DateField()
    issued_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    claimant = models.CharField(max_length=64, default="")
    again_until = models.BigIntegerField(null=True)

    class Meta:
        """One code of a case can be used at a time; a mode is one of the three."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], name="help_code_one_open", condition=models.Q(state="open")
            ),
            models.CheckConstraint(
                name="help_code_mode", condition=models.Q(mode__in=[mode.value for mode in Mode])
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "-issued_at"], name="help_code_by_case"),
            models.Index(fields=["expires_at"], name="help_code_by_end"),
        ]

    def __repr__(self) -> str:
        """Return the number and the state only."""
        return f"<HelpCode {self.pk} {self.state}>"


class Upload(models.Model):
    """Keys that somebody confirmed gave to warn others. Of whom, no table knows.

    Attributes:
        id: drawn by chance.
        daily_key: day key of the first day, 32 bytes; the keys before it are not stored.
        first_midnight: UTC midnight of that day.
        last_midnight: UTC midnight of the last day.
        receipt_hmac: of the receipt's secret.
        pushed: it was part of a round to all phones.
        expires_at: a UTC midnight, 14 days after the last day.
    """

    id = models.BigAutoField(primary_key=True)
    daily_key = models.BinaryField(max_length=32)
    first_midnight = models.BigIntegerField()
    last_midnight = models.BigIntegerField()
    slots = models.PositiveSmallIntegerField()
    receipt_hmac = models.CharField(max_length=64, unique=True)
    pushed = models.BooleanField(default=False)
    expires_at = models.BigIntegerField(db_index=True)

    class Meta:
        """Days are UTC days, in order."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="help_upload_days",
                condition=models.Q(last_midnight__gte=models.F("first_midnight")),
            )
        ]

    def __repr__(self) -> str:
        """Return nothing."""
        return "<Upload>"


class SharedHistory(models.Model):
    """Contacts that a person agreed to share with the health authority; belongs to the case.

    Attributes:
        sealed: the rows that were kept, as a contact-history file; b"" until they come.
        received: the file came.
        owner: HMAC of the root key whose file is awaited; "" once it came.
        rows: how many rows are kept.
        dropped: how many came and were not kept.
        receipt_hmac: of the receipt's secret, another one than the upload's.
        expires_at: a UTC midnight, 14 days after the code was issued at most.
    """

    code = models.OneToOneField(HelpCode, on_delete=models.CASCADE, related_name="history")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="shared_histories")
    sealed = models.BinaryField(default=b"")
    received = models.BooleanField(default=False)
    owner = models.CharField(max_length=64, default="")
    rows = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)
    receipt_hmac = models.CharField(max_length=64, unique=True)
    expires_at = models.BigIntegerField(db_index=True)

    def __repr__(self) -> str:
        """Return the number and how many rows."""
        return f"<SharedHistory {self.pk} {self.rows} rows>"


class Tries(models.Model):
    """How many codes were tried by a phone, an address, everybody; by HMAC."""

    key_hmac = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.BigIntegerField(db_index=True)
