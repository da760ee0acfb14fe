"""What a visit can end with, and what a household can be; the words of both."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What one visit ended with: one tap."""

    INSTALLED = "installed", _("Has the app")
    HELPED = "helped", _("Helped to install")
    NO_SMARTPHONE = "no_smartphone", _("No smartphone")
    ABSENT = "absent", _("Nobody home")
    REFUSED = "refused", _("Refused")
    PHONE_TOO_OLD = "phone_too_old", _("Phone too old")


class Reason(models.TextChoices):
    """Why a household refused."""

    PRIVACY = "privacy", _("Worried about being followed")
    QUARANTINE = "quarantine", _("Afraid of quarantine")
    BATTERY = "battery", _("Battery or data")
    NO_NEED = "no_need", _("Sees no need")
    OTHER = "other", _("Another reason")


class State(models.TextChoices):
    """What a household is, after all its visits."""

    TO_VISIT = "to_visit", _("To visit")
    ABSENT = "absent", _("Nobody home so far")
    INSTALLED = "installed", _("App installed")
    NO_SMARTPHONE = "no_smartphone", _("No smartphone")
    REFUSED = "refused", _("Refused")
    PHONE_TOO_OLD = "phone_too_old", _("Phone too old")
    NOT_REACHABLE = "not_reachable", _("Closed: nobody home three times")


INSTALLING: Final = frozenset({Outcome.INSTALLED, Outcome.HELPED})
OPEN_STATES: Final = frozenset({State.TO_VISIT, State.ABSENT})
"""States of households that are still to be visited."""
FINAL_STATES: Final = tuple(state for state in State if state not in OPEN_STATES)


class Kind(models.TextChoices):
    """What an operation says."""

    VISIT = "visit", "visit"
    VOID = "void", "void"
