"""Staff accounts, their roles by unit, and the tallies that slow down whoever tries too often.

A user model of our own from the first migration, because it cannot be changed later. The role
on the account acts on the whole installation and is empty for most people: their roles come
from memberships, each in one unit.
"""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member of staff does; `permissions.py` says what each role may do."""

    HEALTH_WORKER = "health_worker", _("Health worker")
    CAMPAIGN_OFFICER = "campaign_officer", _("Campaign officer")
    UNIT_MANAGER = "unit_manager", _("Unit manager")
    TEAM_MEMBER = "team_member", _("Team member")
    AGENCY_HEAD = "agency_head", _("Agency head")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Language(models.TextChoices):
    """Languages of the pages, each named in itself."""

    VIETNAMESE = "vi", "Tiếng Việt"
    ENGLISH = "en", "English"


class UserManager(BaseUserManager["User"]):
    """Finds accounts; `services.create_staff` makes them."""


class User(AbstractBaseUser):
    """A member of staff.

    Attributes:
        role: what the person does in the whole installation; empty for roles by unit only.
        first_sign_in_at: Unix seconds; the time to set up a second factor runs from here.
    """

    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, choices=Language, default=Language.VIETNAMESE)
    role = models.CharField(max_length=20, choices=Role, blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.BigIntegerField()
    first_sign_in_at = models.BigIntegerField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    def __str__(self) -> str:
        """Return the name that colleagues read."""
        return self.display_name

    @cached_property
    def scopes(self) -> tuple[tuple[str, str], ...]:
        """Pairs of unit path and role, by path; read once for each object, so once a request."""
        return tuple(self.memberships.order_by("unit_id", "role").values_list("unit_id", "role"))

    def forget_scopes(self) -> None:
        """Read the memberships again when they are next asked for."""
        self.__dict__.pop("scopes", None)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the account and its memberships again."""
        self.forget_scopes()
        super().refresh_from_db(*args, **kwargs)


class Membership(models.Model):
    """A role of a person in a unit: it acts on this unit and everything below it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    created_at = models.BigIntegerField()

    class Meta:
        """A role is held once in a unit."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "user", "role"], name="one_role_once_a_unit")
        ]


class InvitationKind(models.TextChoices):
    """What an invitation's link is for."""

    JOIN = "join", _("New role")
    RENEW = "renew", _("New password")


class Invitation(models.Model):
    """A link that works once: to join a unit in a role, or to choose a new password.

    The link's secret is kept as an HMAC. Times are Unix seconds of the desk clock.

    Attributes:
        unit, role: what the person gets; empty for a new password.
        user: whose password; later who joined.
        display_name: how the inviter calls the person.
    """

    token_hmac = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=InvitationKind)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, null=True, blank=True)
    role = models.CharField(max_length=20, choices=Role, blank=True, default="")
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    display_name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, choices=Language, default=Language.VIETNAMESE)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invited")
    created_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """Joining names a unit and a role; a new password names an account."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_invitation_says_to_what",
                condition=models.Q(kind="join", unit__isnull=False)
                | models.Q(kind="renew", user__isnull=False),
            )
        ]


class SignIn(models.Model):
    """A session as its owner sees it: which kind of browser, first and last seen; no address."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=20, blank=True, default="")
    mobile = models.BooleanField(default=False)
    first_seen = models.BigIntegerField()
    last_seen = models.BigIntegerField()


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
