import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.node import NodeConfig
from bluezone.phone.node.events import Fault, Heard
from bluezone.phone.node.listener import Listener
from bluezone.phone.radio.radio import Address, HeardAdvertisement
from bluezone.phone.sighting import Scheme
from bluezone.protocol.bluezone.day_key import BluezoneId
from bluezone.protocol.en.tek import Rpi
from bluezone.protocol.frame import encode_android, encode_en

NOW = 1_600_000_000
ID = BluezoneId(bytes(range(12)))


class NoRadio:
    """A radio that must not be asked for anything."""


@pytest.fixture
def listening():
    events = []
    with ContactLog.open(":memory:") as log:
        config = NodeConfig(rssi_correction_db=5)
        yield (
            Listener(config, NoRadio(), log, clock=lambda: NOW, on_event=events.append),
            log,
            events,
        )


def packet(data, rssi_dbm=-60, **kwargs):
    return HeardAdvertisement(data, Address(bytes(6)), 1, rssi_dbm, **kwargs)


def test_an_unmeasured_strength_is_no_sighting(listening):
    listener, log, _ = listening
    listener.on_heard(packet(encode_android(ID), rssi_dbm=127))
    assert len(log) == 0


@pytest.mark.parametrize(("raw", "kept"), [(-60, -55), (-127, -122), (126, 126), (-20, -15)])
def test_the_correction_is_added_and_clamped(listening, raw, kept):
    listener, _, events = listening
    listener.on_heard(packet(encode_android(ID), rssi_dbm=raw))
    assert [event.rssi_dbm for event in events] == [kept]


def test_metadata_of_another_length_are_kept_as_received(listening):
    listener, log, events = listening
    frame = encode_en(Rpi(bytes(16)), bytes(4))
    longer = frame[:7] + bytes((0x18,)) + frame[8:] + b"\x07"
    listener.on_heard(packet(longer))
    assert isinstance(events[0], Heard)
    assert bytes(log.sightings(Scheme.EN).sighting(0).aem) == bytes(4) + b"\x07"


def test_metadata_longer_than_the_log_takes_are_a_fault_not_a_crash(listening):
    listener, log, events = listening
    listener.on_heard(packet(bytes((0xFE, 0x16, 0x6F, 0xFD)) + bytes(251)))
    assert [type(event) for event in events] == [Fault]
    assert len(log) == 0


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=64), response=st.binary(max_size=31), rssi=st.integers(-127, 127))
def test_no_packet_can_stop_the_listener(data, response, rssi):
    with ContactLog.open(":memory:") as log:
        listener = Listener(
            NodeConfig(), NoRadio(), log, clock=lambda: NOW, on_event=lambda _: None
        )
        listener.on_heard(packet(data, rssi, scan_response=response))


def test_a_flood_of_iphones_is_bounded(listening):
    listener, _, events = listening
    rng = random.Random(1)
    overflow = bytes.fromhex("02011A14FF4C000108") + bytes(15)
    for _ in range(10_000):
        listener.on_heard(HeardAdvertisement(overflow, Address(rng.randbytes(6)), 1, -60))
    assert listener._waiting.qsize() == 32
    assert events == []
