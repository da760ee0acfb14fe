"""Reading a diagnosis-key file, packed or raw.

Source: `spec/server-rules.md` 1.6. The surprising decision: reading does not verify. A file
of another country can be explained without its public key; whoever acts on the keys calls
`verify_export` first.
"""

from bluezone.protocol.export.archive import ZIP_MAGIC, read_archive
from bluezone.protocol.export.content import Export
from bluezone.protocol.export.decode import decode_export, scheme_of
from bluezone.protocol.export.federation import FederationBatch, read_federation_batch


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


def read_any(data: bytes) -> Export | FederationBatch:
    """Return what a file says, whichever of the known formats it has.

    Args:
        data: a zip archive, a bare `export.bin` or a federation batch, at most 32 MiB.

    Raises:
        InvalidExportError: as the reader of that format; `check` is `header` and `reason`
            `unknown_format` if the bytes are none of them.
    """
    if data.startswith(ZIP_MAGIC):
        return read_export(data)
    if scheme_of(data) is not None:
        return read_payload(data)
    return read_federation_batch(data)
