"""Tables of the bridge: what was taken from the key server, and what was given to it.

`KnownKey` remembers by HMAC which day keys went either way, so that none is pushed twice and
none of ours comes back as somebody else's. `Publication` is about one upload of a published
phone; it names the upload, which names nobody. All times are Unix seconds, UTC.
"""

from typing import ClassVar

from django.db import models


class Duty(models.Model):
    """Work that one worker does at a time, now and then.

    Attributes:
        next_at: when it is due, or when the lease of a worker that has it runs out.
    """

    name = models.CharField(max_length=40, primary_key=True)
    next_at = models.BigIntegerField(default=0)


class Listing(models.Model):
    """An index of the key server, as last seen.

    Attributes:
        etag: version whose files were all handled; "" while some were not.
        fault: code of what went wrong last, "" if nothing.
    """

    path = models.CharField(max_length=200, primary_key=True)
    etag = models.CharField(max_length=256, default="")
    fault = models.CharField(max_length=40, default="")


class FetchedFile(models.Model):
    """A file of the key server whose keys were taken."""

    path = models.CharField(max_length=255, primary_key=True)
    end_s = models.BigIntegerField(db_index=True)


class KnownKey(models.Model):
    """A day key that went from here to there, or from there to here.

    Attributes:
        digest: HMAC of key, day and slots.
        daily_key: 32 bytes while it waits for a round; b"" before and after.
        waiting: it waits for a round.
        window: end of the file's window; keys of one person lie in one.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    daily_key = models.BinaryField(max_length=32, default=b"")
    time_start = models.BigIntegerField()
    slots = models.PositiveSmallIntegerField()
    waiting = models.BooleanField(default=False)
    window = models.BigIntegerField(default=0)
    expires_at = models.BigIntegerField(db_index=True)

    class Meta:
        """Rounds look for what waits, oldest window first."""

        indexes: ClassVar = [
            models.Index(
                fields=["window", "digest"],
                name="bridge_key_waiting",
                condition=models.Q(waiting=True),
            )
        ]

    def __repr__(self) -> str:
        """Return the day only."""
        return f"<KnownKey {self.time_start}>"


class Publication(models.Model):
    """What the key server was given of one upload.

    Attributes:
        upload_id: number of the upload.
        until: UTC midnight up to which day keys are published; 0 before the first.
        sealed_attempt: day keys of a request whose answer did not come, sealed; b"" else.
        sealed_token: the key server's revision token, sealed; b"" before the first answer.
        withdrawn_at: the person took the upload back; the key server must forget it, too.
        lease: drawn anew by the worker that has the row; 0 while none has.
        free_at: when it is due, or when the lease runs out.
    """

    upload_id = models.BigIntegerField(unique=True)
    until = models.BigIntegerField(default=0)
    sealed_attempt = models.BinaryField(default=b"")
    sealed_token = models.BinaryField(default=b"")
    withdrawn_at = models.BigIntegerField(null=True)
    lease = models.BigIntegerField(default=0)
    free_at = models.BigIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=60, default="")
    expires_at = models.BigIntegerField(db_index=True)

    class Meta:
        """Workers look for what is due."""

        indexes: ClassVar = [models.Index(fields=["free_at"], name="bridge_publication_due")]

    def __repr__(self) -> str:
        """Return the number only."""
        return f"<Publication {self.pk}>"
