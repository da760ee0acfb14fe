"""The evenings that the worker has made ready, so that a new process need not make them."""

from typing import ClassVar

from django.db import models

from bluezone.portal.units.paths import PATH_LENGTH


class KeptEvening(models.Model):
    """The dashboard of a unit on an evening in one language, made from what `stamp` names.

    It says nothing that is not on the page. Where the stamp of the evening is another by now,
    the row is not used (`keeping`).
    """

    pk = models.CompositePrimaryKey("unit_path", "day", "language")
    unit_path = models.CharField(max_length=PATH_LENGTH)
    day = models.DateField()
    language = models.CharField(max_length=2)
    stamp = models.CharField(max_length=64)
    made_at = models.BigIntegerField()
    html = models.TextField()

    class Meta:
        """By unit and day."""

        ordering: ClassVar = ["unit_path", "day", "language"]
