"""Recordings are read back as written, and models can be compared on them."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.phone.risk.errors import InvalidRecordingError
from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.model import RiskLevel
from bluezone.phone.risk.policy import RiskConfig
from bluezone.phone.risk.recording import Recording, read_recordings, write_recording
from bluezone.phone.risk.replay import disagreements, replay
from bluezone.phone.risk.windows import ExposureWindow, ScanInstance
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey

MIDNIGHT = 18_700 * 86_400


def scan(number: int, attenuation_db: int) -> ScanInstance:
    start_s = MIDNIGHT + 300 * number
    return ScanInstance.of_packets(
        (attenuation_db,), start_s=start_s, seconds_since_last_scan=300, span_s=0
    )


def windows_of(scans: int, attenuation_db: int) -> tuple[ExposureWindow, ...]:
    return (
        ExposureWindow(
            MIDNIGHT, 1, 2, 3, tuple(scan(number, attenuation_db) for number in range(scans))
        ),
    )


FULL = Recording(
    "street 1",
    MIDNIGHT + 86_400,
    (
        MatchedKey(
            DiagnosisKey(bytes(16), MIDNIGHT // 600, 144, 1, -2, 5),
            (Sighting(Scheme.EN, bytes(16), MIDNIGHT, -60, bytes(4), MIDNIGHT - 260),),
            (False,),
        ),
        MatchedKey(
            DayKeyEntry(bytes(32), MIDNIGHT, 96, 2),
            (Sighting(Scheme.BLUEZONE, bytes(12), MIDNIGHT + 1000, -70),),
            (True,),
        ),
    ),
    windows_of(3, 50),
)


def test_a_recording_is_read_back_as_it_was_written() -> None:
    assert list(read_recordings([write_recording(FULL), b"\n"])) == [FULL]


def test_models_run_side_by_side_on_the_same_windows() -> None:
    config = RiskConfig()
    models = [config.policy.build_model(name) for name in ("ours", "cwa", "nhs", "enx")]
    recordings = [
        Recording("near", MIDNIGHT, windows=windows_of(6, 45)),
        Recording("through a wall", MIDNIGHT, windows=windows_of(6, 70)),
    ]
    results = list(replay(recordings, models, config=config))
    said = {(r.recording, r.assessment.model): r.assessment.level for r in results}
    assert [r.assessment.model for r in results[:4]] == ["ours", "cwa", "nhs", "enx"]
    assert {level for (name, _), level in said.items() if name == "near"} == {RiskLevel.HIGH}
    assert said["through a wall", "ours"] is RiskLevel.NONE
    assert said["through a wall", "cwa"] is RiskLevel.HIGH
    (difference,) = disagreements(results)
    assert difference.recording == "through a wall"
    assert difference.levels["cwa"] is RiskLevel.HIGH
    assert difference.most_recent_day["ours"] is None


LINE = json.loads(write_recording(FULL))


@pytest.mark.parametrize(
    "line",
    [
        b"no json",
        b"{}",
        json.dumps(LINE | {"phone": "0900000000"}).encode(),
        json.dumps(LINE | {"now": 10**15}).encode(),
        json.dumps(LINE | {"now": -1}).encode(),
        json.dumps(
            {"id": "x", "now": 0, "matches": [{"scheme": "en", "key": "00", "sightings": []}]}
        ).encode(),
        json.dumps(
            {"id": "x", "now": 0, "matches": [{"scheme": "en", "key": "zz", "sightings": []}]}
        ).encode(),
        json.dumps(LINE | {"windows": [LINE["windows"][0] | {"report_type": 9}]}).encode(),
        json.dumps(
            LINE
            | {
                "windows": [
                    LINE["windows"][0]
                    | {"scans": [{"start_s": 1, "seconds_since_last_scan": 1, "attenuations": []}]}
                ]
            }
        ).encode(),
    ],
)
def test_a_malformed_line_is_refused_with_its_number(line: bytes) -> None:
    with pytest.raises(InvalidRecordingError, match="line 2") as error:
        list(read_recordings([write_recording(FULL), line]))
    assert error.value.code == "invalid_recording"


def test_a_message_never_carries_a_key() -> None:
    secret = "5ec4e7" * 5
    line = json.dumps(
        {"id": "x", "now": 0, "matches": [{"scheme": "en", "key": secret, "sightings": []}]}
    )
    with pytest.raises(InvalidRecordingError) as error:
        list(read_recordings([line.encode()]))
    assert secret not in str(error.value)


@given(st.binary(max_size=100))
def test_any_line_gives_a_recording_or_our_error(line: bytes) -> None:
    with suppress(InvalidRecordingError):
        assert [recording.id for recording in read_recordings([line])] == []
