import asyncio

import numpy as np
import pytest
from bumble import hci

from bluezone.phone.radio.errors import ConnectionFailedError
from bluezone.phone.radio.legacy_air import RadioConfig
from bluezone.phone.radio.path_loss import Carriage, PathLoss
from bluezone.phone.radio.radio import Address, Advertisement
from bluezone.phone.radio.virtual_air import VirtualAir
from bluezone.phone.radio.virtual_radio import virtual_radio
from bluezone.phone.radio.virtual_time import run_virtual

HERE, SERVICE, VALUE = (0.0, 0.0), bytes(range(16)), bytes(range(16, 32))
STEADY = PathLoss(shadowing_db=0.0, rician_k=1e9)


def address(number):
    return Address(bytes((number, 2, 3, 4, 5, 6)))


def advertisement(data, number, **kwargs):
    return Advertisement(data, address(number), **kwargs)


def on_air(scene, path_loss=None):
    async def main(_loop):
        return await scene(VirtualAir(np.random.default_rng(5), path_loss))

    return run_virtual(main, start_s=1_600_000_000.0)


async def hear(air, sender_place, seconds=10.0, carriage=Carriage.HAND, data=b"\x02\x01\x02"):
    """Return what a radio at (0, 0) hears of one at `sender_place`."""
    sender = virtual_radio(air.add_station("sender", sender_place, carriage=carriage))
    listener = virtual_radio(air.add_station("listener", HERE))
    heard = []
    await sender.open()
    await listener.open()
    await listener.start_scan(heard.append)
    await sender.advertise(advertisement(data, 1))
    await asyncio.sleep(seconds - 0.5)
    await sender.close()
    await listener.close()
    return heard


def test_advertising_data_arrive_byte_for_byte():
    data = bytes(range(31))
    heard = on_air(lambda air: hear(air, (1.0, 0.0), data=data))
    assert {(packet.data, packet.address, packet.address_type) for packet in heard} == {
        (data, address(1), 1)
    }
    assert len(heard) == 10


@pytest.mark.parametrize("metres", [0.5, 1.0, 2.0, 8.0])
def test_the_strength_is_that_of_the_model(metres):
    heard = on_air(lambda air: hear(air, (0.0, metres)), STEADY)
    assert {packet.rssi_dbm for packet in heard} == {round(STEADY.mean_dbm(metres))}


def test_a_pocket_takes_its_toll():
    hand = on_air(lambda air: hear(air, (1.0, 0.0)), STEADY)
    pocket = on_air(lambda air: hear(air, (1.0, 0.0), carriage=Carriage.POCKET), STEADY)
    assert hand[0].rssi_dbm - pocket[0].rssi_dbm == 8


def test_under_the_sensitivity_nothing_is_received():
    edge_m = 10 ** ((STEADY.reference_dbm - STEADY.sensitivity_dbm) / (10 * STEADY.exponent))
    assert on_air(lambda air: hear(air, (edge_m * 0.98, 0.0)), STEADY)
    assert not on_air(lambda air: hear(air, (edge_m * 1.02, 0.0)), STEADY)


def test_packets_vary_and_chance_repeats():
    one = on_air(lambda air: hear(air, (2.0, 0.0), seconds=60.0))
    other = on_air(lambda air: hear(air, (2.0, 0.0), seconds=60.0))
    assert one == other
    assert len({packet.rssi_dbm for packet in one}) > 5


def test_places_may_change():
    async def scene(air):
        station = air.add_station("walker", HERE)
        other = air.add_station("other", (3.0, 4.0))
        assert air.distance_m(station, other) == 5.0
        air.move(station, lambda: (3.0, 0.0))
        assert air.distance_m(station, other) == 4.0
        air.remove_station(station)
        air.remove_station(station)
        assert station not in air.controllers

    on_air(scene)


def test_a_radio_that_does_not_scan_hears_nothing():
    async def scene(air):
        sender = virtual_radio(air.add_station("sender", HERE))
        deaf = virtual_radio(air.add_station("deaf", HERE))
        heard = []
        await sender.open()
        await deaf.open()
        await deaf.start_scan(heard.append)
        await deaf.stop_scan()
        await sender.advertise(advertisement(b"\x02\x01\x02", 1))
        await asyncio.sleep(5)
        await sender.close()
        await deaf.close()
        return heard

    assert on_air(scene) == []


def test_the_random_address_cannot_change_while_in_use():
    async def scene(air):
        controller = air.add_station("busy", HERE)
        radio = virtual_radio(controller)
        await radio.open()
        await radio.start_scan(lambda _: None)
        command = hci.HCI_LE_Set_Random_Address_Command(
            random_address=hci.Address(bytes(6), hci.AddressType.RANDOM_DEVICE)
        )
        refused = controller.on_hci_le_set_random_address_command(command).status
        await radio.stop_scan()
        allowed = controller.on_hci_le_set_random_address_command(command).status
        await radio.close()
        return refused, allowed

    assert on_air(scene) == (
        hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR,
        hci.HCI_ErrorCode.SUCCESS,
    )


def test_an_address_changes_also_during_a_scan():
    async def scene(air):
        radio = virtual_radio(air.add_station("both", HERE))
        other = virtual_radio(air.add_station("other", HERE))
        mine, theirs = [], []
        for one, heard in ((radio, mine), (other, theirs)):
            await one.open()
            await one.start_scan(heard.append)
        await other.advertise(advertisement(b"\x02\x01\x02", 9))
        for number in range(3):
            await radio.advertise(advertisement(b"\x02\x01\x02", number))
            await asyncio.sleep(2)
        await radio.close()
        await other.close()
        return {packet.address for packet in theirs}, len(mine)

    addresses, heard_meanwhile = on_air(scene)
    assert addresses == {address(number) for number in range(3)}
    assert heard_meanwhile >= 5


async def served(air, place=(1.0, 0.0)):
    peripheral = virtual_radio(air.add_station("peripheral", place))
    await peripheral.open()
    reads = iter(range(100))
    await peripheral.serve_characteristic(
        lambda: bytes((next(reads),)) * 12, service=SERVICE, characteristic=VALUE
    )
    await peripheral.advertise(advertisement(b"\x02\x01\x02", 7, connectable=True))
    return peripheral


async def read(radio, limit_s=10.0, service=SERVICE):
    return await radio.read_characteristic(
        address(7), 1, service=service, characteristic=VALUE, limit_s=limit_s
    )


def test_a_characteristic_is_read_anew_each_time_and_advertising_goes_on():
    async def scene(air):
        peripheral = await served(air)
        central = virtual_radio(air.add_station("central", HERE))
        heard = []
        await central.open()
        values = [await read(central), await read(central)]
        await central.start_scan(heard.append)
        await asyncio.sleep(5)
        await central.close()
        await peripheral.close()
        return values, len(heard)

    values, heard = on_air(scene)
    assert values == [bytes(12), b"\x01" * 12]
    assert heard >= 4


def test_several_phones_read_one_after_the_other():
    async def scene(air):
        peripheral = await served(air)
        centrals = [virtual_radio(air.add_station(f"central {n}", HERE)) for n in range(4)]
        for number, central in enumerate(centrals):
            await central.open()
            await central.advertise(advertisement(b"\x02\x01\x02", 20 + number))
        values = await asyncio.gather(*(read(central) for central in centrals))
        for radio in (*centrals, peripheral):
            await radio.close()
        return values

    assert sorted(on_air(scene)) == [bytes((n,)) * 12 for n in range(4)]


@pytest.mark.parametrize(
    ("place", "service"),
    [((9_000.0, 0.0), SERVICE), ((1.0, 0.0), bytes(16))],
    ids=["out of reach", "another service"],
)
def test_a_read_that_cannot_succeed_fails_in_time(place, service):
    async def scene(air):
        peripheral = await served(air, place)
        central = virtual_radio(air.add_station("central", HERE))
        await central.open()
        start_s = asyncio.get_running_loop().time()
        with pytest.raises(ConnectionFailedError):
            await read(central, service=service)
        spent_s = asyncio.get_running_loop().time() - start_s
        air.move(next(iter(air.controllers - {None})), HERE)
        await central.close()
        await peripheral.close()
        return spent_s

    assert on_air(scene) <= 10.5


def test_after_a_failed_attempt_the_next_one_works():
    async def scene(air):
        central = virtual_radio(air.add_station("central", HERE))
        await central.open()
        with pytest.raises(ConnectionFailedError):
            await read(central, limit_s=2.0)
        peripheral = await served(air)
        value = await read(central)
        await central.close()
        await peripheral.close()
        return value

    assert on_air(scene) == bytes(12)


def test_a_phone_that_walks_off_during_a_read_costs_no_more_than_the_limit():
    async def scene(air):
        place = [1.0]
        controller = air.add_station("peripheral", lambda: (place[0], 0.0))
        peripheral = virtual_radio(controller)
        await peripheral.open()

        def leave():
            place[0] = 9_000.0
            return bytes(12)

        await peripheral.serve_characteristic(leave, service=SERVICE, characteristic=VALUE)
        await peripheral.advertise(advertisement(b"\x02\x01\x02", 7, connectable=True))
        central = virtual_radio(air.add_station("central", HERE))
        await central.open()
        start_s = asyncio.get_running_loop().time()
        with pytest.raises(ConnectionFailedError):
            await read(central)
        spent_s = asyncio.get_running_loop().time() - start_s
        await central.close()
        await peripheral.close()
        return spent_s

    assert 10.0 <= on_air(scene) <= 13.0


@pytest.mark.parametrize("moment", range(0, 60, 4))
def test_a_read_cancelled_at_any_moment_leaves_no_trace(moment, caplog):
    async def scene(air):
        before = asyncio.all_tasks()
        peripheral = await served(air)
        central = virtual_radio(air.add_station("central", HERE))
        await central.open()
        reading = asyncio.create_task(read(central))
        await asyncio.sleep(0.99 if moment % 8 else 1.0)  # the next packet comes at 1 s
        for _ in range(moment):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await central.close()
        await asyncio.sleep(5)
        await peripheral.close()
        return asyncio.all_tasks() == before

    assert on_air(scene)
    assert [record for record in caplog.records if record.name == "asyncio"] == []


def test_closing_a_radio_twice_is_fine():
    async def scene(air):
        radio = virtual_radio(air.add_station("one", HERE), RadioConfig())
        await radio.open()
        await radio.close()
        await radio.close()

    on_air(scene)
