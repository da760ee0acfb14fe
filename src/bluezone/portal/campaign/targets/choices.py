"""The words of a target: what is counted, of whom, and the four verdicts.

`Measure` has the four series of the figures and `staff`, which agencies count themselves;
`Base` has the four bases and staff with smartphones. Neither is ever mixed with another.
"""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Measure(models.TextChoices):
    """What is counted; the first four are the figures' series."""

    USERS = "users", _("Users")
    USERS_WITH_PHONE = "users_with_phone", _("Users with a phone number")
    ACTIVE_PHONES = "active_phones", _("Active phones")
    DOWNLOADS = "downloads", _("Downloads")
    STAFF = "staff", _("Staff of agencies")


class Base(models.TextChoices):
    """Of whom a percentage is."""

    PEOPLE = "people", _("of people")
    ADULTS = "adults", _("of adults")
    SMARTPHONES = "smartphones", _("of smartphones")
    ACCOUNTS = "accounts", _("of accounts")
    STAFF = "staff_with_smartphones", _("of staff with a smartphone")


class Order(models.TextChoices):
    """By what a rank is."""

    COUNT = "count", _("by number")
    SHARE = "share", _("by share")


class State(models.TextChoices):
    """The verdict, always one of these four."""

    MET = "met", _("Met")
    ON_COURSE = "on_course", _("On course")
    AT_RISK = "at_risk", _("At risk")
    MISSED = "missed", _("Missed")


CSS_KIND: Final = {
    State.MET: "met",
    State.ON_COURSE: "on-course",
    State.AT_RISK: "at-risk",
    State.MISSED: "missed",
}
"""The class beside `.state` that gives each verdict its colour and shape (LOOK "Colour")."""


class Subject(models.TextChoices):
    """What a target is about; a unit inherits each subject by itself."""

    INSTALLATIONS = "installations", _("Installations")
    OFFICIALS = "officials", _("Officials")
