"""`bluezone phone match --history`: a published phone's history against a pushed F0 list.

Source: wire specification sections 1.5 to 1.7. With `published` exactly as published
Android phones decide, without it as our own do. The decision that surprises: the published
phone stops at its first match, but every entry gets a line here, decided as if the phone
came to it; an entry that ends the list (and all behind it) says so in `fault`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bluezone.cli.output import print_json, stderr
from bluezone.protocol.bluezone.f0 import MAX_F0_TEXT, parse_f0_list
from bluezone.protocol.bluezone.history import MAX_HISTORY_BYTES, ContactRow, parse_history
from bluezone.protocol.bluezone.tolerant import match_tolerant
from bluezone.protocol.bluezone.trace import Heard
from bluezone.protocol.bluezone.trace_list import decide_published
from bluezone.protocol.errors import BluezoneError, InvalidF0ListError

_UTF8_BYTES: Final = 4

Row = Mapping[str, object]


class UnreadableFileError(BluezoneError):
    """A file named on the command line that cannot be read."""

    code = "unreadable_file"


def _read(path: Path, limit: int) -> bytes:
    """Return a file's bytes, at most one more than `limit` of them."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise UnreadableFileError(f"cannot read {path}: {error.strerror}") from None


def _read_f0_text(path: Path) -> str:
    try:
        return _read(path, _UTF8_BYTES * MAX_F0_TEXT).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidF0ListError("list is not UTF-8 text") from None


def match_history(history_path: Path, f0_path: Path, *, published: bool) -> Iterator[Row]:
    """Yield one row for each entry of an F0 list: `entry`, `match`, `rows`.

    Args:
        history_path: a contact-history file, tab-separated as exported or CSV.
        f0_path: the F0 list as pushed, JSON text.
        published: True for the decision of published Android phones, False for ours.

    Yields:
        `entry` is the index in the list, `match` a bool, `rows` the matching row indexes of
        the file, both from 0. Published: `fault` if nothing was decided (`abort`, `crash`,
        `hang`, `not_reached`). Ours: `tolerated: true` if every row matched by tolerance
        only, and `tolerated_rows` with those that did.

    Raises:
        UnreadableFileError: a file cannot be read.
        InvalidHistoryError: the history has a row that cannot be read.
        InvalidF0ListError: the list is not safe for phones (ours), or published phones
            find no list in it.
    """
    rows = parse_history(_read(Path(history_path), MAX_HISTORY_BYTES))
    text = _read_f0_text(Path(f0_path))
    return _published_rows(text, rows) if published else _our_rows(text, rows)


def _published_rows(text: str, rows: Sequence[ContactRow]) -> Iterator[Row]:
    heard = [Heard(row.contact_id, row.stored_time) for row in rows]
    for decision in decide_published(text, heard):
        line = {"entry": decision.entry, "match": decision.match, "rows": list(decision.rows)}
        yield line if decision.fault is None else line | {"fault": decision.fault.value}


def _our_rows(text: str, rows: Sequence[ContactRow]) -> Iterator[Row]:
    for number, entry in enumerate(parse_f0_list(text)):
        matches = match_tolerant(entry, rows)
        tolerated = [match.row for match in matches if match.tolerated]
        line: dict[str, object] = {
            "entry": number,
            "match": bool(matches),
            "rows": [match.row for match in matches],
        }
        if tolerated:
            line["tolerated"] = len(tolerated) == len(matches)
            line["tolerated_rows"] = tolerated
        yield line


def run_match_history(history: Path, f0: Path, *, published: bool, as_json: bool) -> None:
    """Print what `match_history` finds, as JSON lines or as a table.

    Text that a published phone takes for no list at all is no failure with `published`: it
    prints no line, and the reason goes to stderr.
    """
    try:
        rows = list(match_history(history, f0, published=published))
    except InvalidF0ListError as error:
        if not published:
            raise
        stderr().print(f"a published phone finds no list here, so no match: {error}", markup=False)
        rows = []
    if as_json:
        for row in rows:
            print_json(row)
    else:
        _print_table(rows)


def _print_table(rows: Sequence[Row]) -> None:
    table = Table("entry", "match", "rows", "remark", box=None, header_style="bold")
    for row in rows:
        found = row["rows"]
        listed = " ".join(map(str, found)) if isinstance(found, list) else ""
        table.add_row(str(row["entry"]), "yes" if row["match"] else "no", listed, _remark(row))
    Console(highlight=False).print(table)


def _remark(row: Row) -> str:
    if "fault" in row:
        return str(row["fault"]).replace("_", " ")
    if row.get("tolerated"):
        return "by tolerance only"
    return "some by tolerance" if row.get("tolerated_rows") else ""
