"""A small file of our own, its signer, and a zip builder that may misbehave."""

import io
import warnings
import zipfile
from collections.abc import Callable, Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.export import ExportContent, ExportSigner, write_export
from bluezone.protocol.scheme import Scheme

START_S = 1_597_420_800


@pytest.fixture(scope="session")
def signer() -> ExportSigner:
    return ExportSigner(derive_private_key(20200815, SECP256R1()), "452", "v1")


@pytest.fixture
def en_content() -> ExportContent:
    return ExportContent(
        scheme=Scheme.EN,
        start_s=START_S,
        end_s=START_S + 3600,
        region="VN",
        keys=(
            DiagnosisKey(bytes([9] * 16), 2_661_120, 144, 1, -2, 4),
            DiagnosisKey(bytes([3] * 16), 2_661_200, 7, 2, None, 0),
        ),
        revised_keys=(DiagnosisKey(bytes([5] * 16), 2_661_000, 144, 5, 0, 0),),
    )


@pytest.fixture
def bluezone_content() -> ExportContent:
    return ExportContent(
        scheme=Scheme.BLUEZONE,
        start_s=START_S,
        end_s=START_S + 86_400,
        region="VN",
        day_keys=(
            DayKeyEntry(bytes([8] * 32), 1_597_363_200, 96, 1, 3),
            DayKeyEntry(bytes([2] * 32), 1_597_276_800),
        ),
        revised_day_keys=(DayKeyEntry(bytes([4] * 32), 1_597_276_800, 144, 5, None),),
    )


@pytest.fixture
def en_file(en_content: ExportContent, signer: ExportSigner) -> bytes:
    return write_export(en_content, [signer])


@pytest.fixture(scope="session")
def make_zip() -> Callable[..., bytes]:
    def make(members: Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
        packed = io.BytesIO()
        with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", method) as opened:
            warnings.simplefilter("ignore")  # two members of one name are what we want
            for name, content in members:
                opened.writestr(name, content)
        return packed.getvalue()

    return make
