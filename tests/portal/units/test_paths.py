"""Paths and the lookup that finds everything below one."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.units import paths
from bluezone.portal.units.models import Unit

CODES = st.sampled_from(["vn2025", "vn2025-06", "3", "30", "301", "A-b"])
PATHS = st.lists(CODES, min_size=1, max_size=4).map(lambda codes: paths.join(*codes))


@given(PATHS, PATHS)
def test_below_means_that_the_codes_begin_alike(path: str, top: str) -> None:
    codes, tops = path.split("."), top.split(".")

    assert paths.is_under(path, top) == (codes[: len(tops)] == tops)
    assert (top in paths.lineage(path)) == paths.is_under(path, top)


def test_the_lookup_leaves_out_what_only_begins_alike(zed: None) -> None:
    found = Unit.objects.filter(path__under="zz2020.1").values_list("path", flat=True)

    assert set(found) == {
        "zz2020.1",
        "zz2020.1.11",
        "zz2020.1.11.111",
        "zz2020.1.11.112",
        "zz2020.1.12",
        "zz2020.1.12.121",
        "zz2020.1.12.122",
    }


def test_the_lookup_uses_the_index(zed: None) -> None:
    plan = Unit.objects.filter(path__under="zz2020.1").explain()

    assert "SCAN" not in plan or connection.vendor != "sqlite"


@pytest.mark.parametrize("top", ["%", "zz2020._", "zz2020.1'", "", "."])
def test_a_path_that_is_none_finds_nothing(zed: None, top: str) -> None:
    assert not Unit.objects.below(top).exists()


def test_a_remainder_is_its_own_remainder() -> None:
    rest = paths.remainder_of("vn2025.31")

    assert rest == "vn2025.31.rest"
    assert paths.remainder_of(rest) == rest


@pytest.mark.parametrize("text", ["", "a.b", "Ω", "a b", "x" * 17])
def test_such_a_text_is_no_code(text: str) -> None:
    assert not paths.is_code(text)


def test_the_postgresql_form_escapes_what_like_would_read() -> None:
    column = Unit._meta.get_field("path").get_col("units_unit")
    compiler = Unit.objects.all().query.get_compiler("default")

    sql, parameters = paths.Under(column, "a_b%").as_postgresql(compiler, connection)

    assert "LIKE" in sql
    assert parameters == ("a_b%", "a\\_b\\%.%")
