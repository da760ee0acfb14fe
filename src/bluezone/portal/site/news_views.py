"""Announcements as the public reads them: list, page, print view, feed."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from bluezone.portal import clock
from bluezone.portal.site.announcements import published
from bluezone.portal.site.caching import public_page
from bluezone.portal.site.choices import State
from bluezone.portal.site.models import Announcement, AnnouncementVersion
from bluezone.portal.site.plain_text import paragraphs
from bluezone.portal.site.views import language

_LISTED = 50
_FED = 20


@public_page()
def news_list(request: HttpRequest) -> HttpResponse:
    """Show the newest announcements."""
    return render(request, "publicsite/news_list.html", {"news": published()[:_LISTED]})


@public_page()
def news_detail(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Show an announcement with its source, date and QR code; or that it was withdrawn."""
    return _news(request, announcement_id, "publicsite/news_detail.html")


@public_page()
def news_print(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Show an announcement as it looks on paper."""
    return _news(request, announcement_id, "publicsite/news_print.html")


def _news(request: HttpRequest, announcement_id: int, template: str) -> HttpResponse:
    found = get_object_or_404(Announcement, pk=announcement_id)
    if found.state == State.WITHDRAWN:
        return render(request, "publicsite/news_withdrawn.html", status=410)
    if found.state != State.PUBLISHED:
        raise Http404
    version = published().get(announcement=found)
    context = {
        "version": version,
        "paragraphs": paragraphs(version.body),
        "address": _address(version),
        "changed": _changed(version),
    }
    return render(request, template, context)


def _changed(version: AnnouncementVersion) -> int | None:
    first = version.announcement.published_at or 0
    return version.written_at if version.written_at > first else None


def _address(version: AnnouncementVersion) -> str:
    path = reverse("news-detail", args=[version.announcement_id])
    return settings.BLUEZONE_PUBLIC_URL + path


@public_page()
def news_feed(_request: HttpRequest) -> HttpResponse:
    """Send the newest announcements as an Atom feed."""
    feed = Atom1Feed(
        title=_("Bluezone: announcements"),
        link=settings.BLUEZONE_PUBLIC_URL + reverse("news-list"),
        feed_url=settings.BLUEZONE_PUBLIC_URL + reverse("news-feed"),
        description=_("Announcements of the Bluezone campaign"),
        language=language(),
    )
    for version in published()[:_FED]:
        first = clock.aware(version.announcement.published_at or 0)
        feed.add_item(
            title=version.title,
            link=_address(version),
            description=version.body,
            author_name=version.source,
            pubdate=first,
            updateddate=clock.aware(max(version.written_at, int(first.timestamp()))),
            unique_id=_address(version),
        )
    content_type = "application/atom+xml; charset=utf-8"
    return HttpResponse(feed.writeString("utf-8"), content_type=content_type)
