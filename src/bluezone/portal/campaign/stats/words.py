"""Sentences for what the statistics found, in Vietnamese and English.

The statistics return a message id and parameters; `phrase` turns them into words. A caller
with its own catalogue uses `TEMPLATES[id][language]` as the text to translate from.
The surprising decision: no gettext here. These modules are pure, and a finding is stored and
read again years later; an id and numbers survive a change of wording, a sentence does not.
"""

import datetime as dt
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bluezone.look import format as look_format
from bluezone.portal.campaign.stats.templates import TEMPLATES

Parameter = float | int | str | dt.date

LANGUAGES: Final = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Message:
    """What to say, not yet in a language: an id of `TEMPLATES` and its parameters."""

    id: str
    parameters: Mapping[str, Parameter]


class _Formatter(string.Formatter):
    """`{x:n}` a whole number, `{x:f}` one decimal, `{x:p}` a share, `{x:d}` a date."""

    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "d":
            return look_format.date(value)
        if format_spec == "p":
            return look_format.percent(value, self._language, decimals=0)
        if format_spec in {"n", "f"}:
            return look_format.number(value, self._language, decimals=int(format_spec == "f"))
        return str(super().format_field(value, format_spec))


def phrase(message: Message, language: str = "vi") -> str:
    """Return the sentence of a message in `vi` or `en`."""
    text = TEMPLATES[message.id][language]
    return _Formatter(language).vformat(text, (), message.parameters)
