"""Fetching signed files: only new ones, only ours, and a bad one stops no other."""

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.phone.errors import PhoneError
from bluezone.phone.fetch import Fetcher, FetchSettings, FetchState, VerifiedFile
from bluezone.phone.fetch.index import parse_index
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey
from bluezone.protocol.scheme import Scheme

MIDNIGHT = 1_596_844_800
DAY_S = 86_400
NOW = MIDNIGHT + DAY_S
KEY = DiagnosisKey(bytes(range(16)), MIDNIGHT // 600)
DAILY = f"en/daily/{MIDNIGHT}-{MIDNIGHT + DAY_S}-00001.zip"


def hourly(hour: int, number: int = 1) -> str:
    start = MIDNIGHT + hour * 3600
    return f"en/hourly/{start}-{start + 3600}-{number:05d}.zip"


class Phone:
    """A fetcher with its memory on disk and the files that it handed over."""

    def __init__(self, root, path) -> None:
        self.handed: list[VerifiedFile] = []
        self.state = FetchState.open(path)
        keys = (root.private_key.public_key(),)
        self.settings = FetchSettings("http://127.0.0.1:8080/export/", keys)
        self.fetcher = Fetcher(self.settings, client=root.client(), state=self.state)

    def fetch(self, now=NOW):
        return self.fetcher.fetch(now, self.handed.append)


@pytest.fixture
def phone(root, tmp_path):
    made = Phone(root, tmp_path / "fetch.sqlite3")
    yield made
    made.state.close()


def test_new_files_of_both_schemes_are_handed_over_verified(root, phone):
    root.add(DAILY, keys=(KEY,))
    day_key = DayKeyEntry(bytes(range(32)), MIDNIGHT)
    path = f"bluezone/hourly/{MIDNIGHT}-{MIDNIGHT + 3600}-00001.zip"
    root.add(path, day_keys=(day_key,))
    report = phone.fetch()
    assert (report.handled, report.keys, report.code) == ((DAILY, path), 2, "")
    assert [f.export.keys or f.export.day_keys for f in phone.handed] == [(KEY,), (day_key,)]


def test_a_file_is_asked_for_once(root, phone):
    root.add(hourly(1), keys=(KEY,))
    phone.fetch()
    assert phone.fetch().handled == ()
    assert root.asked.count(hourly(1)) == 1


def _note_body(answer: httpx2.Response, bodies: list[int]) -> httpx2.Response:
    bodies.append(len(answer.content))
    return answer


def test_an_index_that_did_not_change_is_not_sent_again(root, phone):
    root.add(hourly(1), keys=(KEY,))
    phone.fetch()
    bodies: list[int] = []
    handle = root.handle
    client = httpx2.Client(
        transport=httpx2.MockTransport(lambda request: _note_body(handle(request), bodies))
    )
    again = Fetcher(phone.settings, client=client, state=phone.state)
    assert again.fetch(NOW, phone.handed.append).code == ""
    assert bodies == [0, 0, 0, 0]
    assert phone.state.listing("en/hourly/index.txt")[1].decode().strip() == hourly(1)


def test_what_was_fetched_is_remembered_over_a_restart(root, tmp_path):
    root.add(hourly(1), keys=(KEY,))
    for expected in (1, 0):
        phone = Phone(root, tmp_path / "fetch.sqlite3")
        assert len(phone.fetch().handled) == expected
        phone.state.close()


def test_hourly_files_that_a_daily_one_covers_are_left_out(root, phone):
    root.add(hourly(1), keys=(KEY,))
    root.add(hourly(24), keys=(KEY,))
    root.add(DAILY, keys=(KEY,))
    assert phone.fetch(NOW + DAY_S).handled == (DAILY, hourly(24))


def test_a_bad_daily_file_does_not_hide_the_hourly_ones(root, phone):
    root.add(hourly(1), keys=(KEY,))
    root.files[DAILY] = b"this is no archive"
    root.list(DAILY)
    report = phone.fetch()
    assert report.handled == (hourly(1),)
    assert [(f.path, f.code) for f in report.refused] == [(DAILY, "invalid_export")]


def test_a_file_signed_by_a_foreign_key_is_refused_and_later_files_are_not(root, phone):
    root.add(hourly(1), keys=(KEY,), signed_by=ec.derive_private_key(666, ec.SECP256R1()))
    root.add(hourly(2), keys=(KEY,))
    report = phone.fetch()
    assert report.handled == (hourly(2),)
    assert report.refused[0].code == "invalid_export_signature"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda: httpx2.Response(404), "unexpected_server_answer"),
        (lambda: httpx2.Response(302, headers={"Location": "/x"}), "unexpected_server_answer"),
        (lambda: httpx2.Response(500), "unexpected_server_answer"),
        (lambda: httpx2.Response(200, content=b""), "invalid_export"),
        (lambda: httpx2.Response(200, content=bytes(33 * 2**20)), "unexpected_server_answer"),
        (
            lambda: httpx2.Response(
                200, headers={"Content-Encoding": "gzip"}, stream=httpx2.ByteStream(b"\x1f\x8b")
            ),
            "unexpected_server_answer",
        ),
    ],
    ids=["missing", "redirect", "broken", "empty", "huge", "encoded"],
)
def test_a_bad_answer_for_one_file_stops_no_other(root, phone, answer, code):
    root.add(hourly(1), keys=(KEY,))
    root.add(hourly(2), keys=(KEY,))
    root.answer = lambda path: answer() if path == hourly(1) else None
    report = phone.fetch()
    assert report.handled == (hourly(2),)
    assert [f.code for f in report.refused] == [code]


def test_a_refused_file_is_tried_again_later_but_not_at_once(root, phone):
    root.add(hourly(1), keys=(KEY,))
    root.answer = lambda path: httpx2.Response(500) if path == hourly(1) else None
    phone.fetch()
    root.answer = lambda _path: None
    assert phone.fetch(NOW + 3599).handled == ()
    assert phone.fetch(NOW + 3600).handled == (hourly(1),)


def test_a_stream_that_never_ends_is_dropped_at_the_limit(root, phone):
    root.add(hourly(1), keys=(KEY,))
    sent: list[int] = []

    def endless():
        for number in range(10_000):
            sent.append(number)
            yield bytes(2**20)

    def answer(path):
        return httpx2.Response(200, content=endless()) if path == hourly(1) else None

    root.answer = answer
    assert len(phone.fetch().refused) == 1
    assert len(sent) <= 34


def test_no_network_ends_the_run_with_a_code_and_nothing_is_lost(root, phone):
    root.add(hourly(1), keys=(KEY,))
    root.add(hourly(2), keys=(KEY,))

    def fail(path):
        if path == hourly(2):
            raise httpx2.ConnectError("no route")

    root.answer = fail
    report = phone.fetch()
    assert (report.handled, report.code) == ((hourly(1),), "server_unreachable")
    root.answer = lambda _path: None
    assert phone.fetch(NOW + 1).handled == (hourly(2),)


def test_a_kill_while_keys_are_handled_means_that_they_are_handled_again(root, phone):
    root.add(hourly(1), keys=(KEY,))

    def killed(_file):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        phone.fetcher.fetch(NOW, killed)
    assert phone.fetch().handled == (hourly(1),)


def test_files_too_old_to_concern_any_sighting_are_not_asked_for(root, phone):
    root.add(hourly(1), keys=(KEY,))
    assert phone.fetch(NOW + 16 * DAY_S).handled == ()
    assert hourly(1) not in root.asked


def test_a_file_of_the_other_scheme_is_refused(root, phone):
    root.add(hourly(1), keys=(KEY,))
    path = hourly(1).replace("en/", "bluezone/")
    root.files[path] = root.files[hourly(1)]
    root.list(path)
    report = phone.fetch()
    assert [file.code for file in report.refused] == ["invalid_export"]


@pytest.mark.parametrize(
    "line",
    [
        "../../etc/passwd",
        "http://evil.example/en/hourly/1-2-00001.zip",
        "//evil.example/1-2-00001.zip",
        "en/hourly/../../x/1-2-00001.zip",
        "/en/hourly/1-2-00001.zip",
        "en/hourly/2-1-00001.zip",
        "en/hourly/1-2-00001.exe",
        "en/hourly/1-2-00001.zip?x=1",
        "en\\hourly\\1-2-00001.zip",
        "x" * 100_000,
    ],
)
def test_an_index_cannot_send_the_phone_anywhere_else(root, phone, line):
    root.add(hourly(1), keys=(KEY,))
    root.indexes["en/hourly/index.txt"].insert(0, line)
    report = phone.fetch()
    assert (report.handled, report.odd_lines) == ((hourly(1),), 1)
    assert set(root.asked) == {hourly(1), *root.indexes}


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_an_index(data):
    index = parse_index(data, Scheme.EN)
    assert all(file.start_s < file.end_s for file in index.files)


def test_the_last_run_is_remembered_for_the_status_page(root, phone):
    assert phone.state.last_run() is None
    root.add(hourly(1), keys=(KEY,))
    phone.fetch()
    root.answer = lambda _path: httpx2.Response(503)
    phone.fetch(NOW + 60)
    last = phone.state.last_run()
    assert (last.at_s, last.good_s, last.files) == (NOW + 60, NOW, 1)
    assert last.code == "unexpected_server_answer"


def test_an_error_of_ours_in_handling_is_not_swallowed(root, phone):
    root.add(hourly(1), keys=(KEY,))

    def full(_file):
        raise PhoneError("disk full")

    with pytest.raises(PhoneError):
        phone.fetcher.fetch(NOW, full)
