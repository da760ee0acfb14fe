"""The same rows as `--json` prints, for people: a list of facts and a table of keys."""

from collections.abc import Iterable, Mapping, Sequence

import click

_COLUMNS = (
    "key",
    "start",
    "time_start",
    "period",
    "slots",
    "valid_from_utc",
    "report_type",
    "days_since_onset",
    "transmission_risk",
    "revised",
    "faults",
)


def print_summary(row: Mapping[str, object]) -> None:
    """Print what a file says of itself, one fact a line."""
    for name, text in _facts(row):
        click.echo(f"{name:<13}{text}")


def print_table(rows: Iterable[Mapping[str, object]]) -> None:
    """Print keys as a table with aligned columns; nothing if there is none."""
    listed = list(rows)
    columns = [name for name in _COLUMNS if any(name in row for row in listed)]
    cells = [columns, *([_cell(row.get(name)) for name in columns] for row in listed)]
    if not listed:
        return
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    click.echo(f"\nFirst keys ({len(listed)}):")
    for line in cells:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo(text.rstrip())


def _facts(row: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    yield "format", f"{row['format']}, {row['bytes']} bytes"
    if "header" in row:
        yield "header", f"{row['header']} (scheme {row['scheme']})"
        yield "window", f"{row['start_utc']} to {row['end_utc']} (UTC)"
        yield "", f"{row['start_local']} to {row['end_local']} (Asia/Ho_Chi_Minh)"
        yield "region", str(row["region"])
        yield "file", f"{row['batch_num']} of {row['batch_size']}"
        yield from _signature_facts(row)
        yield "keys", f"{row['keys']} new, {row['revised_keys']} revised"
    else:
        yield "keys", f"{row['keys']}, of which {row['keys_out_of_limits']} are out of limits"
        yield "origins", ", ".join(_list(row["origins"]))
    types = row["report_types"]
    if isinstance(types, Mapping) and types:
        yield "report types", ", ".join(f"{name} {count}" for name, count in types.items())


def _signature_facts(row: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    infos = row["signature_infos"]
    for info in infos if isinstance(infos, list) else []:
        name = f"{info['key_id']} {info['key_version']}".strip() or "a key without name"
        yield "says signer", f"{name}, algorithm {info['algorithm'] or 'not named'}"
    yield "signatures", f"{row['signatures']}, not verified here (see: bluezone export verify)"


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)


def _list(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
