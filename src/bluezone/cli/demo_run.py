"""How the demo is told in a terminal, and how it ends: the outermost loop.

Ctrl-C is a way to leave, not a failure of ours: the story ends at its next turn, everything
is closed and removed. The exit status is then 0, or 130 if there is no verdict to give
(`--auto`). The decision that surprises: a signal sets a flag and raises nothing, because an
exception raised anywhere in a radio's callback would be swallowed by the event loop.
"""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import Final

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bluezone.cli.output import print_json, stderr
from bluezone.demo.errors import LeftError
from bluezone.demo.run import DemoOptions, run_demo
from bluezone.demo.telling import TURNS, sentence

_INTERRUPTED: Final = 130


def show(options: DemoOptions, *, as_json: bool) -> None:
    """Show the street and leave the process with its exit status."""
    logging.basicConfig(level=logging.ERROR)
    try:
        with _leaving() as until, _progress(options) as step:

            def tell(turn: str, **facts: object) -> None:
                step(str(facts.get("phase", turn)))
                if as_json:
                    print_json({"event": turn, **facts})
                elif line := sentence(turn, facts, options.language):
                    click.echo(line)

            outcome = run_demo(options, tell, until=until)
    except (LeftError, KeyboardInterrupt):
        sys.exit(_INTERRUPTED if options.auto else 0)
    if outcome.again:  # Django is set up once a process, so another street is another one
        os.execv(sys.executable, [sys.executable, "-m", "bluezone.cli.main", *sys.argv[1:]])  # noqa: S606
    sys.exit(0 if outcome.verdict.right else 1)


@contextmanager
def _leaving() -> Iterator[Event]:
    """Yield what the first SIGINT or SIGTERM sets; the second one does not wait."""
    until = Event()

    def leave(_number: int, _frame: FrameType | None) -> None:
        if until.is_set():
            raise KeyboardInterrupt
        until.set()

    before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield until
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(options: DemoOptions) -> Iterator["_Step"]:
    """Show on stderr how far the story is, when it is played without hands."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    console = stderr()
    hidden = not options.auto or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        yield _Step(bar, options.language)


class _Step:
    """Moves the bar when a turn of the story comes."""

    def __init__(self, bar: Progress, language: str) -> None:
        self._bar = bar
        self._task = bar.add_task(sentence("label", {}, language), total=len(TURNS))
        self._seen: set[str] = set()

    def __call__(self, turn: str) -> None:
        if turn in TURNS and turn not in self._seen:
            self._seen.add(turn)
            self._bar.advance(self._task)
