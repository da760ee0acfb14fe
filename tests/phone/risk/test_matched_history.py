"""From identifiers in a log, through matching, to a level: nothing made up in between."""

import pytest

from bluezone.phone.matching.arrays import DayKeyArrays, EnKeyArrays, SightingArrays
from bluezone.phone.matching.grouping import group_matches
from bluezone.phone.matching.reference import match_day_keys, match_en
from bluezone.phone.risk import Assessment, RiskConfig, RiskFlag, RiskLevel, assess
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.protocol.bluezone.day_key import DayKey, expand_day_key
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.en.metadata import Metadata, crypt_metadata
from bluezone.protocol.en.tek import Tek, rpi_at

MIDNIGHT = 18_700 * 86_400
NOON = MIDNIGHT + 43_200
TEK = Tek(bytes(range(16)))
DAY_KEY = DayKey(bytes(range(32)))
NEAR_DBM, FAR_DBM = -65, -95


def bluezone_rows(rssi: int, *, scans: int, late_s: int = 0) -> list[Sighting]:
    """Rows of a published phone: seven a scan, a scan every five minutes.

    With `late_s` each id is heard that long after its slot, as a phone in the foreground
    may send it.
    """
    ids = expand_day_key(DAY_KEY)
    times = [NOON + 300 * scan + 5 * row for scan in range(scans) for row in range(7)]
    return [Sighting(Scheme.BLUEZONE, ids[(t - late_s) % 86_400 // 900], t, rssi) for t in times]


def en_rows(rssi: int, *, scans: int) -> list[Sighting]:
    rows = []
    for time_s in range(NOON, NOON + 300 * scans, 300):
        rpi = rpi_at(TEK, time_s // 600)
        aem = crypt_metadata(TEK, rpi, Metadata(1, 1, 1, -15).encode())
        rows.append(Sighting(Scheme.EN, rpi, time_s, rssi, aem, time_s - 260))
    return rows


def judge(log: list[Sighting]) -> Assessment:
    day_keys = [DayKeyEntry(DAY_KEY, MIDNIGHT, report_type=1, days_since_onset=0)]
    keys = [DiagnosisKey(TEK, MIDNIGHT // 600, 144, 1, 0)]
    bluezone = SightingArrays.of(Scheme.BLUEZONE, log)
    en = SightingArrays.of(Scheme.EN, log)
    matches = [
        *group_matches(match_en(EnKeyArrays.of(keys), en), keys, en),
        *group_matches(match_day_keys(DayKeyArrays.of(day_keys), bluezone), day_keys, bluezone),
    ]
    return assess(matches, config=RiskConfig(), now=MIDNIGHT + 86_400)


@pytest.mark.parametrize(
    ("log", "level"),
    [
        (bluezone_rows(NEAR_DBM, scans=4), RiskLevel.HIGH),
        (bluezone_rows(NEAR_DBM, scans=1), RiskLevel.NONE),
        (bluezone_rows(FAR_DBM, scans=24), RiskLevel.NONE),
        (bluezone_rows(-110, scans=1)[:1], RiskLevel.NONE),
        (en_rows(NEAR_DBM, scans=4), RiskLevel.HIGH),
        (en_rows(FAR_DBM, scans=24), RiskLevel.NONE),
        (en_rows(NEAR_DBM, scans=2) + bluezone_rows(NEAR_DBM, scans=2), RiskLevel.LOW),
        ([], RiskLevel.NONE),
    ],
    ids=[
        "bluezone near for 20 minutes",
        "bluezone near for one scan",
        "bluezone far for two hours",
        "one packet at -110 dBm (W11)",
        "en near for 20 minutes",
        "en far for two hours",
        "one person near for 10 minutes in both schemes",
        "nothing heard",
    ],
)
def test_a_log_leads_to_a_level(log: list[Sighting], level: RiskLevel) -> None:
    assert judge(log).level is level


def test_ids_up_to_150_s_stale_count_and_are_flagged_only_if_nothing_else_matched() -> None:
    stale = judge(bluezone_rows(NEAR_DBM, scans=12, late_s=140))
    assert stale.level is RiskLevel.HIGH
    assert RiskFlag.TOLERATED not in stale.flags
    at_borders = [
        row for row in bluezone_rows(NEAR_DBM, scans=24, late_s=140) if 0 < row.time_s % 900 < 140
    ]
    only_stale = judge(at_borders)
    assert only_stale.level is RiskLevel.HIGH
    assert RiskFlag.TOLERATED in only_stale.flags
