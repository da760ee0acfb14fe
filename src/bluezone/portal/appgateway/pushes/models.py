"""Tables of pushes: rounds and their bundles, what is on its way, and who was warned.

A round to every phone is a cursor over the registry's numbers and a few ranges that workers
hold, never a row for each phone; single rows are for what goes to one phone and for phones that
must be tried again. Tokens are read from the registry at the moment of sending and never stand
here. A single row forgets its phone and its content the moment it is finished. Who was warned
stands here as HMAC only. All times are Unix seconds, UTC.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Round(models.Model):
    """F0 entries that went out together; a phone is warned once a round."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=80, unique=True, null=True)  # noqa: DJ001 - NULL is "without one", and only NULL may repeat
    opened_at = models.BigIntegerField()
    expires_at = models.BigIntegerField(db_index=True)


class Bundle(models.Model):
    """At most 27 entries of a round, one push to every phone.

    Attributes:
        entries: the F0 list as JSON; "" once it has expired or was withdrawn.
        days: how far phones look back.
        reached_id: number of the last phone that was handed to a worker.
        sent, shown, dead, retried, refused: tokens of phones, counted.
    """

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="bundles")
    entries = models.TextField()
    entry_count = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    opened_at = models.BigIntegerField()
    expires_at = models.BigIntegerField(db_index=True)
    withdrawn_at = models.BigIntegerField(null=True)
    reached_id = models.BigIntegerField(default=0)
    sent = models.BigIntegerField(default=0)
    shown = models.BigIntegerField(default=0)
    dead = models.BigIntegerField(default=0)
    retried = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)


class Range(models.Model):
    """Phones with numbers in (after_id, last_id] that a worker is sending a bundle to."""

    id = models.BigAutoField(primary_key=True)
    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="ranges")
    after_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    free_at = models.BigIntegerField()

    class Meta:
        """Workers look for what is free."""

        indexes: ClassVar = [models.Index(fields=["free_at"], name="push_range_free")]


class PushState(models.TextChoices):
    """Where a single push is on its way."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SHOWN = "shown", _("Shown here")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class Push(models.Model):
    """One push to one phone.

    Attributes:
        phone_id: number of the phone; None once it is finished.
        bundle: for a phone that a bundle must be tried again with; `data` is "" then.
        kind: the command.
        data: the data map as JSON; "" once it is sent.
        collapse: a later push of the same phone with the same word replaces a waiting one.
        lease: drawn anew at each claim: whoever holds another one has lost the row.
        free_at: when it is due, or when the lease of a worker runs out.
    """

    id = models.BigAutoField(primary_key=True)
    phone_id = models.BigIntegerField(null=True)
    bundle = models.ForeignKey(Bundle, null=True, on_delete=models.CASCADE, related_name="pushes")
    kind = models.CharField(max_length=24)
    data = models.TextField(default="")
    collapse = models.CharField(max_length=60, default="")
    state = models.CharField(max_length=10, choices=PushState, default=PushState.WAITING.value)
    attempts = models.PositiveIntegerField(default=0)
    lease = models.BigIntegerField(default=0)
    created_at = models.BigIntegerField()
    free_at = models.BigIntegerField()
    useless_at = models.BigIntegerField()
    finished_at = models.BigIntegerField(null=True)
    error_code = models.CharField(max_length=40, default="")

    class Meta:
        """Workers look for what is due, people at the newest, one phone's by its number."""

        indexes: ClassVar = [
            models.Index(fields=["state", "free_at"], name="push_due"),
            models.Index(fields=["-created_at"], name="push_by_time"),
            models.Index(fields=["phone_id", "collapse"], name="push_by_phone"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["phone_id", "bundle"],
                name="push_one_a_bundle",
                condition=models.Q(bundle__isnull=False, phone_id__isnull=False),
            ),
        ]

    def __repr__(self) -> str:
        """Return the number, the command and the state only."""
        return f"<Push {self.pk} {self.kind} {self.state}>"


class Lane(models.Model):
    """A way to the phones: whether it is open.

    Attributes:
        fault: why nothing goes out, for people; "" while it does.
        closed_until: nothing is tried before.
        sent_at: when something went out last.
    """

    name = models.CharField(max_length=20, primary_key=True)
    fault = models.CharField(max_length=40, default="")
    fault_since = models.BigIntegerField(null=True)
    closed_until = models.BigIntegerField(default=0)
    sent_at = models.BigIntegerField(default=0)


class Warned(models.Model):
    """That a phone was warned about a round: an HMAC of both, for 14 days."""

    mark = models.BinaryField(primary_key=True, max_length=32)
    expires_at = models.BigIntegerField(db_index=True)


class Quiet(models.Model):
    """That a phone was warned within the last day: an HMAC of it, until the day is over."""

    mark = models.BinaryField(primary_key=True, max_length=32)
    until = models.BigIntegerField(db_index=True)


class Returned(models.Model):
    """A phone whose token changed or lives again, and may have missed bundles meanwhile."""

    phone_id = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
