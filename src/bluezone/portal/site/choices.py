"""The words of the public site: kinds of material, states of an announcement.

Sizes: LOOK "Print": a QR code is at least 30 mm at arm's length and 80 mm on a wall. Ours is
larger where the sheet allows, so that a copy on the next smaller paper still scans.
"""

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What can be printed."""

    WALL = "wall", _("Wall poster (A3)")
    POSTER = "poster", _("Poster (A4)")
    LEAFLET = "leaflet", _("Leaflet (A5, two sides)")
    SHARE = "share", _("Texts to share (A4)")
    RADIO = "radio", _("Script for loudspeakers and radio (A4)")


class State(models.TextChoices):
    """How far an announcement has come."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a kind is printed.

    Attributes:
        paper: name of the paper.
        width_mm, height_mm: its size.
        pages: how many sides.
        qr_mm: width of the QR code without its quiet zone.
        smallest: the smallest paper on which the code keeps the size that LOOK asks for.
    """

    paper: str
    width_mm: int
    height_mm: int
    pages: int
    qr_mm: int
    smallest: str


SHEETS: Final[dict[str, Sheet]] = {
    Kind.WALL: Sheet("A3", 297, 420, 1, 81, "A3"),
    Kind.POSTER: Sheet("A4", 210, 297, 1, 45, "A5"),
    Kind.LEAFLET: Sheet("A5", 148, 210, 2, 33, "A5"),
    Kind.SHARE: Sheet("A4", 210, 297, 1, 32, "A4"),
    Kind.RADIO: Sheet("A4", 210, 297, 1, 32, "A4"),
}
