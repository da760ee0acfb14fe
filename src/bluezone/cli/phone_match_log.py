"""`bluezone phone match --log`: recorded sightings against a diagnosis-key export.

Source: `spec/exposure.md` 1 and 2.2 (identifier, drift, attenuation). The decision that
surprises: sightings of the right identifier at an impossible time (a replay, more than two
hours off) are left out, as the window rules would drop them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

from rich.console import Console
from rich.table import Table

from bluezone.cli.output import print_json, stderr, track
from bluezone.cli.phone_match_history import UnreadableFileError
from bluezone.phone.matching import (
    DayKeyArrays,
    EnKeyArrays,
    Matches,
    SightingArrays,
    match_day_keys,
    match_en,
)
from bluezone.phone.sighting import Sighting
from bluezone.phone.sighting_file import MAX_FILE_BYTES, parse_sightings
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.en.metadata import Metadata, crypt_metadata, decode_metadata
from bluezone.protocol.en.tek import Rpi, Tek
from bluezone.protocol.errors import InvalidMetadataError
from bluezone.protocol.export import Export, read_export, read_public_key, verify_export
from bluezone.protocol.export.limits import MAX_ARCHIVE_BYTES
from bluezone.protocol.scheme import Scheme

Row = dict[str, object]
Key = TypeVar("Key", DiagnosisKey, DayKeyEntry)
_KEYS_A_STEP: Final = 5000
_MAX_PEM_BYTES: Final = 2**16


def match_log(log: Path, export: Path, *, key: Path | None) -> Iterator[Row]:
    """Yield one row for each sighting that belongs to a key of the export.

    Args:
        log: CSV of sightings, see `parse_sightings`.
        export: a diagnosis-key file of either scheme, packed.
        key: PEM of the public key that must have signed it; None to skip that check.

    Yields:
        `row` is the sighting's position in the file, from 0 after the header; `tolerated`
        is true where only the tolerance for clocks and stale ids made the match. Ordered
        by key of the file, then interval or slot, then row.

    Raises:
        UnreadableFileError: a file cannot be read.
        SightingFileError: the log has a row that cannot be read.
        InvalidExportError: the export is malformed.
        ExportSignatureError: `key` was given and did not sign it.
    """
    content = read_export(_read(export, MAX_ARCHIVE_BYTES))
    if key is not None:
        verify_export(content, [read_public_key(_read(key, _MAX_PEM_BYTES))])
    sightings = parse_sightings(_read(log, MAX_FILE_BYTES))
    if content.scheme is Scheme.EN:
        return _en_rows(content, sightings)
    return _day_key_rows(content, sightings)


def run_match_log(log: Path, export: Path, *, key: Path | None, as_json: bool) -> None:
    """Print what `match_log` finds, as JSON lines or as a table."""
    rows = list(match_log(log, export, key=key))
    if as_json:
        for row in rows:
            print_json(row)
        return
    table = Table("row", "time_s", "rssi_dbm", "attenuation_db", "key", "remark", box=None)
    for row in rows:
        cells = (row["row"], row["time_s"], row["rssi_dbm"], row.get("attenuation_db", ""))
        remark = "by tolerance only" if row["tolerated"] else ""
        table.add_row(*map(str, cells), str(row["key"])[:8] + "…", remark)
    Console(highlight=False).print(table)
    stderr().print(f"{len(rows)} matched sightings")


def _en_rows(content: Export, sightings: Sequence[Sighting]) -> Iterator[Row]:
    places, own = _of_scheme(Scheme.EN, sightings)
    keys = (*content.keys, *content.revised_keys)
    for chunk in _chunks(keys):
        found = match_en(EnKeyArrays.of(chunk), own)
        for at in range(len(found)):
            if found.in_time[at]:
                key = chunk[int(found.key_index[at])]
                yield _common(found, at, places, own) | _en_part(found, at, own, key)


def _day_key_rows(content: Export, sightings: Sequence[Sighting]) -> Iterator[Row]:
    places, own = _of_scheme(Scheme.BLUEZONE, sightings)
    keys = (*content.day_keys, *content.revised_day_keys)
    for chunk in _chunks(keys):
        found = match_day_keys(DayKeyArrays.of(chunk), own)
        for at in range(len(found)):
            key = chunk[int(found.key_index[at])]
            yield _common(found, at, places, own) | {
                "key": key.key.hex().upper(),
                "slot": int(found.interval[at]),
                **_report(key),
            }


def _of_scheme(scheme: Scheme, sightings: Sequence[Sighting]) -> tuple[list[int], SightingArrays]:
    places = [n for n, sighting in enumerate(sightings) if sighting.scheme is scheme]
    return places, SightingArrays.of(scheme, sightings)


def _chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    starts = range(0, len(keys), _KEYS_A_STEP)
    for start in track(starts, total=len(starts), label="matching"):
        yield keys[start : start + _KEYS_A_STEP]


def _common(found: Matches, at: int, places: Sequence[int], own: SightingArrays) -> Row:
    index = int(found.sighting_index[at])
    sighting = own.sighting(index)
    identifier = sighting.id.hex()
    return {
        "row": places[index],
        "scheme": own.scheme.value,
        "id": identifier.upper() if own.scheme is Scheme.BLUEZONE else identifier,
        "time_s": sighting.time_s,
        "rssi_dbm": sighting.rssi_dbm,
        "tolerated": bool(found.tolerated[at]),
    }


def _en_part(found: Matches, at: int, own: SightingArrays, key: DiagnosisKey) -> Row:
    sighting = own.sighting(int(found.sighting_index[at]))
    return {
        "key": key.key.hex(),
        "interval": int(found.interval[at]),
        **_report(key),
        "transmission_risk": key.transmission_risk,
        **_attenuation(key, sighting),
    }


def _report(key: DiagnosisKey | DayKeyEntry) -> Row:
    return {"report_type": int(key.report_type), "days_since_onset": key.days_since_onset}


def _attenuation(key: DiagnosisKey, sighting: Sighting) -> Row:
    metadata = _metadata(key, sighting)
    if metadata is None:
        return {}
    power: Row = {"tx_power_dbm": metadata.tx_power_dbm}
    if not metadata.is_plausible:
        return power  # the window rules drop such a sighting
    return power | {"attenuation_db": max(metadata.tx_power_dbm - sighting.rssi_dbm, 0)}


def _metadata(key: DiagnosisKey, sighting: Sighting) -> Metadata | None:
    """Return what the sender said of itself, None if the log has nothing readable."""
    try:
        plain = crypt_metadata(Tek(key.key), Rpi(sighting.id), sighting.aem)
        return decode_metadata(plain)
    except InvalidMetadataError:
        return None


def _read(path: Path, limit: int) -> bytes:
    """Return a file's bytes, at most one more than `limit` of them."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise UnreadableFileError(f"cannot read {path.name}: {error.strerror}") from None
