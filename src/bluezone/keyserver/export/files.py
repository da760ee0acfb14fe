"""From the rows of a window to signed files: sort, split, write.

Source: key server rules 1.6. The second and later files of a window get their end time moved
by the file number in seconds, because phones take two files with one window for the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bluezone.keyserver.export.series import Series
from bluezone.keyserver.export.store import FileRecord, KeyRow
from bluezone.keyserver.publish.accepted import split_records, unpack_day_key, unpack_tek
from bluezone.keyserver.settings import ExportSettings
from bluezone.protocol.export import ExportContent, ExportSigner, write_export
from bluezone.protocol.scheme import Scheme


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file to put into the object store, and its record."""

    record: FileRecord
    data: bytes = field(repr=False)


def count_keys(scheme: Scheme, rows: Sequence[KeyRow]) -> int:
    """Return how many keys `rows` hold."""
    return sum(len(split_records(scheme, row.packed_keys)) for row in rows)


def build_files(
    series: Series,
    rows: Sequence[KeyRow],
    *,
    start: int,
    settings: ExportSettings,
    signer: ExportSigner,
) -> Iterator[ExportFile]:
    """Yield the files of the window that starts at `start`; the same rows, the same bytes."""
    records = sorted(
        record for row in rows for record in split_records(series.scheme, row.packed_keys)
    )
    end = start + series.period_s
    for number, at in enumerate(range(0, len(records), settings.max_keys), start=1):
        chunk = records[at : at + settings.max_keys]
        content = _content(series, chunk, start=start, end=end + (number if number > 1 else 0))
        name = settings.name.format(start=start, end=end, number=number)
        path = f"{series.name}/{name}"
        record = FileRecord(path, series.name, start, end, number, len(chunk))
        yield ExportFile(record, write_export(content, [signer]))


def _content(series: Series, records: Sequence[bytes], *, start: int, end: int) -> ExportContent:
    en = series.scheme is Scheme.EN
    return ExportContent(
        scheme=series.scheme,
        start_s=start,
        end_s=end,
        region=series.region,
        keys=tuple(map(unpack_tek, records)) if en else (),
        day_keys=() if en else tuple(map(unpack_day_key, records)),
    )
