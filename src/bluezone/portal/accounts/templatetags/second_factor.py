"""What the pages of the second factor need beside the tags of all pages."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """Write a passkey's options as JSON, for an attribute (the template escapes it)."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def halves(code: str) -> str:
    """Show a recovery code in two halves: 12345678 as 1234-5678."""
    middle = len(code) // 2
    return f"{code[:middle]}-{code[middle:]}"
