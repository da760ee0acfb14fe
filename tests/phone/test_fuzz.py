"""Whatever bytes come from outside, the phone gives a value or an error of ours."""

import contextlib

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.phone.share import ShareError, wire
from bluezone.phone.sighting_file import SightingFileError, parse_sightings
from bluezone.phone.status.guard import ForgedFormError, _fields

HEADER = b"id,rssi_dbm,time_ms,aem,previous_scan_s\n"
cells = st.text(alphabet='0123456789abcdefABCDEF-.,"\n xé', max_size=60)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | cells.map(lambda text: HEADER + text.encode()))
def test_any_bytes_are_sightings_or_an_error_of_ours(data):
    with contextlib.suppress(SightingFileError):
        for sighting in parse_sightings(data):
            assert len(sighting.id) in {12, 16}
            assert sighting.time_s >= 0
            assert -127 <= sighting.rssi_dbm <= 127


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.binary(min_size=16, max_size=16),
            st.integers(-127, 127),
            st.integers(0, 2**36),
            st.binary(max_size=8),
        ),
        max_size=5,
    )
)
def test_sightings_written_as_csv_come_back(rows):
    lines = [f"{i.hex()},{rssi},{t},{aem.hex()},0\n" for i, rssi, t, aem in rows]
    text = "id,rssi_dbm,time_s,aem,previous_scan_s\n" + "".join(lines)
    back = [(s.id, s.rssi_dbm, s.time_s, s.aem) for s in parse_sightings(text.encode())]
    assert back == rows


@pytest.mark.parametrize("kind", [wire.VerifyAnswer, wire.CertificateAnswer, wire.PublishAnswer])
@settings(max_examples=60, deadline=None)
@given(
    body=st.binary(max_size=100)
    | st.sampled_from([b"[" * 60_000, b'{"token":' * 7_000, b'{"token":1}', b"null", b"{}"]),
    status=st.sampled_from([200, 204, 301, 400, 401, 429, 500, 599]),
)
def test_any_answer_of_a_server_is_a_value_or_an_error_of_ours(kind, body, status):
    answer = httpx2.MockTransport(lambda _: httpx2.Response(status, content=body))
    with httpx2.Client(transport=answer) as client, contextlib.suppress(ShareError):
        value = wire.post(client, "http://x/", {}, kind, rng=bytes)
        assert isinstance(value, kind)


@given(st.binary(max_size=200))
def test_any_form_is_fields_or_an_error_of_ours(body):
    with contextlib.suppress(ForgedFormError):
        assert all(isinstance(value, str) for value in _fields(body).values())
