"""Staff accounts and the tallies that slow down whoever tries too often.

A user model of our own from the first migration, because it cannot be changed later. A
person has one role now; roles by administrative unit come with the units.
"""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member of staff does; `permissions.py` says what each role may do."""

    HEALTH_WORKER = "health_worker", _("Health worker")
    ADMINISTRATOR = "administrator", _("Administrator")


class Language(models.TextChoices):
    """Languages of the pages, each named in itself."""

    VIETNAMESE = "vi", "Tiếng Việt"
    ENGLISH = "en", "English"


class UserManager(BaseUserManager["User"]):
    """Finds accounts; `services.create_staff` makes them."""


class User(AbstractBaseUser):
    """A member of staff."""

    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, choices=Language, default=Language.VIETNAMESE)
    role = models.CharField(max_length=20, choices=Role)
    is_active = models.BooleanField(default=True)
    created_at = models.BigIntegerField()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name", "role"]

    def __str__(self) -> str:
        """Return the name that colleagues read."""
        return self.display_name


class Tally(models.Model):
    """How often something happened in a window of time; never who: only an HMAC.

    Used for sign-in tries, requests a minute and wrong codes. Times are Unix seconds of the
    desk clock.
    """

    key_hmac = models.CharField(max_length=64, primary_key=True)
    window_start = models.BigIntegerField()
    count = models.PositiveIntegerField()
    blocked_until = models.BigIntegerField(default=0)

    class Meta:
        """The index lets old rows be found and removed."""

        indexes: ClassVar = [models.Index(fields=["window_start"], name="tally_by_window")]
