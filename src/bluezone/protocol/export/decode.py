"""Bytes of `export.bin` and `export.sig` to values.

Source: `spec/server-rules.md` 1.6 for field numbers and defaults. The surprising decision:
a missing rolling period is 144, as the format says, but a written 0 is refused; and a
report type above 5 is kept as it came, because a later version may have given it a meaning.
"""

from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.errors import InvalidExportError
from bluezone.protocol.export import export_pb2 as pb
from bluezone.protocol.export.content import (
    HEADER_BYTES,
    HEADERS,
    Export,
    ExportSignature,
    SignatureInfo,
)
from bluezone.protocol.export.limits import (
    MAX_PAYLOAD_BYTES,
    MAX_SIGNATURES,
    Check,
    check_content,
)
from bluezone.protocol.export.message import parse_message, read_texts
from bluezone.protocol.scheme import Scheme

_MESSAGES = {
    Scheme.EN: pb.TemporaryExposureKeyExport,
    Scheme.BLUEZONE: pb.BluezoneDayKeyExport,
}


def scheme_of(payload: bytes) -> Scheme | None:
    """Return which header a payload starts with, or None if it is neither of them."""
    for scheme, header in HEADERS.items():
        if payload.startswith(header):
            return scheme
    return None


def decode_export(payload: bytes, signature_list: bytes = b"") -> Export:
    """Return what a whole `export.bin`, and the `export.sig` beside it, say.

    Args:
        payload: header and protobuf, at most 32 MiB.
        signature_list: content of `export.sig`; empty if there is none.

    Raises:
        InvalidExportError: in the order of the checks `header`, `protobuf`, `window`,
            `keys`, `signature_info`.
    """
    scheme = _require_header(payload)
    export = _decode_body(scheme, payload, signature_list)
    check_content(export)
    if len(export.signature_infos) > MAX_SIGNATURES:
        message = f"{len(export.signature_infos)} signature infos, more than {MAX_SIGNATURES}"
        raise InvalidExportError(
            message, check=Check.SIGNATURE_INFO, reason="too_many_signature_infos"
        )
    return export


def _signatures(data: bytes) -> tuple[ExportSignature, ...]:
    listed = parse_message(pb.TEKSignatureList(), data)
    return tuple(
        ExportSignature(_info(one.signature_info), one.batch_num, one.batch_size, one.signature)
        for one in listed.signatures
    )


def _require_header(payload: bytes) -> Scheme:
    if len(payload) > MAX_PAYLOAD_BYTES:
        message = f"the payload has {len(payload)} bytes, more than {MAX_PAYLOAD_BYTES}"
        raise InvalidExportError(message, check=Check.HEADER, reason="too_large")
    scheme = scheme_of(payload)
    if scheme is None:
        message = "the first 16 bytes are neither `EK Export v1` nor `BZ Export v1`"
        raise InvalidExportError(message, check=Check.HEADER, reason="wrong_header")
    return scheme


def _decode_body(scheme: Scheme, payload: bytes, signature_list: bytes) -> Export:
    body = parse_message(_MESSAGES[scheme](), payload[HEADER_BYTES:])
    keys, revised, days, revised_days = _decode_keys(body)
    return Export(
        scheme=scheme,
        start_s=body.start_timestamp,
        end_s=body.end_timestamp,
        region=read_texts(body, "region")[0],
        batch_num=body.batch_num,
        batch_size=body.batch_size,
        keys=keys,
        revised_keys=revised,
        day_keys=days,
        revised_day_keys=revised_days,
        signature_infos=tuple(_info(info) for info in body.signature_infos),
        payload=payload,
        signatures=_signatures(signature_list),
    )


_Keys = tuple[DiagnosisKey, ...]
_DayKeys = tuple[DayKeyEntry, ...]


def _decode_keys(
    body: pb.TemporaryExposureKeyExport | pb.BluezoneDayKeyExport,
) -> tuple[_Keys, _Keys, _DayKeys, _DayKeys]:
    if isinstance(body, pb.TemporaryExposureKeyExport):
        return tuple(map(_key, body.keys)), tuple(map(_key, body.revised_keys)), (), ()
    return (), (), tuple(map(_day_key, body.keys)), tuple(map(_day_key, body.revised_keys))


def _key(key: pb.TemporaryExposureKey) -> DiagnosisKey:
    return DiagnosisKey(
        key=key.key_data,
        start=key.rolling_start_interval_number,
        period=key.rolling_period,
        report_type=key.report_type,
        days_since_onset=_onset(key),
        transmission_risk=key.transmission_risk_level,
    )


def _day_key(key: pb.BluezoneDayKey) -> DayKeyEntry:
    return DayKeyEntry(
        key=key.key_data,
        time_start=key.time_start,
        slots=key.slots,
        report_type=key.report_type,
        days_since_onset=_onset(key),
    )


def _onset(key: pb.TemporaryExposureKey | pb.BluezoneDayKey) -> int | None:
    known = key.HasField("days_since_onset_of_symptoms")
    return key.days_since_onset_of_symptoms if known else None


def _info(info: pb.SignatureInfo) -> SignatureInfo:
    names = ("verification_key_id", "verification_key_version", "signature_algorithm")
    return SignatureInfo(*read_texts(info, *names))
