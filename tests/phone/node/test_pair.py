"""Two nodes and more on one virtual air, on virtual time."""

import asyncio
import itertools
import logging

import pytest

from bluezone.phone.node import CheckReport, DutyCycle, IPhoneState, NodeConfig
from bluezone.phone.node.events import (
    AdvertisingStarted,
    AdvertisingStopped,
    Checked,
    Fault,
    Heard,
    IPhoneRead,
    Rotated,
    ScanStarted,
    ScanStopped,
    Stopped,
    Warned,
)
from bluezone.phone.radio.radio import Advertisement
from bluezone.phone.radio.virtual_radio import virtual_radio
from bluezone.phone.sighting import Scheme
from bluezone.protocol.errors import ProtocolError
from bluezone.protocol.frame import (
    AndroidFrame,
    EnFrame,
    IPhoneFrame,
    decode_advertisement,
    encode_iphone_background,
)

MINUTE = 60.0


def test_two_android_phones_record_both_schemes_of_each_other(on_street):
    async def scene(street):
        street.phone("An"), street.phone("Binh", (1.0, 0.0))
        await street.live(5 * MINUTE)

    an, binh = on_street(scene).phones
    now = 1_600_000_200 + 30
    for hearer, heard in ((an, binh), (binh, an)):
        ids = hearer.log.sightings(Scheme.BLUEZONE)
        rpis = hearer.log.sightings(Scheme.EN)
        assert {bytes(ids.sighting(row).id) for row in range(len(ids.time_s))} == {
            heard.keys.bluezone_id_at(now)
        }
        rpi, aem = heard.keys.en_broadcast(now, -15, 0)
        seen = [rpis.sighting(row) for row in range(len(rpis.time_s))]
        assert {(bytes(s.id), bytes(s.aem)) for s in seen} == {(rpi, aem)}
        assert not hearer.told(Fault)


def test_repetitions_within_five_seconds_are_recorded_once(on_street):
    async def scene(street):
        street.phone("An"), street.phone("Binh", (0.5, 0.0))
        await street.live(45.0)

    times = on_street(scene).phones[0].log.sightings(Scheme.BLUEZONE).time_s.tolist()
    assert len(times) >= 3
    assert all(later - earlier >= 5 for earlier, later in itertools.pairwise(times))


def test_a_phone_far_away_is_not_heard(on_street):
    async def scene(street):
        street.phone("An"), street.phone("Xa", (5_000.0, 0.0))
        await street.live(10 * MINUTE)

    assert [len(phone.log) for phone in on_street(scene).phones] == [0, 0]


def test_a_phone_that_walks_away_is_heard_no_more(on_street):
    async def scene(street):
        an = street.phone("An", lambda: (0.0 if street.loop.time() < 300 else 5_000.0, 0.0))
        street.phone("Binh", (1.0, 0.0))
        await street.live(20 * MINUTE)
        assert an.told(Heard)

    an = on_street(scene).phones[0]
    assert max(event.time_s for event in an.told(Heard)) < 1_600_000_200 + 300


def test_the_duty_cycle_is_honoured(on_street):
    async def scene(street):
        street.phone("An", config=NodeConfig(dwell_s=5.0))
        await street.live(10 * MINUTE)

    street = on_street(scene)
    an = street.phones[0]
    on_air = [(packet.time_s - 1_600_000_200) % 30 for packet in street.air.sent]
    assert max(on_air) <= 15.0
    assert {int(second) for second in on_air} >= set(range(15))
    scans = [round(e.time_s - 1_600_000_200) for e in an.told(ScanStarted)]
    stops = [round(e.time_s - 1_600_000_200) for e in an.told(ScanStopped)]
    assert scans == [0, 300]
    assert stops == [40, 340]


def test_the_schemes_take_turns(on_street):
    async def scene(street):
        street.phone("An", config=NodeConfig(advertise=DutyCycle(60, 0), dwell_s=5.0))
        await street.live(60.0)

    kinds = [type(decode_advertisement(packet.data)) for packet in on_street(scene).air.sent]
    turns = [kind for kind, _ in itertools.groupby(kinds)]
    assert turns == [AndroidFrame, EnFrame] * 6


def test_one_scheme_can_be_sent_alone(on_street):
    async def scene(street):
        street.phone("An", config=NodeConfig(schemes=(Scheme.EN,)))
        street.phone("Tai", (1.0, 0.0), NodeConfig(schemes=()))
        await street.live(5 * MINUTE)

    street = on_street(scene)
    assert {type(decode_advertisement(p.data)) for p in street.air.sent} == {EnFrame}
    assert {packet.sender for packet in street.air.sent} == {"An"}
    assert len(street.phones[1].log) > 0


def test_no_packet_has_a_new_id_and_an_old_address_or_the_other_way_round(on_street):
    async def scene(street):
        street.phone("An", config=NodeConfig(advertise=DutyCycle(60, 0), dwell_s=7.0))
        street.phone("Binh", (1.0, 0.0))
        await street.live(95 * MINUTE)

    street = on_street(scene)
    sent = [packet for packet in street.air.sent if packet.sender == "An"]
    addresses, contents = {}, {}
    for packet in sent:
        addresses.setdefault(packet.data, set()).add(packet.address)
        contents.setdefault(packet.address, set()).add(packet.data)
    assert all(len(used) == 1 for used in addresses.values())
    assert all(len(used) == 1 for used in contents.values())
    assert len(addresses) == 7 + 10  # slots of 15 min, intervals of 10 min, in 95 min


def test_identifiers_change_exactly_at_their_borders(on_street):
    async def scene(street):
        street.phone("An", config=NodeConfig(advertise=DutyCycle(60, 0), dwell_s=5.0))
        await street.live(50 * MINUTE)

    street = on_street(scene)
    keys = street.phones[0].keys
    for packet in street.air.sent:
        frame = decode_advertisement(packet.data)
        if isinstance(frame, AndroidFrame):
            assert frame.id == keys.bluezone_id_at(int(packet.time_s))
        else:
            assert frame.rpi == keys.en_broadcast(int(packet.time_s), -15, 0)[0]


def test_a_border_is_met_even_in_the_middle_of_a_turn(on_street):
    async def scene(street):
        street.phone("An", config=NodeConfig(advertise=DutyCycle(3600, 0), dwell_s=60.0))
        await street.live(100.0)

    street = on_street(scene, start_s=1_600_000_200.0 - 30)
    rotations = [(e.scheme, e.time_s) for e in street.phones[0].told(Rotated)]
    assert rotations == [
        (Scheme.BLUEZONE, 1_600_000_170.0),
        (Scheme.BLUEZONE, 1_600_000_200.0),
        (Scheme.EN, 1_600_000_230.0),
    ]


def test_device_addresses_are_private_and_non_resolvable(on_street):
    async def scene(street):
        street.phone("An")
        await street.live(40 * MINUTE)

    street = on_street(scene)
    assert {packet.address[5] >> 6 for packet in street.air.sent} == {0}
    assert not any(packet.connectable for packet in street.air.sent)


@pytest.mark.parametrize("state", list(IPhoneState))
def test_an_iphone_is_read_once_and_then_known(on_street, state):
    async def scene(street):
        street.phone("An", config=NodeConfig(schemes=()))
        config = NodeConfig(iphone=state, schemes=(Scheme.BLUEZONE,))
        street.phone("Ivy", (1.0, 0.0), config)
        await street.live(10 * MINUTE)

    street = on_street(scene)
    an, ivy = street.phones
    sent = {type(decode_advertisement(packet.data)) for packet in street.air.sent}
    assert sent == {IPhoneFrame}
    assert [event.ok for event in an.told(IPhoneRead)] == [True]
    assert street.air.connections == 1
    seen = an.log.sightings(Scheme.BLUEZONE)
    rows = [seen.sighting(row) for row in range(len(seen.time_s))]
    assert {bytes(row.id) for row in rows} == {ivy.keys.bluezone_id_at(1_600_000_200)}
    assert len(rows) > 5  # both scans, the second one from the cache alone
    assert all(row.rssi_dbm < 0 for row in rows)


def test_an_iphone_is_read_again_in_its_next_slot(on_street):
    async def scene(street):
        street.phone("An", config=NodeConfig(schemes=()))
        config = NodeConfig(iphone=IPhoneState.FOREGROUND, schemes=(Scheme.BLUEZONE,))
        street.phone("Ivy", (1.0, 0.0), config)
        await street.live(35 * MINUTE)

    an, ivy = on_street(scene).phones
    assert [event.ok for event in an.told(IPhoneRead)] == [True] * 3
    ids = {event.id for event in an.told(Heard)}
    assert ids == {ivy.keys.bluezone_id_at(1_600_000_200 + 900 * k) for k in range(3)}


def test_two_iphones_read_each_other_and_go_on_advertising(on_street):
    async def scene(street):
        config = NodeConfig(iphone=IPhoneState.FOREGROUND)
        street.phone("Ivy", config=config), street.phone("Ian", (1.0, 0.0), config)
        await street.live(30 * MINUTE)

    street = on_street(scene)
    for phone, other in itertools.permutations(street.phones):
        heard = {e.id for e in phone.told(Heard) if e.scheme is Scheme.BLUEZONE}
        assert other.keys.bluezone_id_at(1_600_000_200) in heard
        assert other.keys.bluezone_id_at(1_600_000_200 + 900) in heard
        assert not phone.told(Fault)
    last = {packet.sender: packet.time_s for packet in street.air.sent}
    assert min(last.values()) > 1_600_000_200 + 29 * MINUTE


def test_a_foreign_iphone_is_asked_once_and_then_left_alone(on_street):
    async def scene(street):
        an = street.phone("An", config=NodeConfig(schemes=(), scan=DutyCycle(60, 0)))
        foreign = virtual_radio(street.air.add_station("foreign", (1.0, 0.0)))
        await foreign.open()
        await foreign.advertise(
            Advertisement(encode_iphone_background(), b"\x01\x02\x03\x04\x05\x46", connectable=True)
        )
        await street.live(60.0)
        assert [event.ok for event in an.told(IPhoneRead)] == [False]
        await foreign.close()

    street = on_street(scene)
    assert street.air.connections == 1
    assert len(street.phones[0].log) == 0


def test_an_iphone_that_never_answers_costs_ten_seconds_and_no_more(on_street):
    async def scene(street):
        an = street.phone("An", config=NodeConfig(schemes=(), scan=DutyCycle(60, 0)))
        mute = virtual_radio(street.air.add_station("mute", (1.0, 0.0)))
        await mute.open()  # shows the overflow area but accepts no connection
        await mute.advertise(Advertisement(encode_iphone_background(), b"\x01\x02\x03\x04\x05\x06"))
        await street.live(30.0)
        (failure,) = an.told(IPhoneRead)
        assert failure.ok is False
        assert 10.0 <= failure.time_s - an.told(ScanStarted)[0].time_s < 12.0
        await mute.close()

    on_street(scene)


def test_sightings_carry_the_end_of_the_scan_before(on_street):
    async def scene(street):
        street.phone("An"), street.phone("Binh", (1.0, 0.0))
        await street.live(12 * MINUTE)

    seen = on_street(scene).phones[0].log.sightings(Scheme.EN)
    rows = [seen.sighting(row) for row in range(len(seen.time_s))]
    pairs = {(row.time_s // 300, row.previous_scan_s) for row in rows}
    first = 1_600_000_200
    assert pairs == {
        (first // 300, 0),
        (first // 300 + 1, first + 40),
        (first // 300 + 2, first + 340),
    }


def test_the_strength_is_corrected_before_it_is_recorded(on_street):
    async def scene(street):
        street.phone("An", config=NodeConfig(rssi_correction_db=-40))
        street.phone("Binh", (1.0, 0.0))
        await street.live(60.0)

    an, binh = on_street(scene).phones
    corrected = [event.rssi_dbm for event in an.told(Heard)]
    plain = [event.rssi_dbm for event in binh.told(Heard)]
    assert sum(corrected) / len(corrected) < sum(plain) / len(plain) - 25
    assert min(corrected) >= -127


class Checks:
    """Stands in for the servers' side: fails once, then finds something."""

    def __init__(self):
        self.times = []

    async def check(self, now):
        self.times.append(now)
        if len(self.times) == 1:
            raise ProtocolError("the server is away")
        return CheckReport(files=1, keys=3, matched=1, warned=Warned(now, "high"))


def test_published_keys_are_looked_for_on_schedule_and_on_demand(on_street):
    checks = Checks()

    async def scene(street):
        config = NodeConfig(schemes=(), check_every_s=600.0)
        an = street.phone("An", config=config, check=checks)
        street.loop.call_later(700.0, an.node.check_now)
        await street.live(1_400.0)

    street = on_street(scene)
    an = street.phones[0]
    assert [time - 1_600_000_200 for time in checks.times] == [0, 600, 700, 1_300]
    assert [event.code for event in an.told(Fault)] == ["protocol_error"]
    assert [event.matched for event in an.told(Checked)] == [1, 1, 1]
    assert len(an.told(Warned)) == 3


def test_stop_leaves_nothing_running(on_street, caplog):
    async def scene(street):
        before = asyncio.all_tasks()
        street.phone("An"), street.phone("Binh", (1.0, 0.0), NodeConfig(iphone="foreground"))
        with caplog.at_level(logging.WARNING, "asyncio"):
            await street.live(137.7)
        assert asyncio.all_tasks() == before
        assert not any(phone.controller.on_air for phone in street.phones)
        assert all(phone.told(Stopped) for phone in street.phones)

    on_street(scene)
    assert [record for record in caplog.records if record.name == "asyncio"] == []


def test_cancelling_a_node_switches_its_radio_off(on_street):
    async def scene(street):
        an = street.phone("An")
        task = asyncio.create_task(an.node.run())
        await asyncio.sleep(3.3)
        assert an.controller.on_air
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not an.controller.on_air
        assert an.told(Stopped)

    on_street(scene)


def test_a_radio_that_fails_is_opened_again(on_street):
    async def scene(street):
        an = street.phone("An")
        street.loop.call_later(100.0, setattr, an.controller, "host", None)  # goes silent
        await street.live(200.0)
        silent_from = an.told(Fault)[0].time_s
        assert an.told(Fault)[0].code == "radio_no_answer"
        assert [e for e in an.told(AdvertisingStarted) if e.time_s > silent_from]

    on_street(scene)


def test_the_same_chance_gives_the_same_street(on_street):
    async def scene(street):
        for name, east in (("An", 0.0), ("Binh", 3.0), ("Chi", 9.0)):
            street.phone(name, (east, 0.0))
        await street.live(15 * MINUTE)

    one, other = on_street(scene), on_street(scene)
    for phone, twin in zip(one.phones, other.phones, strict=True):
        assert phone.events == twin.events
        assert phone.told(AdvertisingStopped)
