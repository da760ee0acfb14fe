"""Published phones: tokens that Firebase gave them, and how many registered on which day.

A phone here is a line of tokens: the token changes, the number stays. Nothing else is known
of it; instants are rounded down to the UTC day, because the hour in which somebody opened an
app is nobody's business. Tokens are found by a hash of 16 bytes, whose index is a seventh of
the size of one on the text; the text is compared afterwards.
"""

from typing import ClassVar

from django.db import models


class Phone(models.Model):
    """A phone that registered.

    Attributes:
        registered_at: start of the UTC day of the first registration, Unix seconds.
        seen_at: start of the UTC day on which it last spoke.
        dead_at: when Firebase said that the token is no longer one; None for a living phone.
        token_hash: `tokens.hash_of(token)`.
        platform: `android`, `ios`, or "" while unknown.
        token: the token that spoke last.
    """

    id = models.BigAutoField(primary_key=True)
    registered_at = models.BigIntegerField()
    seen_at = models.BigIntegerField()
    dead_at = models.BigIntegerField(null=True)
    token_hash = models.UUIDField(unique=True)
    platform = models.CharField(max_length=7, blank=True, default="")
    token = models.TextField()

    class Meta:
        """Dead phones are found by the time of their death; the index holds no others."""

        indexes: ClassVar = [
            models.Index(
                fields=["dead_at"],
                name="gateway_dead_phones",
                condition=models.Q(dead_at__isnull=False),
            )
        ]

    def __repr__(self) -> str:
        """Return the number only."""
        return f"<Phone {self.pk}>"


class EarlierToken(models.Model):
    """A token that a phone had before; it stays known, and gets pushes until it is dead."""

    token_hash = models.UUIDField(primary_key=True)
    phone = models.ForeignKey(Phone, on_delete=models.CASCADE, related_name="earlier_tokens")
    replaced_at = models.BigIntegerField()
    dead_at = models.BigIntegerField(null=True)
    token = models.TextField()

    def __repr__(self) -> str:
        """Return nothing of the token."""
        return f"<EarlierToken of phone {self.phone_id}>"


class Tally(models.Model):
    """Phones that registered and are not in the campaign's counts yet.

    `part` keeps processes apart, so that none waits for another's row.
    """

    pk = models.CompositePrimaryKey("day", "platform", "part")
    day = models.DateField()
    platform = models.CharField(max_length=7, blank=True)
    part = models.SmallIntegerField()
    count = models.BigIntegerField()
