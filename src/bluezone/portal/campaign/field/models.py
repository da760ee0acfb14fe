"""Field campaigns, teams, households, and the log of visits.

A visit is never changed: it is one operation with the id (device, counter), and what a household
is follows from the set of its operations alone (`fold`). The columns of `Household` from `state`
on are that result, kept for lists and sums. `Visit`, `Household` and `DayCount` carry the unit's
path first, so that they can be spread by unit (DESIGN "Storage and scale").
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from bluezone.portal.campaign.field.choices import Kind, Outcome, Reason, State
from bluezone.portal.units.models import Unit
from bluezone.portal.units.paths import PATH_LENGTH

ALLEY_LENGTH = 60
LABEL_LENGTH = 30
DEVICE_LENGTH = 40


class Campaign(models.Model):
    """Door-to-door work in a unit and below, from its opening until it is closed.

    Closing removes households, visits and devices; `DayCount` stays.
    """

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, db_column="unit_path", related_name="field_campaigns"
    )
    opened_at = models.BigIntegerField()
    opened_by = models.CharField(max_length=120)
    ends_on = models.DateField()
    closed_at = models.BigIntegerField(null=True, blank=True)
    closed_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        """One open campaign a unit."""

        ordering: ClassVar = ["unit_id", "-opened_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(closed_at__isnull=True),
                name="one_open_field_campaign_a_unit",
            )
        ]


class Team(models.Model):
    """People of one village or commune who share a list of households.

    `revision` grows with every change of a household, so that phones can ask "what is new?".
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="teams")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, db_column="unit_path", related_name="field_teams"
    )
    name = models.CharField(max_length=80)
    revision = models.BigIntegerField(default=0)
    created_at = models.BigIntegerField()

    class Meta:
        """A name is used once in a unit and campaign."""

        ordering: ClassVar = ["unit_id", "name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "campaign", "name"], name="team_once_in_a_unit")
        ]

    def __str__(self) -> str:
        """Return the name that people read."""
        return self.name


class TeamMember(models.Model):
    """An account that walks with a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="field_teams"
    )

    class Meta:
        """Once each."""

        ordering: ClassVar = ["team_id", "user_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "user"], name="team_member_once")
        ]


class Household(models.Model):
    """One door: an alley and a label given by the team. Nobody's name, nobody's number.

    Attributes:
        position: place along the alley, from its mouth.
        adults, smartphones: how many live there, where the team cares to say.
        state, absences, last_at, last_absent_at, last_outcome, installed_on, helped_on,
            first_visit_on, settled_on, phones: what the visits say (`fold.Standing`).
        revision: the team's revision at the last change.
        removed_at: when it was taken off the list; its visits stay.
    """

    unit_path = models.CharField(max_length=PATH_LENGTH)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="households")
    alley = models.CharField(max_length=ALLEY_LENGTH)
    label = models.CharField(max_length=LABEL_LENGTH)
    position = models.PositiveIntegerField()
    adults = models.PositiveSmallIntegerField(null=True, blank=True)
    smartphones = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=14, choices=State, default=State.TO_VISIT)
    absences = models.PositiveSmallIntegerField(default=0)
    last_at = models.BigIntegerField(null=True, blank=True)
    last_absent_at = models.BigIntegerField(null=True, blank=True)
    last_outcome = models.CharField(max_length=14, choices=Outcome, blank=True, default="")
    installed_on = models.DateField(null=True, blank=True)
    helped_on = models.DateField(null=True, blank=True)
    first_visit_on = models.DateField(null=True, blank=True)
    settled_on = models.DateField(null=True, blank=True)
    phones = models.PositiveSmallIntegerField(default=0)
    revision = models.BigIntegerField(default=0)
    removed_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """A label is used once in an alley of a unit."""

        ordering: ClassVar = ["unit_path", "team_id", "alley", "position", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["team", "revision"], name="household_by_revision"),
            models.Index(fields=["unit_path", "state"], name="household_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit_path", "team", "alley", "label"],
                condition=Q(removed_at__isnull=True),
                name="household_once_in_an_alley",
            )
        ]


class Device(models.Model):
    """A phone that a member uses; its token is kept as a hash only.

    When the campaign closes, all that stays until the row goes, too, is what a late phone needs to
    hear why: its id, its token's hash, its team.

    Attributes:
        user: who carries it; None after closing.
        clock_offset_s: the server's clock minus the phone's at the last contact.
        lost_visits: visits that it brought after it was withdrawn or the campaign closed; they
            were not taken.
    """

    id = models.CharField(max_length=DEVICE_LENGTH, primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="devices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="field_devices",
        null=True,
        blank=True,
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.BigIntegerField()
    last_contact_at = models.BigIntegerField(null=True, blank=True)
    clock_offset_s = models.BigIntegerField(default=0)
    revoked_at = models.BigIntegerField(null=True, blank=True)
    lost_visits = models.PositiveIntegerField(default=0)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["team_id", "-created_at", "id"]


class Visit(models.Model):
    """One operation of the log, never changed.

    Attributes:
        device, counter: its unique id; `counter` grows on the device.
        at: what the device's clock said, Unix seconds.
        time: the same, corrected by the server's clock and held between the device's contacts
            before and after (docs/field.md "Clocks").
        day: local day of `time`.
        target_device, target_counter: the visit that a `void` takes back.
        received_at: when the first copy reached the server.
    """

    unit_path = models.CharField(max_length=PATH_LENGTH)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="visits")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="visits")
    device = models.CharField(max_length=DEVICE_LENGTH)
    counter = models.BigIntegerField()
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.VISIT)
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True, default="")
    reason = models.CharField(max_length=10, choices=Reason, blank=True, default="")
    phones = models.PositiveSmallIntegerField(default=0)
    target_device = models.CharField(max_length=DEVICE_LENGTH, blank=True, default="")
    target_counter = models.BigIntegerField(null=True, blank=True)
    at = models.BigIntegerField()
    time = models.BigIntegerField()
    day = models.DateField()
    received_at = models.BigIntegerField()
    voided = models.BooleanField(default=False)

    class Meta:
        """An operation is stored once, however often it arrives."""

        ordering: ClassVar = ["unit_path", "time", "device", "counter"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit_path", "team", "device", "counter"], name="visit_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["unit_path", "day"], name="visit_by_day")]


class PaperList(models.Model):
    """A list that was printed for a day, to be typed back; `code` stands in its QR code.

    `rows`: numbers of the households in the order of the printed rows; they never change, so that
    row 12 on the screen is row 12 on the paper.
    """

    code = models.CharField(max_length=12, primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="paper_lists")
    alley = models.CharField(max_length=ALLEY_LENGTH, blank=True, default="")
    day = models.DateField()
    made_at = models.BigIntegerField()
    typed_at = models.BigIntegerField(null=True, blank=True)
    rows = models.JSONField(default=list)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["team_id", "-made_at", "code"]


class DayCount(models.Model):
    """What is left of a closed campaign: counts of a day, no household.

    `what`: an outcome: visits of the day that ended so; `doors`: on the lists, on the day of the
    opening; `visited`: doors first visited; `settled:<state>`: doors that got this final state;
    `helped_doors`: of those with the app, helped by a team; `phones`: phones with the app;
    `late:<outcome>`: visits that phones brought after closing, which count nowhere else.
    """

    unit_path = models.CharField(max_length=PATH_LENGTH)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="day_counts")
    day = models.DateField()
    what = models.CharField(max_length=30)
    count = models.PositiveIntegerField()

    class Meta:
        """One row a day and thing."""

        ordering: ClassVar = ["unit_path", "day", "what", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit_path", "campaign", "day", "what"], name="day_count_once"
            )
        ]
