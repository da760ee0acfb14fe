"""What is stored once, what may change later, and what is never matched."""

import msgspec
import pytest

from bluezone.phone.risk.engine import ExposureEngine
from bluezone.phone.risk.engine_state import EngineConfig, EngineState
from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.sightings import SightingIndex
from bluezone.phone.risk.system import SystemConstants
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey, ReportType
from bluezone.protocol.en.metadata import Metadata, crypt_metadata
from bluezone.protocol.en.tek import Tek, rpi_at
from bluezone.protocol.errors import InvalidKeyError

MIDNIGHT = 18_700 * 86_400
NOW = MIDNIGHT + 86_400
TEK = Tek(bytes(range(16)))


def heard(interval: int, *, after_s: int = 0) -> Sighting:
    number = MIDNIGHT // 600 + interval
    rpi = rpi_at(TEK, number)
    aem = crypt_metadata(TEK, rpi, Metadata(1, 1, 3, -15).encode())
    return Sighting(Scheme.EN, rpi, number * 600 + after_s, -65, aem)


def key(period: int = 144, report_type: int = 1) -> DiagnosisKey:
    return DiagnosisKey(TEK, MIDNIGHT // 600, period, report_type, 0)


def engine(system: SystemConstants | None = None) -> ExposureEngine:
    return ExposureEngine(EngineConfig(system=system or SystemConstants()))


INDEX = SightingIndex([heard(72), heard(73)])


def test_a_key_is_matched_once_and_twice_in_a_batch_counts_once() -> None:
    running = engine()
    assert running.provide([key(), key()], INDEX, now=NOW) == 1
    assert running.provide([key()], INDEX, now=NOW) == 0
    assert len(running.windows) == 1


def test_a_key_whose_period_changed_since_an_earlier_attempt_is_skipped() -> None:
    running = engine()
    assert running.provide([key(period=60)], INDEX, now=NOW) == 0
    assert running.provide([key(period=144)], INDEX, now=NOW) == 0
    assert running.state.periods == {TEK: 60}


def test_the_published_stub_never_skips_a_changed_period() -> None:
    running = engine(SystemConstants(skip_changed_period=False))
    assert running.provide([key(period=60)], INDEX, now=NOW) == 0
    assert running.provide([key(period=144)], INDEX, now=NOW) == 1


def test_a_key_never_heard_may_change_its_period() -> None:
    running = engine()
    assert running.provide([key(period=60)], SightingIndex([]), now=NOW) == 0
    assert running.provide([key(period=144)], INDEX, now=NOW) == 1


@pytest.mark.parametrize(
    ("system", "report_type", "found"),
    [
        (SystemConstants(), ReportType.RECURSIVE, 0),
        (SystemConstants(recursive_allowed=True), ReportType.RECURSIVE, 1),
        (SystemConstants(), ReportType.REVOKED, 1),
        (SystemConstants(revoked_stored=False), ReportType.REVOKED, 0),
        (SystemConstants(), 6, 0),
        (SystemConstants(), ReportType.UNKNOWN, 1),
    ],
)
def test_report_types_are_matched_as_the_switches_say(
    system: SystemConstants, report_type: int, found: int
) -> None:
    assert engine(system).provide([key(report_type=report_type)], INDEX, now=NOW) == found


def test_a_period_above_a_day_is_an_error() -> None:
    with pytest.raises(InvalidKeyError):
        engine().provide([key(period=145)], INDEX, now=NOW)


def test_the_embargo_switch_cuts_the_drift_at_the_end_of_a_key() -> None:
    late = SightingIndex([heard(143, after_s=1200)])
    assert engine().provide([key()], late, now=NOW) == 1
    assert engine(SystemConstants(cut_at_key_end=True)).provide([key()], late, now=NOW) == 0


def test_a_state_goes_on_where_it_was_left() -> None:
    first = engine()
    first.provide([key(report_type=ReportType.SELF_REPORT)], INDEX, now=NOW)
    second = ExposureEngine(EngineConfig(), EngineState(dict(first.state.results)))
    second.provide([key(report_type=ReportType.CONFIRMED_TEST)], INDEX, now=NOW)
    (stored,) = second.state.results.values()
    assert (stored.report_type, stored.transitions) == (ReportType.CONFIRMED_TEST, 1)


def test_a_state_can_be_written_down_and_read_back() -> None:
    running = engine()
    running.provide([key()], INDEX, now=NOW)
    written = msgspec.msgpack.encode(running.state)
    assert msgspec.msgpack.decode(written, type=EngineState) == running.state


def test_old_windows_and_their_results_are_forgotten() -> None:
    running = engine()
    running.provide([key()], INDEX, now=NOW)
    running.forget_before(MIDNIGHT // 86_400)
    assert len(running.windows) == 1
    running.forget_before(MIDNIGHT // 86_400 + 1)
    assert (running.windows, running.state) == ((), EngineState())


def test_day_keys_follow_the_same_transitions() -> None:
    running = engine()
    row = Sighting(Scheme.BLUEZONE, bytes(12), MIDNIGHT + 60, -65, previous_scan_s=MIDNIGHT - 200)

    def entry(report_type: int) -> MatchedKey:
        return MatchedKey(DayKeyEntry(bytes(32), MIDNIGHT, report_type=report_type), (row,))

    assert running.provide_day_keys([entry(3), entry(1), entry(5)]) == 1
    assert [window.report_type for window in running.windows] == [1]


def test_a_day_key_without_sightings_is_not_stored() -> None:
    running = engine()
    assert running.provide_day_keys([MatchedKey(DayKeyEntry(bytes(32), MIDNIGHT), ())]) == 0
    assert running.state.results == {}


def test_an_en_key_among_day_keys_is_refused() -> None:
    with pytest.raises(InvalidKeyError):
        engine().provide_day_keys([MatchedKey(key(), ())])


def test_no_key_appears_in_the_text_of_a_state() -> None:
    running = engine()
    running.provide([key()], INDEX, now=NOW)
    assert TEK.hex() not in repr(running.state)
    assert repr(bytes(TEK)) not in repr(running.state)
