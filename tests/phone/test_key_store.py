"""Own keys: independent per day, replaced at once when shared, gone after 14 days."""

import hashlib
import stat
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.phone.key_store import KeyStore, OwnKeys, RandomBytes
from bluezone.protocol.bluezone.day_key import expand_day_key, next_day_key
from bluezone.protocol.en.metadata import crypt_metadata, decode_metadata
from bluezone.protocol.en.tek import Tek, expand_tek

MIDNIGHT = 1_596_844_800  # 2020-08-08 00:00:00 UTC
DAY_S = 86_400
NOON = MIDNIGHT + DAY_S // 2


def counting_bytes() -> RandomBytes:
    numbers = count(1)
    return lambda size: hashlib.shake_256(next(numbers).to_bytes(4, "big")).digest(size)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "phone" / "keys.sqlite3"


@pytest.fixture
def store(path):
    with KeyStore.open(path, rng=counting_bytes()) as opened:
        yield opened


def broadcast(store: KeyStore, now: int) -> tuple[bytes, bytes]:
    return store.en_broadcast(now, -20, 2)[0], store.bluezone_id_at(now)


def revealed(keys: OwnKeys) -> set[bytes]:
    ids: set[bytes] = set()
    for key in keys.en:
        ids.update(expand_tek(Tek(key.key), key.start, key.period))
    for day_key in keys.bluezone:
        ids.update(expand_day_key(day_key.key, day_key.slots))
    return ids


def test_a_day_has_one_key_of_each_scheme_that_starts_at_utc_midnight(store):
    tek = store.tek_at(NOON)
    assert (tek.start, tek.period) == (MIDNIGHT // 600, 144)
    assert store.tek_at(MIDNIGHT) == store.tek_at(MIDNIGHT + DAY_S - 1) == tek
    assert store.day_key_at(MIDNIGHT) == store.day_key_at(MIDNIGHT + DAY_S - 1)


def test_keys_survive_a_restart(path):
    with KeyStore.open(path, rng=counting_bytes()) as store:
        before = broadcast(store, NOON)
    with KeyStore.open(path, rng=counting_bytes()) as store:
        assert broadcast(store, NOON) == before


def test_keys_of_two_days_are_independent_draws(store):
    first, second = store.day_key_at(NOON), store.day_key_at(NOON + DAY_S)
    assert second not in {first, next_day_key(first)}
    assert store.tek_at(NOON).key != store.tek_at(NOON + DAY_S).key


@pytest.mark.parametrize("border", [NOON, MIDNIGHT, MIDNIGHT + DAY_S, NOON + 600])
def test_the_rpi_changes_exactly_at_the_interval_border(store, border):
    def rpi(now: int) -> bytes:
        return store.en_broadcast(now, -20, 2)[0]

    assert rpi(border - 1) == rpi(border - 600)
    assert rpi(border) != rpi(border - 1)
    assert rpi(border) == rpi(border + 599)


@pytest.mark.parametrize("border", [NOON, MIDNIGHT, MIDNIGHT + DAY_S, NOON + 900])
def test_the_bluezone_id_changes_exactly_at_the_slot_border(store, border):
    assert store.bluezone_id_at(border - 1) == store.bluezone_id_at(border - 900)
    assert store.bluezone_id_at(border) != store.bluezone_id_at(border - 1)
    assert store.bluezone_id_at(border) == store.bluezone_id_at(border + 899)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3 * DAY_S))
def test_nothing_changes_before_the_announced_instant_and_something_does_then(offset):
    now = MIDNIGHT + offset
    with KeyStore.open(":memory:", rng=counting_bytes()) as store:
        seen = store.advertised(now, tx_power_dbm=-20, confidence=2)
        assert now < seen.until_s <= now + 600
        assert broadcast(store, now) == (seen.rpi, seen.bluezone_id)
        assert broadcast(store, seen.until_s - 1) == (seen.rpi, seen.bluezone_id)
        assert broadcast(store, seen.until_s) != (seen.rpi, seen.bluezone_id)


def test_the_metadata_carries_power_and_confidence_under_the_key_of_the_day(store):
    rpi, aem = store.en_broadcast(NOON, -17, 3)
    plain = decode_metadata(crypt_metadata(Tek(store.tek_at(NOON).key), rpi, aem))
    assert (plain.version_major, plain.version_minor) == (1, 1)
    assert (plain.tx_power_dbm, plain.confidence) == (-17, 3)


def live(store: KeyStore, days: int) -> int:
    """Broadcast at noon of `days` days and return the last of these instants."""
    for day in range(days):
        broadcast(store, NOON + day * DAY_S)
        store.forget_before(NOON + day * DAY_S)
    return NOON + (days - 1) * DAY_S


def test_the_last_fourteen_days_are_offered_and_nothing_older(store):
    now = live(store, 20)
    keys = store.keys_to_share(now)
    today = now // DAY_S
    assert [key.start // 144 for key in keys.en] == list(range(today - 13, today + 1))
    assert [k.time_start // DAY_S for k in keys.bluezone] == list(range(today - 13, today + 1))
    assert keys.days == tuple(range(today - 13, today + 1))


def test_the_key_in_use_is_offered_up_to_the_end_of_the_interval_under_way(store):
    broadcast(store, NOON)
    (tek,) = store.keys_to_share(NOON + 30).en
    assert (tek.start, tek.period) == (MIDNIGHT // 600, 73)
    assert store.tek_at(NOON).period == 144


def test_looking_at_what_would_be_shared_changes_nothing(store):
    now = live(store, 3)
    assert store.keys_to_share(now) == store.keys_to_share(now)
    before = broadcast(store, now + 3600)
    store.keys_to_share(now)
    assert broadcast(store, now + 3600) == before


def test_after_a_share_nothing_that_was_revealed_is_broadcast_beyond_the_next_border(store):
    now = live(store, 3) + 123
    ids = revealed(store.release(now))
    assert broadcast(store, now)[0] in ids
    later = range(now // 900 * 900 + 900, now + 2 * DAY_S, 300)
    assert not [t for t in later if ids & set(broadcast(store, t))]
    in_next_interval = now // 600 * 600 + 600
    assert store.en_broadcast(in_next_interval, -20, 2)[0] not in ids


def test_everything_broadcast_up_to_the_share_is_revealed_by_it(store):
    live(store, 2)
    now = NOON + DAY_S + 123
    heard = {b for t in range(NOON + DAY_S, now + 1, 41) for b in broadcast(store, t)}
    assert heard <= revealed(store.rotate_after_share(now))


def test_the_new_key_starts_where_the_shared_one_was_cut(store):
    broadcast(store, NOON)
    (shared,) = store.rotate_after_share(NOON + 30).en
    new = store.tek_at(NOON + 600)
    assert shared.start + shared.period == new.start == NOON // 600 + 1
    assert new.start + new.period == (MIDNIGHT + DAY_S) // 600


def test_a_second_share_offers_only_what_was_not_published(store):
    now = live(store, 3)
    first = store.rotate_after_share(now)
    assert not store.keys_to_share(now)
    broadcast(store, now + 3600)
    second = store.keys_to_share(now + 3600)
    assert (len(second.en), len(second.bluezone)) == (1, 1)
    assert not revealed(first) & revealed(second)
    assert second.bluezone[0].time_start == first.bluezone[-1].time_start


def test_keys_that_were_released_but_not_published_are_offered_again(store):
    now = live(store, 3)
    released = store.release(now)
    assert store.keys_to_share(now + 60) == released
    store.mark_shared(released)
    assert not store.keys_to_share(now + 60)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=5))
def test_shared_keys_of_a_day_never_overlap(waits):
    now = MIDNIGHT
    stretches: list[tuple[int, int]] = []
    with KeyStore.open(":memory:", rng=counting_bytes()) as store:
        for wait in waits:
            now += wait
            broadcast(store, now)
            keys = store.rotate_after_share(now).en
            stretches += [(key.start, key.start + key.period) for key in keys]
    assert stretches == sorted(stretches)
    assert all(a[1] <= b[0] for a, b in pairwise(stretches))
    assert all(1 <= end - begin <= 144 for begin, end in stretches)


def test_a_clock_set_back_never_brings_a_shared_key_on_the_air_again(store):
    now = live(store, 3)
    ids = revealed(store.rotate_after_share(now))
    earlier = (now - 3600, now - DAY_S, MIDNIGHT)
    assert not [t for t in earlier if ids & set(broadcast(store, t))]


def test_keys_made_in_a_time_already_shared_are_never_offered(store):
    now = live(store, 2)
    store.rotate_after_share(now)
    broadcast(store, now - 3600)
    assert not store.keys_to_share(now)


def test_keys_are_gone_from_the_file_after_fourteen_days(path):
    with KeyStore.open(path, rng=counting_bytes()) as store:
        old = [store.tek_at(NOON).key, bytes(store.day_key_at(NOON))]
        live(store, 15)
        kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert all(key in kept for key in old)
        for day in (15, 16):
            store.forget_before(NOON + day * DAY_S)
        left = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert not [key for key in old if key in left]


def test_a_clock_far_in_the_future_does_not_delete_the_keys(store):
    now = live(store, 3)
    assert store.forget_before(now + 300 * DAY_S) == 0
    assert len(store.keys_to_share(now).en) == 3


def test_only_the_owner_can_read_the_file_and_the_repr_shows_no_key(store, path):
    key = store.tek_at(NOON).key
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    advertised = store.advertised(NOON, tx_power_dbm=0, confidence=0)
    shown = f"{store!r} {store.keys_to_share(NOON)!r} {advertised!r}"
    assert key.hex() not in shown
    assert repr(key) not in shown


def test_two_processes_agree_on_the_key_of_the_day_and_on_its_rotation(path):
    with (
        KeyStore.open(path, rng=counting_bytes()) as node,
        KeyStore.open(path, rng=lambda size: b"\xee" * size) as command,
    ):
        assert broadcast(node, NOON) == broadcast(command, NOON)
        ids = revealed(command.rotate_after_share(NOON))
        assert not ids & set(broadcast(node, NOON + 900))
