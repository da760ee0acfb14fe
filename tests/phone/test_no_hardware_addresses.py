"""No address of anybody's hardware is kept, and nobody who does not take part is looked for.

The published app had a loop of Bluetooth Classic inquiries that stored the lasting addresses of
bystanders' devices. Ours has no inquiry at all, and a received address serves one connection.
"""

import ast
import dataclasses
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.node import events
from bluezone.phone.sighting import Sighting

SOURCE = Path(__file__).parents[2] / "src" / "bluezone" / "phone"
CLASSIC = re.compile(r"inquiry|start_discovery|remote_name|classic", re.IGNORECASE)


def test_what_is_kept_of_a_meeting_has_no_place_for_an_address() -> None:
    kept = {field.name for field in dataclasses.fields(Sighting)}
    assert kept == {"scheme", "id", "time_s", "rssi_dbm", "aem", "previous_scan_s"}


def test_the_log_has_no_column_for_an_address(tmp_path: Path) -> None:
    ContactLog.open(tmp_path / "log.sqlite3").close()
    with closing(sqlite3.connect(tmp_path / "log.sqlite3")) as file:
        columns = {str(row[1]) for row in file.execute("PRAGMA table_info(sighting)")}
    kept = {field.name for field in dataclasses.fields(Sighting)}
    assert columns == kept | {"seq", "lived_s"}


def test_no_event_tells_an_address() -> None:
    classes = [each for each in vars(events).values() if dataclasses.is_dataclass(each)]
    assert len(classes) > 5
    names = {field.name for each in classes for field in dataclasses.fields(each)}
    assert not [name for name in names if "address" in name or "mac" in name]


def test_no_program_of_the_phone_asks_for_classic_devices() -> None:
    named = [
        (path.name, name)
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in [getattr(node, "attr", None) or getattr(node, "id", None)]
        if isinstance(name, str) and CLASSIC.search(name)
    ]
    assert named == []
