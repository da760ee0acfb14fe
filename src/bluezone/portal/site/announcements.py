"""Announcements: write, edit, publish, withdraw, and what the public reads."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet

from bluezone.portal.audit.services import record
from bluezone.portal.site.choices import State
from bluezone.portal.site.errors import NotPublishedError
from bluezone.portal.site.models import Announcement, AnnouncementVersion
from bluezone.portal.site.plain_text import clean
from bluezone.portal.units.models import Unit


@dataclass(frozen=True, slots=True)
class Text:
    """What an announcement says; `source` is who says it."""

    language: str
    title: str
    body: str
    source: str


def write(unit: Unit, text: Text, *, actor: str, now: int) -> Announcement:
    """Start an announcement; nobody outside sees it until it is published."""
    with transaction.atomic():
        made = Announcement.objects.create(unit=unit)
        _add_version(made, 1, text, actor, now)
        record(actor, "announcement.written", f"announcement:{made.pk}", {"unit": unit.path})
    return made


def edit(announcement: Announcement, text: Text, *, actor: str, now: int) -> AnnouncementVersion:
    """Add a version; the public goes on reading the published one."""
    with transaction.atomic():
        Announcement.objects.select_for_update().get(pk=announcement.pk)
        number = newest(announcement).number + 1
        version = _add_version(announcement, number, text, actor, now)
        detail = {"version": number}
        record(actor, "announcement.edited", f"announcement:{announcement.pk}", detail)
    return version


def publish(announcement: Announcement, *, actor: str, now: int) -> None:
    """Show the newest version to everybody; the date stays that of the first time."""
    with transaction.atomic():
        locked = Announcement.objects.select_for_update().get(pk=announcement.pk)
        locked.state = State.PUBLISHED
        locked.shown_version = newest(locked).number
        locked.published_at = locked.published_at or now
        locked.save()
        detail = {"version": locked.shown_version}
        record(actor, "announcement.published", f"announcement:{locked.pk}", detail)


def withdraw(announcement: Announcement, *, actor: str) -> None:
    """Take an announcement back; its address says that it was withdrawn.

    Raises:
        NotPublishedError: it is not public.
    """
    with transaction.atomic():
        rows = Announcement.objects.filter(pk=announcement.pk, state=State.PUBLISHED)
        if not rows.update(state=State.WITHDRAWN):
            raise NotPublishedError("only a published announcement can be withdrawn")
        record(actor, "announcement.withdrawn", f"announcement:{announcement.pk}", {})


def newest(announcement: Announcement) -> AnnouncementVersion:
    """Return the version that was written last."""
    return announcement.versions.order_by("-number")[:1].get()


def published(unit: Unit | None = None) -> QuerySet[AnnouncementVersion]:
    """Return the versions that the public reads, the newest announcement first.

    Args:
        unit: only announcements of this unit and of the units above it.
    """
    shown = AnnouncementVersion.objects.filter(
        announcement__state=State.PUBLISHED, number=F("announcement__shown_version")
    )
    if unit is not None:
        shown = shown.filter(Q(announcement__unit__in=unit.lineage))
    shown = shown.select_related("announcement__unit")
    return shown.order_by("-announcement__published_at", "-announcement_id")


def _add_version(
    announcement: Announcement, number: int, text: Text, actor: str, now: int
) -> AnnouncementVersion:
    return AnnouncementVersion.objects.create(
        announcement=announcement,
        number=number,
        language=text.language,
        title=clean(text.title).replace("\n", " ").strip(),
        body=clean(text.body).strip(),
        source=clean(text.source).replace("\n", " ").strip(),
        written_by=actor,
        written_at=now,
    )
