"""`bluezone demo`: a street of twelve phones, both halves, one page.

The work lives in `bluezone.demo` and is imported when it is used, so that `--help` needs
neither a radio nor Django.
"""

from pathlib import Path
from typing import Final

import click

EXAMPLES: Final = """\b
Examples:
  bluezone demo                      the page, on http://127.0.0.1:8700
  bluezone demo --auto               the same story without hands; exit 0 only if it is right
  bluezone demo --auto --json --seed 3"""


@click.command(epilog=EXAMPLES)
@click.option("--auto", is_flag=True, help="Play the story without hands and without a page.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Another number is another street: other people meet, other chance on the air.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8700,
    show_default=True,
    help="Port of the page on 127.0.0.1; another is taken if it is in use.",
)
@click.option(
    "--language",
    type=click.Choice(["vi", "en"]),
    default="vi",
    show_default=True,
    help="Language of the page, the desk and the story told here.",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="New or empty folder that is kept.  [default: a temporary one, removed at the end]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each turn of the story.")
def command(
    *, auto: bool, seed: int, port: int, language: str, home: Path | None, as_json: bool
) -> None:
    """A street of twelve phones: the whole story on one page.

    Twelve real nodes walk about on a virtual air, on an accelerated clock, beside a real
    key server and a real portal on SQLite. With --auto, exit status 0 says that exactly the
    people who were near long enough were warned, compared with their true positions.
    """
    from bluezone.cli.demo_run import show  # noqa: PLC0415 (needs the radio and both halves)
    from bluezone.demo.run import DemoOptions  # noqa: PLC0415 (the same)

    show(DemoOptions(seed, auto, port, language, home), as_json=as_json)
