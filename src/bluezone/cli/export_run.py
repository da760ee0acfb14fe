"""`bluezone export run`: write the export files that are due.

The same work as `bluezone serve --role export`, for a timer of the system or by hand. The
key server is imported only when this runs, so that `export show` works without it.
"""

import click


@click.command()
@click.option("--once", is_flag=True, help="Write what is due now, then stop.")
@click.option("--json", "as_json", is_flag=True, help="With --once: one JSON object a window.")
def run(*, once: bool, as_json: bool) -> None:
    """Write signed files for every window that is due, and delete old ones.

    Runs until stopped and looks for work every minute; with --once it stops when all due
    windows are written. Exit status 1 when one failed (run again: it resumes). Several
    may run at the same time.
    """
    from bluezone.cli.export_work import run_export  # noqa: PLC0415 - the key server: only here

    run_export(once=once, as_json=as_json)
