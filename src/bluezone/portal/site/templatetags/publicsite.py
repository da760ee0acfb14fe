"""Tags of the public pages: language links, percentages, addresses for print."""

from babel.dates import format_date
from django import template
from django.conf import settings
from django.template import Context
from django.utils.translation import get_language

from bluezone.look import format as look_format
from bluezone.portal import clock

register = template.Library()


@register.simple_tag(takes_context=True)
def in_language(context: Context, language: str) -> str:
    """Return the address of this page in another language."""
    request = context.get("request")
    if request is None:
        return f"/?lang={language}"
    query = request.GET.copy()
    query["lang"] = language
    return f"{request.path}?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def page_address(context: Context) -> str:
    """Return the full address of this page, for print."""
    request = context.get("request")
    return settings.BLUEZONE_PUBLIC_URL + (request.path if request is not None else "/")


@register.simple_tag
def printed_at() -> str:
    """Return the local time at which the page was made."""
    return look_format.instant(clock.now())


@register.filter
def percent(value: float) -> str:
    """Show a percentage (of 100) in the page's language."""
    return look_format.percent(value / 100, get_language() or "vi", decimals=2)


@register.filter
def weekday(instant_s: int) -> str:
    """Show the local day of the week of Unix seconds, in the page's language."""
    return format_date(look_format.local(instant_s), "EEEE", locale=get_language() or "vi")
