"""Batches that European key servers passed to each other, read so that we can explain them.

Source: the public interface of the European Federation Gateway Service, message
`DiagnosisKeyBatch`. The surprising decision: keys are not judged. Real batches carry keys of
three bytes and intervals of 2**32 - 1; `faults` names what we would refuse to publish.
"""

from dataclasses import dataclass, field

from google.protobuf.unknown_fields import UnknownFieldSet

from bluezone.protocol.diagnosis_key import DiagnosisKey
from bluezone.protocol.en.tek import ROLLING_PERIOD, TEK_BYTES
from bluezone.protocol.errors import InvalidExportError
from bluezone.protocol.export import export_pb2 as pb
from bluezone.protocol.export.limits import MAX_INT32, MAX_PAYLOAD_BYTES, Check
from bluezone.protocol.export.message import checked_text, parse_message, read_texts


@dataclass(frozen=True, slots=True)
class FederatedKey:
    """One key of a batch.

    Attributes:
        key: the diagnosis key, whatever its numbers are.
        origin: country whose server published it first.
        visited_countries: countries that its owner named.
    """

    key: DiagnosisKey
    origin: str
    visited_countries: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """Names of the limits that this key breaks, as in the check `keys`."""
        key = self.key
        found = {
            "key_length": len(key.key) != TEK_BYTES,
            "key_start": key.start > MAX_INT32,
            "key_period": not 1 <= key.period <= ROLLING_PERIOD,
            "key_risk": not 0 <= key.transmission_risk <= 8,
        }
        return tuple(name for name, broken in found.items() if broken)


@dataclass(frozen=True, slots=True)
class FederationBatch:
    """A batch; it has neither header nor window nor signature of its own."""

    keys: tuple[FederatedKey, ...] = field(repr=False)


def read_federation_batch(data: bytes) -> FederationBatch:
    """Return what a federation batch says.

    Args:
        data: the bare protobuf, at most 32 MiB.

    Raises:
        InvalidExportError: `check` is `header` if this is nothing that we know, else
            `protobuf`.
    """
    if len(data) > MAX_PAYLOAD_BYTES:
        raise _unknown(f"the file has {len(data)} bytes, more than {MAX_PAYLOAD_BYTES}")
    try:
        batch = parse_message(pb.DiagnosisKeyBatch(), data)
    except InvalidExportError as fault:
        raise _unknown("neither a zip, nor an export, nor a federation batch") from fault
    if not batch.keys or len(UnknownFieldSet(batch)) or not all(k.key_data for k in batch.keys):
        raise _unknown("neither a zip, nor an export, nor a federation batch")
    return FederationBatch(tuple(map(_federated, batch.keys)))


def _federated(key: pb.FederatedKey) -> FederatedKey:
    onset = key.days_since_onset_of_symptoms
    return FederatedKey(
        DiagnosisKey(
            key=key.key_data,
            start=key.rolling_start_interval_number,
            period=key.rolling_period,
            report_type=key.report_type,
            days_since_onset=onset if key.HasField("days_since_onset_of_symptoms") else None,
            transmission_risk=key.transmission_risk_level,
        ),
        read_texts(key, "origin")[0],
        tuple(map(checked_text, key.visited_countries)),
    )


def _unknown(message: str) -> InvalidExportError:
    return InvalidExportError(message, check=Check.HEADER, reason="unknown_format")
