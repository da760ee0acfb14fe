import random

import pytest

from bluezone.phone.key_store import KeyStore
from bluezone.phone.node import IPhoneState, NodeConfig
from bluezone.phone.node.identity import Identity, next_border_s, private_address
from bluezone.phone.sighting import Scheme

MIDNIGHT = 1_599_955_200


@pytest.fixture
def keys():
    with KeyStore.open(":memory:", rng=random.Random(1).randbytes) as store:
        yield store


def test_borders_are_those_of_slots_and_intervals():
    assert next_border_s(Scheme.BLUEZONE, MIDNIGHT) == MIDNIGHT + 900
    assert next_border_s(Scheme.BLUEZONE, MIDNIGHT + 899.9) == MIDNIGHT + 900
    assert next_border_s(Scheme.EN, MIDNIGHT + 599.9) == MIDNIGHT + 600
    assert next_border_s(Scheme.EN, MIDNIGHT + 600) == MIDNIGHT + 1200


def test_address_and_identifier_change_together_and_only_then(keys):
    identity = Identity(NodeConfig(), keys, random.Random(2).randbytes)
    shown = {}
    for now in range(MIDNIGHT, MIDNIGHT + 7200, 60):
        for scheme in Scheme:
            advertisement, fresh = identity.advertisement(scheme, now)
            before = shown.get(scheme)
            assert fresh == (before is None or before.data != advertisement.data)
            assert fresh == (before is None or before.address != advertisement.address)
            shown[scheme] = advertisement
    assert shown[Scheme.EN].address != shown[Scheme.BLUEZONE].address


@pytest.mark.parametrize(("resolvable", "top"), [(False, 0b00), (True, 0b01)])
def test_a_private_address_has_the_bits_of_its_kind(resolvable, top):
    rng = random.Random(3).randbytes
    made = [private_address(rng, resolvable=resolvable) for _ in range(200)]
    assert {address[5] >> 6 for address in made} == {top}
    assert len(set(made)) == 200


@pytest.mark.parametrize("state", list(IPhoneState))
def test_an_iphone_is_connectable_and_shows_no_identifier(keys, state):
    identity = Identity(NodeConfig(iphone=state), keys, random.Random(4).randbytes)
    advertisement, _ = identity.advertisement(Scheme.BLUEZONE, MIDNIGHT)
    assert advertisement.connectable
    assert keys.bluezone_id_at(MIDNIGHT) not in advertisement.data
    assert advertisement.address[5] >> 6 == 0b01


def test_an_android_phone_takes_no_connections(keys):
    identity = Identity(NodeConfig(), keys, random.Random(5).randbytes)
    assert not any(identity.advertisement(scheme, MIDNIGHT)[0].connectable for scheme in Scheme)
