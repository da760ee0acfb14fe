from bluezone.phone.node.iphone_cache import FIRST_REST_S, LONGEST_REST_S, Ask, IPhoneCache
from bluezone.phone.radio.radio import Address
from bluezone.protocol.bluezone.day_key import BluezoneId

SLOT_S = 900.0
IVY, IAN = Address(b"ivy..."), Address(b"ian...")
ID = BluezoneId(bytes(range(12)))
NOW = 1_600_000_200.0
DAY_S = 86_400


def cache():
    return IPhoneCache(lambda now: (now // SLOT_S + 1) * SLOT_S)


def test_an_unknown_phone_is_read_once_not_twice():
    phones = cache()
    assert phones.ask(IVY, NOW) is Ask.READ
    assert phones.ask(IVY, NOW + 1) is Ask.LEAVE
    assert phones.ask(IAN, NOW + 1) is Ask.READ


def test_a_known_id_counts_until_its_slot_ends():
    phones = cache()
    phones.ask(IVY, NOW)
    phones.known(IVY, ID, NOW + 2)
    border = (NOW // SLOT_S + 1) * SLOT_S
    assert phones.ask(IVY, border - 0.001) == ID
    assert phones.ask(IVY, border) is Ask.READ


def test_the_same_slot_of_another_day_is_another_time():
    phones = cache()
    phones.known(IVY, ID, NOW)
    assert phones.ask(IVY, NOW + DAY_S) is Ask.READ


def test_a_phone_that_failed_is_left_alone_longer_each_time():
    phones, now, rests = cache(), NOW, []
    assert phones.ask(IVY, now) is Ask.READ
    for _ in range(6):
        phones.failed(IVY, now)
        rest = next(s for s in range(10_000) if phones.ask(IVY, now + s) is Ask.READ)
        rests.append(rest)
        now += rest
    assert rests == [60, 120, 240, 480, 900, 900]
    assert (rests[0], rests[-1]) == (FIRST_REST_S, LONGEST_REST_S)


def test_success_makes_up_for_earlier_failures():
    phones = cache()
    phones.failed(IVY, NOW)
    phones.failed(IVY, NOW)
    phones.known(IVY, ID, NOW)
    phones.failed(IVY, NOW)
    assert phones.ask(IVY, NOW + FIRST_REST_S) is Ask.READ


def test_the_memory_is_bounded_and_forgets_the_oldest():
    phones = cache()
    for number in range(5_000):
        phones.known(Address(number.to_bytes(6, "little")), ID, NOW)
    assert len(phones) == 1024
    assert phones.ask(Address((4_999).to_bytes(6, "little")), NOW) == ID
    assert phones.ask(Address((0).to_bytes(6, "little")), NOW) is Ask.READ


def test_no_id_shows_in_a_repr():
    phones = cache()
    phones.known(IVY, ID, NOW)
    assert repr(bytes(ID))[2:-1] not in repr(vars(phones))
