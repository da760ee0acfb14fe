"""The words that a figure may carry: which series, from whom, on which base, in which state.

The four series are never mixed: a download is no person, and an account without a phone number
is none either (spec/campaign.md: 37.9 million downloads against 22.74 million accounts).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Series(models.TextChoices):
    """What is counted, all since the start of the campaign except `active_phones`."""

    DOWNLOADS = "downloads", _("Downloads")
    USERS = "users", _("Users")
    USERS_WITH_PHONE = "users_with_phone", _("Users with a phone number")
    ACTIVE_PHONES = "active_phones", _("Active phones")


CUMULATIVE = frozenset({Series.DOWNLOADS, Series.USERS, Series.USERS_WITH_PHONE})
"""Series that never fall, unless a figure is wrong."""


class Source(models.TextChoices):
    """Who counted, in no order; `choosing.PRECEDENCE` has the order."""

    REGISTRATIONS = "registrations", _("Registrations of phones")
    REPORT = "report", _("Daily report")
    CARRIER = "carrier", _("Carrier's file")
    STORE = "store", _("Store's figure")
    VISITS = "visits", _("Door-to-door visits")
    PRESS = "press", _("Press")


LOWER_BOUNDS = frozenset({Source.REGISTRATIONS, Source.VISITS})
"""Sources that see only those who take part: the truth is as much or more."""


class Base(models.TextChoices):
    """Of whom a percentage is: the word that stands under every percentage."""

    PEOPLE = "people", _("of people")
    ADULTS = "adults", _("of adults")
    SMARTPHONES = "smartphones", _("of smartphones")
    ACCOUNTS = "accounts", _("of accounts")


class State(models.TextChoices):
    """Whether a figure counts."""

    ACCEPTED = "accepted", _("Accepted")
    HELD = "held", _("Held for review")
    REJECTED = "rejected", _("Rejected")


class Platform(models.TextChoices):
    """Kind of phone that registered."""

    ANDROID = "android", "Android"
    IOS = "ios", "iOS"
    OTHER = "other", _("Other")


class UploadState(models.TextChoices):
    """How far an uploaded file has come."""

    WAITING = "waiting", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Stored")
    CANCELLED = "cancelled", _("Cancelled")
