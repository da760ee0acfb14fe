"""What commands print: one JSON object a line on stdout, everything else on stderr."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bluezone.protocol.errors import BluezoneError

EXIT_FAILED: Final = 1

T = TypeVar("T")


def stderr() -> Console:
    """Return a console on stderr, for progress and errors."""
    return Console(stderr=True, highlight=False)


def fail(error: BluezoneError) -> int:
    """Print an error of ours with its stable code and return the exit status."""
    stderr().print(f"{error} [{error.code}]", style="red", markup=False)
    return EXIT_FAILED


def print_json(row: Mapping[str, object]) -> None:
    """Print one JSON object on a line of its own."""
    click.echo(json.dumps(row, ensure_ascii=False, separators=(",", ":")))


def track(rows: Iterable[T], *, total: int | None, label: str) -> Iterator[T]:
    """Yield `rows` and show their progress on stderr when it is a terminal."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = stderr()
    # Without the two redirect switches rich would send what is printed on stdout to stderr.
    bar = Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with bar:
        task = bar.add_task(label, total=total)
        for row in rows:
            yield row
            bar.advance(task)
