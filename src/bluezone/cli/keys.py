"""`bluezone keys expand`: a key in, the identifiers that phones broadcast out.

Source: wire specification section 1.1 and Exposure Notification Cryptography v1.2. The
decision that surprises: every argument is checked here and not by click, whose messages
repeat what was typed, and a key must never come back in a message.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import click

from bluezone.cli.output import print_json
from bluezone.protocol.bluezone.day_key import (
    DAY_KEY_BYTES,
    DayKey,
    expand_sub_keys,
    id_of_sub_key,
    walk_day_key,
)
from bluezone.protocol.diagnosis_key import DEFAULT_SLOTS

TEK_BYTES: Final = 16
METADATA_BYTES: Final = 4
DEFAULT_PERIOD: Final = 144

EXAMPLES: Final = """\b
Examples:
  bluezone keys expand --scheme bluezone DAYKEY --json
  bluezone keys expand --scheme en TEK --start 2642976 --json"""

Row = Mapping[str, object]


def _whole_number(_ctx: click.Context, _option: click.Parameter, text: str | None) -> int | None:
    """Return an option's whole number; a refusal does not repeat what was typed."""
    if text is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise click.BadParameter("not a whole number")
    return int(text)


def _scheme_name(_ctx: click.Context, _option: click.Parameter, text: str) -> str:
    """Return the scheme's name; a refusal does not repeat what was typed either."""
    if text not in {"bluezone", "en"}:
        raise click.BadParameter("expected bluezone or en")
    return text


class _QuietGroup(click.Group):
    """A group that does not repeat an unknown command: it may be a key."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command named first in `args`."""
        if self.get_command(ctx, args[0]) is None:
            raise click.UsageError("no such command; try `bluezone keys expand --help`", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_QuietGroup)
def command() -> None:
    """Expand keys into the identifiers that phones broadcast."""


@command.command(epilog=EXAMPLES)
@click.argument("keys", nargs=-1, metavar="KEY")
@click.option(
    "--scheme",
    callback=_scheme_name,
    required=True,
    metavar="bluezone|en",
    help="Which kind of key.",
)
@click.option(
    "--slots", callback=_whole_number, metavar="N", help="bluezone: slots per day.  [default: 96]"
)
@click.option(
    "--next",
    "next_days",
    callback=_whole_number,
    metavar="N",
    help="bluezone: first walk N days onward.",
)
@click.option(
    "--start", callback=_whole_number, metavar="N", help="en: first interval (Unix seconds // 600)."
)
@click.option(
    "--period", callback=_whole_number, metavar="N", help="en: number of intervals.  [default: 144]"
)
@click.option("--metadata", metavar="HEX", help="en: 4 bytes of metadata; adds the AEM.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def expand(
    *,
    keys: tuple[str, ...],
    scheme: str,
    slots: int | None,
    next_days: int | None,
    start: int | None,
    period: int | None,
    metadata: str | None,
    as_json: bool,
) -> None:
    """Print the identifiers of KEY, one a line.

    KEY is hexadecimal: a day key of 32 bytes for `bluezone`, a temporary exposure key of 16
    bytes for `en`. Give `-` to read it from standard input, so that it stays out of the
    shell's history.
    """
    if scheme == "bluezone":
        _refuse(scheme, {"--start": start, "--period": period, "--metadata": metadata})
        rows = _bluezone_rows(_key(keys, DAY_KEY_BYTES), slots, next_days)
    else:
        _refuse(scheme, {"--slots": slots, "--next": next_days})
        if start is None:
            raise click.UsageError("missing option --start INTERVAL (Unix seconds // 600)")
        rows = _en_rows(_key(keys, TEK_BYTES), start, period, metadata=metadata)
    if as_json:
        _print_json_rows(rows)
    else:
        _print_table(rows)


def _refuse(scheme: str, options: Mapping[str, object]) -> None:
    """Fail if an option of the other scheme was given."""
    foreign = [name for name, value in options.items() if value is not None]
    if foreign:
        raise click.UsageError(f"{', '.join(foreign)}: not an option of --scheme {scheme}")


def _key(keys: tuple[str, ...], size: int) -> bytes:
    """Return the one key given, `size` bytes."""
    if len(keys) != 1:
        raise click.UsageError(f"expected one KEY, got {len(keys)}")
    return _bytes(_read_stdin() if keys[0] == "-" else keys[0], size, "KEY")


def _read_stdin() -> str:
    """Return the first line of standard input, whatever bytes it has."""
    line = sys.stdin.buffer.readline(1000)
    return line.decode("ascii", "replace").strip()


def _bytes(text: str, size: int, name: str) -> bytes:
    if not re.fullmatch(r"[0-9A-Fa-f]*", text):
        raise click.UsageError(f"{name} is not hexadecimal")
    if len(text) != 2 * size:
        raise click.UsageError(f"{name} has {len(text)} hexadecimal digits, expected {2 * size}")
    return bytes.fromhex(text)


def _bluezone_rows(key: bytes, slots: int | None, next_days: int | None) -> Iterator[Row]:
    """Yield slot, id and sub-key of one day, hex upper case."""
    day_key = walk_day_key(DayKey(key), next_days or 0)
    sub_keys = expand_sub_keys(day_key, DEFAULT_SLOTS if slots is None else slots)
    for slot, sub_key in enumerate(sub_keys):
        own_id = id_of_sub_key(sub_key).hex().upper()
        yield {"slot": slot, "id": own_id, "sub_key": sub_key.hex().upper()}


def _en_rows(key: bytes, start: int, period: int | None, *, metadata: str | None) -> Iterator[Row]:
    """Yield interval and RPI, with metadata also the AEM, hex lower case."""
    from bluezone.protocol.en.metadata import crypt_metadata  # noqa: PLC0415 - see below
    from bluezone.protocol.en.tek import Tek, expand_tek  # noqa: PLC0415 - loads AES only if asked

    tek = Tek(key)
    data = None if metadata is None else _bytes(metadata, METADATA_BYTES, "--metadata")
    count = DEFAULT_PERIOD if period is None else period
    for interval, rpi in enumerate(expand_tek(tek, start, count), start):
        row: dict[str, object] = {"interval": interval, "rpi": rpi.hex()}
        if data is not None:
            row["aem"] = crypt_metadata(tek, rpi, data).hex()
        yield row


def _print_json_rows(rows: Iterable[Row]) -> None:
    for row in rows:
        print_json(row)


def _print_table(rows: Iterable[Row]) -> None:
    """Print columns of equal width, one for each member; never cut, so that a pipe can read."""
    lines = [{name: str(value) for name, value in row.items()} for row in rows]
    names = {name: name.replace("_", " ") for name in lines[0]}
    width = {name: max(len(line[name]) for line in [names, *lines]) for name in names}
    for line in [names, *lines]:
        click.echo("  ".join(line[name].ljust(width[name]) for name in names).rstrip())
