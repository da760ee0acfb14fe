"""Values to the bytes of `export.bin` and `export.sig`, the same for the same input.

Source: `spec/server-rules.md` 1.6. The surprising decision: keys are written in the order
of their bytes, whatever order they came in. Random bytes carry no meaning, so the order of
a file tells nobody which keys were uploaded together, and two workers with the same rows
write the same file.
"""

from collections.abc import Iterable, Sequence

from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.export import export_pb2 as pb
from bluezone.protocol.export.content import (
    HEADERS,
    ExportContent,
    ExportSignature,
    SignatureInfo,
)
from bluezone.protocol.export.limits import check_content
from bluezone.protocol.export.message import serialize_message
from bluezone.protocol.scheme import Scheme


def encode_payload(content: ExportContent, infos: Sequence[SignatureInfo] = ()) -> bytes:
    """Return a whole `export.bin`: header and protobuf.

    Args:
        content: window, region and keys; the keys are sorted by their bytes.
        infos: who will sign, newest first, at most ten.

    Raises:
        InvalidExportError: the content breaks a limit that a reader would refuse.
    """
    check_content(content)
    body = _en_body(content) if content.scheme is Scheme.EN else _bluezone_body(content)
    body.start_timestamp, body.end_timestamp = content.start_s, content.end_s
    body.region = content.region
    body.batch_num, body.batch_size = content.batch_num, content.batch_size
    body.signature_infos.extend(map(_info, infos))
    return HEADERS[content.scheme] + serialize_message(body)


def encode_signature_list(signatures: Iterable[ExportSignature]) -> bytes:
    """Return a whole `export.sig`, signatures in the given order."""
    listed = pb.TEKSignatureList()
    for one in signatures:
        listed.signatures.add(
            signature_info=_info(one.info),
            batch_num=one.batch_num,
            batch_size=one.batch_size,
            signature=one.signature,
        )
    return serialize_message(listed)


def _en_body(content: ExportContent) -> pb.TemporaryExposureKeyExport:
    body = pb.TemporaryExposureKeyExport()
    body.keys.extend(map(_key, sorted(content.keys, key=_bytes_of)))
    body.revised_keys.extend(map(_key, sorted(content.revised_keys, key=_bytes_of)))
    return body


def _bluezone_body(content: ExportContent) -> pb.BluezoneDayKeyExport:
    body = pb.BluezoneDayKeyExport()
    body.keys.extend(map(_day_key, sorted(content.day_keys, key=_bytes_of)))
    body.revised_keys.extend(map(_day_key, sorted(content.revised_day_keys, key=_bytes_of)))
    return body


def _bytes_of(key: DiagnosisKey | DayKeyEntry) -> tuple[bytes, int]:
    start = key.start if isinstance(key, DiagnosisKey) else key.time_start
    return key.key, start


def _key(key: DiagnosisKey) -> pb.TemporaryExposureKey:
    return pb.TemporaryExposureKey(
        key_data=key.key,
        transmission_risk_level=key.transmission_risk or None,
        rolling_start_interval_number=key.start,
        rolling_period=key.period,
        report_type=key.report_type or None,
        days_since_onset_of_symptoms=key.days_since_onset,
    )


def _day_key(key: DayKeyEntry) -> pb.BluezoneDayKey:
    return pb.BluezoneDayKey(
        key_data=key.key,
        time_start=key.time_start,
        slots=key.slots,
        report_type=key.report_type or None,
        days_since_onset_of_symptoms=key.days_since_onset,
    )


def _info(info: SignatureInfo) -> pb.SignatureInfo:
    return pb.SignatureInfo(
        verification_key_version=info.key_version,
        verification_key_id=info.key_id,
        signature_algorithm=info.algorithm,
    )
