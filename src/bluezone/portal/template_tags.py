"""Dates, numbers, states and QR codes as the pages show them. Source: LOOK "Voice", "Print"."""

import datetime as dt
import io

import segno
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bluezone.look import format as look_format
from bluezone.portal import navigation
from bluezone.portal.accounts.models import User
from bluezone.portal.audit.services import SYSTEM
from bluezone.portal.units.models import Unit
from bluezone.portal.verification.codes import grouped as group_code

register = template.Library()


@register.filter
def day(value: dt.date | None) -> str:
    """Show a day as 15/08/2020, a missing one as a dash."""
    return "–" if value is None else look_format.date(value)


@register.filter
def instant(value: int | None) -> str:
    """Show Unix seconds as local 15/08/2020 13:24, a missing instant as a dash."""
    return "–" if value is None else look_format.instant(value)


@register.filter
def clock(value: int) -> str:
    """Show Unix seconds as local 13:24."""
    return look_format.clock(value)


@register.filter
def iso(value: int) -> str:
    """Show Unix seconds for the attribute `datetime`."""
    return look_format.local(value).isoformat()


@register.filter
def number(value: int) -> str:
    """Show a whole number with the separators of the page's language."""
    return look_format.number(value, get_language() or "vi")


@register.filter
def grouped(code: str) -> str:
    """Show a code in groups of four."""
    return group_code(code)


@register.filter
def state(word: str, kind: str) -> SafeString:
    """Show a state by word, colour and shape; `kind` is one of LOOK's five."""
    return format_html('<span class="state {}">{}</span>', kind, word)


@register.filter
def who(actor: str) -> str:
    """Show who did something, in words where it was nobody at a desk."""
    return _("the system") if actor == SYSTEM else actor


@register.filter
def groups(code: str) -> list[str]:
    """Split a code into its groups of four."""
    return group_code(code).split()


@register.inclusion_tag("unit_links.html", takes_context=True)
def unit_links(context: template.Context, unit: Unit) -> dict[str, object]:
    """Link to the campaign pages of a unit that the reader may open, but the one they are on."""
    request = context.get("request")
    user = getattr(request, "user", None)
    here = getattr(request, "path", "")
    links = navigation.unit_links(user, unit.path) if isinstance(user, User) else []
    return {"links": [link for link in links if link.address != here], "unit": unit}


@register.simple_tag
def qr(address: str, title: str) -> SafeString:
    """Draw `address` as a QR code: inline SVG, no script and no style, named by `title`."""
    drawing = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawing,
        kind="svg",
        border=4,
        dark="#14213d",
        light="#ffffff",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        title=title,
    )
    return mark_safe(drawing.getvalue().decode())  # noqa: S308 - segno escapes the title
