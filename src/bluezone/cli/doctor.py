"""`bluezone doctor`: what is missing on this machine, and what to do about it."""

import os
import time
from itertools import chain
from typing import Final

import click
from rich.table import Table

from bluezone.cli.doctor_app_files import check_app_files
from bluezone.cli.doctor_checks import Finding, State, run_checks
from bluezone.cli.doctor_postgres import check_servers
from bluezone.cli.home import home_folder
from bluezone.cli.output import EXIT_FAILED, print_json, stderr

_MARKS: Final = {
    State.OK: "[green]ok[/green]",
    State.NOTE: "[blue]note[/blue]",
    State.FAILED: "[red]missing[/red]",
}


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for finding in findings:
        table.add_row(_MARKS[finding.state], finding.subject, finding.text)
        if finding.advice:
            table.add_row("", "", f"[bold]→ {finding.advice}[/bold]")
    return table


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for scripts.")
def command(*, as_json: bool) -> None:
    """Say what is missing on this machine and what to do.

    Looks at Python, the installed parts, the folder and its secrets, the databases, the
    ports, the clock, the Bluetooth controllers and the files for published phones. Changes
    nothing. Exit status 1 when something that is set up is broken; parts that were never
    set up are only noted.
    """
    found = run_checks(home_folder(), now=int(time.time()))
    checks = chain(found, check_servers(os.environ), check_app_files(os.environ))
    findings = list(checks)
    if as_json:
        for finding in findings:
            print_json(finding.as_row())
    else:
        from rich.console import Console  # noqa: PLC0415 - only for people

        Console(highlight=False).print(_table(findings))
    if failed := [f for f in findings if f.state is State.FAILED]:
        stderr().print(f"{len(failed)} thing(s) to mend", style="red")
        raise SystemExit(EXIT_FAILED)
