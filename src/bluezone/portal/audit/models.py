"""Rows of the audit: no foreign keys, so that an entry outlives what it speaks of.

The database itself refuses to change or delete an entry (triggers in the first migration);
the hash chain shows it when somebody went around the database.
"""

from typing import ClassVar, Final

from django.db import models

GENESIS: Final = "0" * 64
"""The hash before the first entry."""


class Entry(models.Model):
    """One thing that somebody did."""

    sequence = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    detail = models.TextField(default="{}")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        """Newest first is how people read it."""

        ordering: ClassVar = ["-sequence"]


class Head(models.Model):
    """The end of the chain: one row, locked while an entry is added."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)
