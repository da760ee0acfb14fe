"""A node's events as lines: words for a person, JSON for a program.

The decision that surprises: no line carries an identifier, neither one's own nor another
person's; a terminal's history is not a place for them.
"""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import fields
from typing import Final

import click

from bluezone.cli.output import print_json
from bluezone.phone.node.events import Event, Fault

_HIDDEN: Final = {"id"}
_WORDS: Final = {
    "started": "radio on",
    "stopped": "radio off, everything is written",
    "scan_stopped": "scan over, {recorded} sightings recorded",
    "rotated": "new identifier and device address ({scheme})",
    "checked": "published keys: {files} new files, {keys} keys, {matched} of them met",
    "warned": "the person was told: risk {level}",
    "fault": "{message} [{code}]",
}
_OFTEN: Final = {
    "advertising_started": "sending ({scheme})",
    "advertising_stopped": "silent",
    "scan_started": "listening",
    "heard": "heard a phone ({scheme}, {rssi_dbm} dBm)",
    "iphone_read": "connected to an iPhone; identifier read: {ok}",
}


def event_row(event: Event) -> dict[str, object]:
    """Return an event as a JSON object: `event`, `time_s` and what else may be shown."""
    row: dict[str, object] = {"event": _snake(type(event).__name__)}
    for field in fields(event):
        if field.name not in _HIDDEN:
            value = getattr(event, field.name)
            row[field.name] = value.isoformat() if isinstance(value, dt.date) else value
    return row


def event_text(event: Event, *, verbose: bool) -> str | None:
    """Return an event in words, or None for one that happens too often to be told.

    Args:
        event: what happened.
        verbose: tell also of what happens often.
    """
    name = _snake(type(event).__name__)
    words = _WORDS.get(name) or (_OFTEN.get(name) if verbose else None)
    return None if words is None else words.format(**event_row(event))


def printer(*, as_json: bool, verbose: bool) -> Callable[[Event], None]:
    """Return what prints each event on stdout."""

    def print_event(event: Event) -> None:
        if as_json:
            print_json(event_row(event))
            return
        text = event_text(event, verbose=verbose)
        if text is not None:
            clock = time.strftime("%H:%M:%S", time.localtime(event.time_s))
            click.echo(f"{clock}  {text}", err=isinstance(event, Fault))

    return print_event


def _snake(name: str) -> str:
    spaced = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return spaced.lstrip("_").replace("i_phone", "iphone")
