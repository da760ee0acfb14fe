"""The block on the page of a case that tells of help and leads to its page."""

from django import template

from bluezone.portal import clock
from bluezone.portal.appgateway.consent.desk import help_codes_of
from bluezone.portal.cases.models import Case

register = template.Library()


@register.inclusion_tag("consent/on_case.html")
def help_on_case(case: Case) -> dict[str, object]:
    """Show the help codes of a case in short."""
    return {"case": case, "codes": help_codes_of(case, now=clock.now())}


@register.filter
def in_threes(digits: str) -> list[str]:
    """Split six digits into two groups, as they are read aloud."""
    return [digits[start : start + 3] for start in range(0, len(digits), 3)]
