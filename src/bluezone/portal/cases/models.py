"""A case: somebody found infected, known here by a pseudonym only."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportType(models.TextChoices):
    """How the case was found; the words of the certificate (spec/server-rules.md 1.3)."""

    CONFIRMED = "confirmed", _("Confirmed by a test")
    LIKELY = "likely", _("Likely, by clinical signs")
    NEGATIVE = "negative", _("Negative test")


class Case(models.Model):
    """One case. `symptom_date` and `test_date` are local days; at least one is there."""

    pseudonym = models.CharField(max_length=20, unique=True)
    report_type = models.CharField(max_length=20, choices=ReportType)
    symptom_date = models.DateField(null=True)
    test_date = models.DateField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    opened_at = models.BigIntegerField()

    class Meta:
        """The database keeps the rule about the dates, too."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="case_has_a_date",
                condition=models.Q(symptom_date__isnull=False) | models.Q(test_date__isnull=False),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["opened_by", "-opened_at"], name="case_by_owner")]

    def __str__(self) -> str:
        """Return the pseudonym."""
        return self.pseudonym

    @property
    def day(self) -> dt.date | None:
        """The day that counts for contacts: onset of symptoms, else the test."""
        return self.symptom_date or self.test_date
