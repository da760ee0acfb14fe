"""Writing a signed diagnosis-key file.

Source: `spec/server-rules.md` 1.6. The surprising decision: the file is a function of its
content and signers alone. Times, rights and order inside the zip are fixed, the protobuf is
deterministic, the signatures are RFC 6979; so an interrupted job can simply run again.
(Another version of zlib may pack the same bytes differently; what is signed stays equal.)
"""

from collections.abc import Sequence

from bluezone.protocol.errors import ExportSignatureError
from bluezone.protocol.export.archive import Archive, write_archive
from bluezone.protocol.export.content import ExportContent, ExportSignature
from bluezone.protocol.export.encode import encode_payload, encode_signature_list
from bluezone.protocol.export.limits import MAX_SIGNATURES, Check
from bluezone.protocol.export.signature import ExportSigner


def write_export(content: ExportContent, signers: Sequence[ExportSigner]) -> bytes:
    """Return the zip file of `content`, signed by every signer.

    Args:
        content: window, region and keys; keys are written in the order of their bytes.
        signers: 1 to 10, newest first.

    Raises:
        ExportSignatureError: there is no signer, or more than ten.
        InvalidExportError: the content breaks a limit that a reader would refuse.
    """
    if not 1 <= len(signers) <= MAX_SIGNATURES:
        message = f"a file has 1 to {MAX_SIGNATURES} signers, not {len(signers)}"
        raise ExportSignatureError(message, check=Check.SIGNATURE_INFO, reason="signer_count")
    payload = encode_payload(content, [signer.info for signer in signers])
    signatures = [
        ExportSignature(signer.info, content.batch_num, content.batch_size, signer.sign(payload))
        for signer in signers
    ]
    return write_archive(Archive(payload, encode_signature_list(signatures)))
