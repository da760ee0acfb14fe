"""From a signed file to a warning that is given once."""

import asyncio
import datetime as dt

import pytest

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.fetch import Fetcher, FetchSettings, FetchState
from bluezone.phone.risk import RiskConfig, RiskLevel
from bluezone.phone.sighting import Scheme, Sighting
from bluezone.phone.watch import ExposureStore, NodeCheck, Watch
from bluezone.protocol.bluezone.day_key import DayKey, own_id_at
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey, ReportType
from bluezone.protocol.en.metadata import Metadata, crypt_metadata
from bluezone.protocol.en.tek import Tek, rpi_at

MIDNIGHT = 1_596_844_800
DAY_S = 86_400
NOW = MIDNIGHT + 2 * DAY_S
KEY = DiagnosisKey(bytes(range(16)), MIDNIGHT // 600, 144, ReportType.CONFIRMED_TEST, 0)
DAY_KEY = DayKeyEntry(bytes(range(32)), MIDNIGHT, 96, ReportType.CONFIRMED_TEST, 0)
FILE = f"en/hourly/{MIDNIGHT + DAY_S}-{MIDNIGHT + DAY_S + 3600}-00001.zip"
BLUEZONE_FILE = FILE.replace("en/", "bluezone/")


class Phone:
    """A watch on stores on disk."""

    def __init__(self, root, folder) -> None:
        self.told = []
        self.log = ContactLog.open(folder / "contacts.sqlite3")
        self.state = FetchState.open(folder / "fetched.sqlite3")
        self.exposures = ExposureStore.open(folder / "exposures.sqlite3")
        settings = FetchSettings("http://x/export", (root.private_key.public_key(),))
        self.watch = Watch(
            fetcher=Fetcher(settings, client=root.client(), state=self.state),
            contact_log=self.log,
            exposures=self.exposures,
            config=RiskConfig(),
            on_warning=self.told.append,
        )

    def close(self):
        for store in (self.log, self.state, self.exposures):
            store.close()

    def meet(self, minutes, *, rssi_dbm, scheme=Scheme.EN):
        for scan in range(0, minutes * 60, 300):
            time_s = MIDNIGHT + 36_000 + scan
            for second in (0, 10, 20):
                self.log.record(heard(time_s + second, rssi_dbm, scheme, previous_s=time_s - 260))


def heard(time_s, rssi_dbm, scheme, previous_s):
    if scheme is Scheme.BLUEZONE:
        identifier = own_id_at(DayKey(DAY_KEY.key), time_s)
        return Sighting(scheme, identifier, time_s, rssi_dbm, b"", previous_s)
    rpi = rpi_at(Tek(KEY.key), time_s // 600)
    aem = crypt_metadata(Tek(KEY.key), rpi, Metadata(1, 1, 3, -10).encode())
    return Sighting(scheme, rpi, time_s, rssi_dbm, aem, previous_s)


@pytest.fixture
def phone(root, tmp_path):
    made = Phone(root, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_long_close_meeting_is_warned_of_once(root, phone, scheme):
    phone.meet(45, rssi_dbm=-55, scheme=scheme)
    root.add(FILE, keys=(KEY,))
    root.add(BLUEZONE_FILE, day_keys=(DAY_KEY,))
    first, second = phone.watch.check(NOW), phone.watch.check(NOW + 3600)
    assert (first.matched, first.assessment.level, first.is_new) == (1, RiskLevel.HIGH, True)
    assert first.assessment.most_recent_day == dt.date(2020, 8, 8)
    assert (second.matched, second.assessment.level, second.is_new) == (0, RiskLevel.HIGH, False)
    assert len(phone.told) == 1


def test_a_warning_is_not_repeated_after_a_restart(root, tmp_path):
    root.add(FILE, keys=(KEY,))
    told = []
    for _ in range(2):
        phone = Phone(root, tmp_path)
        phone.meet(45, rssi_dbm=-55)
        phone.watch.check(NOW)
        told += phone.told
        assert phone.watch.judge(NOW).level is RiskLevel.HIGH
        phone.close()
    assert len(told) == 1


def test_a_kill_before_the_owner_was_told_means_that_the_owner_is_told_later(root, phone):
    phone.meet(45, rssi_dbm=-55)
    root.add(FILE, keys=(KEY,))

    def killed(_assessment):
        raise KeyboardInterrupt

    phone.watch._on_warning = killed
    with pytest.raises(KeyboardInterrupt):
        phone.watch.check(NOW)
    phone.watch._on_warning = phone.told.append
    assert phone.watch.check(NOW + 60).is_new
    assert len(phone.told) == 1


def test_one_far_packet_is_not_a_contact(root, phone):
    phone.log.record(heard(MIDNIGHT + 36_000, -98, Scheme.EN, MIDNIGHT + 35_740))
    root.add(FILE, keys=(KEY,))
    report = phone.watch.check(NOW)
    assert (report.matched, report.assessment.level, phone.told) == (1, RiskLevel.NONE, [])


def test_nobody_met_means_nothing_kept_of_the_file(root, phone, tmp_path):
    root.add(FILE, keys=(KEY,))
    report = phone.watch.check(NOW)
    assert (report.fetched.keys, report.matched) == (1, 0)
    assert phone.exposures.en_keys() == []
    assert KEY.key not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_revoked_key_takes_the_warning_back(root, phone):
    phone.meet(45, rssi_dbm=-55)
    clinical = DiagnosisKey(KEY.key, KEY.start, 144, ReportType.CONFIRMED_CLINICAL_DIAGNOSIS, 0)
    revoked = DiagnosisKey(KEY.key, KEY.start, 144, ReportType.REVOKED, 0)
    root.add(FILE, keys=(clinical,))
    assert phone.watch.check(NOW).assessment.level is RiskLevel.HIGH
    root.add(FILE.replace("00001", "00002"), keys=(revoked,))
    assert phone.watch.check(NOW + 60).assessment.level is RiskLevel.NONE


def test_matched_keys_are_gone_after_fourteen_days(root, phone, tmp_path):
    phone.meet(45, rssi_dbm=-55)
    root.add(FILE, keys=(KEY,))
    phone.watch.check(NOW)
    for day in range(16):
        phone.exposures.forget_before(NOW + day * DAY_S)
    assert (phone.exposures.en_keys(), phone.exposures.told()) == ([], [])
    left = b"".join(path.read_bytes() for path in tmp_path.glob("exposures*"))
    assert KEY.key not in left


def test_both_kinds_of_keys_come_back_as_they_went_in(phone):
    without_onset = DiagnosisKey(bytes(16), 5, 7, 3, None, 8)
    assert phone.exposures.add([KEY, DAY_KEY, without_onset, KEY]) == 3
    assert phone.exposures.en_keys() == [KEY, without_onset]
    assert phone.exposures.day_keys() == [DAY_KEY]


def test_a_node_gets_the_report_without_blocking(root, phone):
    phone.meet(45, rssi_dbm=-55)
    root.add(FILE, keys=(KEY,))
    report = asyncio.run(NodeCheck(phone.watch).check(NOW))
    assert (report.files, report.keys, report.matched) == (1, 1, 1)
    assert report.warned.level == "high"
    assert report.warned.most_recent_day == dt.date(2020, 8, 8)
