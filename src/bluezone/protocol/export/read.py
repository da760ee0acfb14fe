"""Reading a diagnosis-key file, packed or raw.

Source: `spec/server-rules.md` 1.6. The surprising decision: reading does not verify. A file
of another country can be explained without its public key; whoever acts on the keys calls
`verify_export` first.
"""

from bluezone.protocol.export.archive import read_archive
from bluezone.protocol.export.content import Export
from bluezone.protocol.export.decode import decode_export


def read_export(data: bytes) -> Export:
    """Return what a packed export says, of either scheme.

    Args:
        data: the zip file, at most 32 MiB.

    Raises:
        InvalidExportError: `check` names the first check that failed, in the order `zip`,
            `header`, `protobuf`, `window`, `keys`, `signature_info`; `reason` the fault.
    """
    archive = read_archive(data)
    return decode_export(archive.payload, archive.signature_list)


def read_payload(data: bytes) -> Export:
    """Return what a bare `export.bin` says; it has no signatures.

    Args:
        data: header and protobuf, at most 32 MiB.

    Raises:
        InvalidExportError: as `read_export`, without the check `zip`.
    """
    return decode_export(data)
