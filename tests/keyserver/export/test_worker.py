"""Windows, fakes, splitting, regions: what ends up in the files."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bluezone.keyserver.settings import ExportSettings
from bluezone.protocol.export import read_export
from bluezone.protocol.scheme import Scheme

HOUR = 3600
NOON = 1_597_924_800
FILLING = ("min_keys", "min_keys_spread", "min_day_keys", "min_day_keys_spread")
MIDNIGHT = NOON - 12 * HOUR


def test_a_window_is_exported_when_it_is_two_hours_old(works: Any) -> None:
    works.publish(9, NOON)

    assert works.run(NOON + 3 * HOUR - 1) == []
    (published,) = works.run(NOON + 3 * HOUR)

    assert published.series == "en/hourly"
    assert (published.window_start, published.window_end) == (NOON, NOON + HOUR)
    assert (published.keys, published.files) == (9, 1)


def test_the_file_is_named_by_its_window_signed_and_complete(works: Any) -> None:
    keys = works.publish(9, NOON)
    works.run(NOON + 3 * HOUR)

    path = f"en/hourly/{NOON}-{NOON + HOUR}-00001.zip"
    assert works.index("en/hourly") == [path]
    export = works.read(path)
    assert {key.key for key in export.keys} == keys
    assert (export.start_s, export.end_s, export.region) == (NOON, NOON + HOUR, "VN")
    assert (export.batch_num, export.batch_size) == (1, 1)
    info = export.signature_infos[0]
    assert (info.key_id, info.key_version) == ("452", "v1")


def test_both_schemes_get_hourly_and_daily_packages(works: Any) -> None:
    teks = works.publish(9, NOON)
    days = works.publish(9, NOON, scheme=Scheme.BLUEZONE)
    works.run(MIDNIGHT + 26 * HOUR)

    for kind in ("hourly", "daily"):
        assert set(works.keys(f"en/{kind}")) == teks
        assert set(works.keys(f"bluezone/{kind}")) == days
    assert works.index("en/daily") == [f"en/daily/{MIDNIGHT}-{MIDNIGHT + 86400}-00001.zip"]


def test_an_empty_window_makes_no_file_but_an_index(works: Any) -> None:
    assert works.run(NOON) == []
    assert works.files() == []
    assert works.index("en/hourly") == works.index("bluezone/daily") == []


def test_windows_between_keys_are_stepped_over(works: Any) -> None:
    works.publish(9, NOON)
    works.publish(9, NOON + 30 * HOUR)
    hourly = [row for row in works.run(NOON + 33 * HOUR) if row.series == "en/hourly"]
    assert [row.window_start for row in hourly] == [NOON, NOON + 30 * HOUR]


def test_a_key_is_in_one_hourly_and_one_daily_file_however_often_the_worker_runs(
    works: Any,
) -> None:
    keys: set[bytes] = set()
    for hour in range(0, 30, 3):
        keys |= works.publish(5, NOON + hour * HOUR)
        works.run(NOON + hour * HOUR + 1800)
        works.run(NOON + hour * HOUR + 1800)
    works.run(NOON + 72 * HOUR)
    for series in ("en/hourly", "en/daily"):
        found = works.keys(series)
        assert len(found) == len(set(found)) == len(keys)
        assert set(found) == keys


def test_the_index_is_plain_ascii_oldest_first_and_relative(works: Any) -> None:
    for hour in (3, 1, 2, 10):
        works.publish(5, NOON + hour * HOUR)
    works.run(NOON + 13 * HOUR)
    index = works.index("en/hourly")
    assert index == [
        f"en/hourly/{NOON + hour * HOUR}-{NOON + (hour + 1) * HOUR}-00001.zip"
        for hour in (1, 2, 3, 10)
    ]
    assert works.raw("en/hourly/index.txt").decode("ascii").endswith(".zip\n")


def test_keys_stand_in_the_order_of_their_bytes(works: Any) -> None:
    for _ in range(4):
        works.publish(3, NOON)
    works.run(NOON + 3 * HOUR)
    found = works.keys("en/hourly")
    assert found == sorted(found)


# Fakes


def test_a_small_file_is_filled_up_with_fakes_that_copy_a_real_key(works: Any) -> None:
    works.publish(1, NOON)
    (published,) = works.run(NOON + 3 * HOUR)
    export = works.read(works.index("en/hourly")[0])

    assert 5 <= published.keys <= 8
    assert len({key.key for key in export.keys}) == published.keys
    assert len({replace(key, key=b"") for key in export.keys}) == 1


def test_a_large_enough_file_gets_no_fake(works: Any) -> None:
    keys = works.publish(5, NOON)
    works.run(NOON + 3 * HOUR)
    assert set(works.keys("en/hourly")) == keys


@pytest.mark.parametrize(("scheme", "least", "most"), [("en", 1000, 1100), ("bluezone", 27, 53)])
def test_the_default_size_hides_how_few_there_are(
    make_works: Any, scheme: str, least: int, most: int
) -> None:
    usual = {name: getattr(ExportSettings(), name) for name in FILLING}
    works = make_works(**usual)
    works.publish(14, NOON, scheme=Scheme(scheme))
    (published,) = works.run(NOON + 3 * HOUR)
    assert least <= published.keys <= most


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_fake_is_in_the_daily_file_too(make_works: Any, scheme: Scheme) -> None:
    works = make_works(min_keys=1000, min_keys_spread=100)
    works.publish(14, NOON, scheme=scheme)
    works.publish(2, NOON + HOUR, scheme=scheme)
    works.run(MIDNIGHT + 26 * HOUR)
    name = scheme.value
    assert set(works.keys(f"{name}/hourly")) == set(works.keys(f"{name}/daily"))


def test_exporting_the_same_window_twice_repeats_every_fake(make_works: Any) -> None:
    works = make_works(min_keys=1000, min_keys_spread=100)
    works.publish(14, NOON)
    works.run(NOON + 3 * HOUR)
    first = works.raw(works.index("en/hourly")[0])

    with works.store.writes.begin() as db:
        db.execute(text("UPDATE export_series SET exported_until = :s"), {"s": NOON})
    works.run(NOON + 3 * HOUR)

    assert works.raw(works.index("en/hourly")[0]) == first
    assert len(read_export(first).keys) >= 1000


# Splitting


def test_a_window_with_too_many_keys_is_split_and_later_files_end_later(make_works: Any) -> None:
    works = make_works(max_keys=10)
    keys = works.publish(25, NOON)
    (published,) = works.run(NOON + 3 * HOUR)

    assert (published.files, published.keys) == (3, 25)
    exports = [works.read(path) for path in works.index("en/hourly")]
    assert [len(export.keys) for export in exports] == [10, 10, 5]
    assert [export.end_s - NOON - HOUR for export in exports] == [0, 2, 3]
    assert [path[-9:-4] for path in works.index("en/hourly")] == ["00001", "00002", "00003"]
    assert set(works.keys("en/hourly")) == keys
    assert {(export.batch_num, export.batch_size) for export in exports} == {(1, 1)}


# Regions


def test_each_region_gets_its_keys_and_every_traveller(make_works: Any) -> None:
    works = make_works(regions=("VN", "LA"))
    at_home = works.publish(6, NOON)
    abroad = works.publish(6, NOON, region="LA")
    travelling = works.publish(6, NOON, region="LA", traveler=True)
    works.run(NOON + 3 * HOUR)
    assert set(works.keys("en/hourly")) == at_home | travelling
    assert set(works.keys("LA/en/hourly")) == abroad | travelling


# Late and early


def test_a_key_stored_after_its_window_was_closed_goes_into_the_next(works: Any) -> None:
    works.publish(9, NOON)
    works.run(NOON + 3 * HOUR)
    late = works.publish(9, NOON)  # the clock was set back
    works.run(NOON + 6 * HOUR)
    assert late <= set(works.keys("en/hourly"))


def test_a_key_under_embargo_stays_out_until_its_hour(works: Any) -> None:
    works.publish(9, NOON)
    later = works.publish(9, NOON + 13 * HOUR)
    works.run(NOON + 15 * HOUR)
    assert not later & set(works.keys("en/hourly"))
    works.run(NOON + 16 * HOUR)
    assert later <= set(works.keys("en/hourly"))


def test_keys_published_while_no_worker_ran_are_exported_at_its_first_run(works: Any) -> None:
    keys = works.publish(9, NOON - 5 * 86400)
    works.run(NOON)
    assert set(works.keys("en/hourly")) == set(works.keys("en/daily")) == keys


# Retention


def test_files_and_keys_go_after_336_hours(works: Any) -> None:
    works.publish(9, NOON)
    works.run(MIDNIGHT + 26 * HOUR)
    assert len(works.files()) == 2

    works.run(NOON + HOUR + 336 * HOUR)
    assert len(works.files()) == 2
    works.run(NOON + HOUR + 336 * HOUR + 1)
    assert works.files() == works.index("en/daily")
    works.run(NOON + 400 * HOUR)
    assert works.files() == works.index("en/hourly") == []
    with works.store.reads.begin() as db:
        for table in ("published_keys", "known_key", "export_file"):
            assert db.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one() == 0  # noqa: S608


def test_a_worker_that_slept_for_a_month_does_not_publish_what_is_too_old(works: Any) -> None:
    works.publish(9, NOON)
    assert works.run(NOON + 31 * 86400) == []
    assert works.files() == []


@given(
    publishes=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), min_size=1, max_size=8),
    runs=st.lists(st.integers(0, 45), max_size=5),
)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_every_key_reaches_the_phones_once(
    make_works: Any, publishes: list[tuple[int, int]], runs: list[int]
) -> None:
    works = make_works(max_keys=7)
    with works.store.writes.begin() as db:
        for table in ("published_keys", "known_key", "export_series", "export_file"):
            db.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - fixed names
    events = [(hour, 1, count) for hour, count in publishes] + [(hour, 0, 0) for hour in runs]
    keys: set[bytes] = set()
    for hour, publishing, count in sorted(events):
        if publishing:
            keys |= works.publish(count, NOON + hour * HOUR)
        else:
            works.run(NOON + hour * HOUR)
    works.run(NOON + 80 * HOUR)
    for series in ("en/hourly", "en/daily"):
        found = works.keys(series)
        assert len(found) == len(set(found))
        assert keys <= set(found)
