"""`bluezone units`: loading and looking up, results on stdout, messages on stderr."""

import json
import os
from pathlib import Path

import django
import pytest
from click.testing import CliRunner, Result

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bluezone.portal.settings")
django.setup()

from bluezone.cli.units import NotPreparedError, command  # noqa: E402 - after Django's start
from bluezone.portal.units.errors import (  # noqa: E402 - the same
    InvalidTableError,
    UnknownEditionError,
)
from bluezone.portal.units.models import Edition, Unit  # noqa: E402 - the same

LAOS = ["--edition", "la2020", "--country", "la", "--name", "Lào 2020", "--nation", "Lào"]
LAOS += ["--valid-from", "2020-01-01"]
TREE = "level,code,parent,kind,name\nprovince,1,,Khoueng,Vientiane\ndistrict,11,1,Muang,Sikhot\n"

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=True)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "tree.csv"
    path.write_text(TREE, encoding="utf-8")
    return path


def test_an_edition_of_the_package_is_loaded_and_again_nothing_changes() -> None:
    first = run("load", "--edition", "vn2025", "--json")
    again = run("load", "--edition", "vn2025", "--json")

    row = json.loads(first.stdout)
    assert (row["what"], row["province"], row["commune"]) == ("vn2025", 34, 3321)
    assert json.loads(again.stdout)["unchanged"] == row["created"] == 3356


def test_any_country_is_loaded_from_a_table(table: Path) -> None:
    result = run("load", "--from", str(table), *LAOS)

    assert result.exit_code == 0
    assert "3 new" in result.stdout
    assert Unit.objects.get(path="la2020.1.11").full_name == "Muang Sikhot"
    assert Edition.objects.get(id="la2020").country == "la"


def test_one_wrong_row_loads_nothing_and_is_named(table: Path) -> None:
    table.write_text(TREE + "district,12,9,Muang,Xay\n", encoding="utf-8")

    result = run("load", "--from", str(table), *LAOS)

    assert isinstance(result.exception, InvalidTableError)
    assert "tree.csv, row 4, column parent: there is no unit 9" in str(result.exception)
    assert not Unit.objects.exists()


def test_the_message_is_vietnamese_where_the_machine_speaks_it(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    table.write_text(TREE + "district,12,9,Muang,Xay\n", encoding="utf-8")

    result = run("load", "--from", str(table), *LAOS)

    assert "tree.csv, dòng 4, cột parent:" in str(result.exception)


def test_good_rows_are_kept_when_asked(table: Path) -> None:
    table.write_text(TREE + "district,12,9,Muang,Xay\n", encoding="utf-8")

    result = run("load", "--from", str(table), *LAOS, "--keep-good", "--json")

    assert json.loads(result.stdout)["refused"] == 1
    assert "row 4" in result.stderr
    assert Unit.objects.count() == 3


def test_a_new_edition_must_be_described(table: Path) -> None:
    result = run("load", "--from", str(table), "--edition", "la2020")

    assert result.exit_code == 2
    assert "--valid-from" in result.stderr


def test_an_edition_that_is_not_in_the_package_needs_a_file() -> None:
    result = run("load", *LAOS)

    assert isinstance(result.exception, UnknownEditionError)
    assert "--from" in str(result.exception)


def test_files_that_are_no_tables_of_units_are_left_aside_and_named(
    tmp_path: Path, table: Path
) -> None:
    table.rename(tmp_path / "la2020.csv")
    (tmp_path / "notes.csv").write_text("a\n", encoding="utf-8")

    result = run("load", "--from", str(tmp_path), *LAOS)

    assert result.exit_code == 0
    assert "notes.csv" in result.stderr


def test_public_lists_of_vietnam_are_loaded_as_they_are(shared: Path) -> None:
    result = run("load", "--from", str(shared / "data" / "vn_admin"), "--edition", "vn2025")

    assert result.exit_code == 0
    assert Unit.objects.filter(edition="vn2025", level="commune").count() == 3321


def test_a_search_prints_paths_and_names(table: Path) -> None:
    run("load", "--from", str(table), *LAOS)

    plain = run("search", "sikh")
    row = json.loads(run("search", "sikh", "--edition", "la2020", "--json").stdout)

    assert plain.stdout.split() == ["la2020.1.11", "Muang", "Sikhot,", "Khoueng", "Vientiane"]
    assert row == {
        "path": "la2020.1.11",
        "level": "district",
        "name": "Muang Sikhot",
        "above": "Khoueng Vientiane",
    }


def test_without_tables_the_command_says_to_migrate(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError  # noqa: PLC0415 - after Django's start

    def missing() -> int:
        raise OperationalError("no such table")

    monkeypatch.setattr(Edition.objects, "count", missing)

    result = run("load")

    assert isinstance(result.exception, NotPreparedError)
    assert "bluezone migrate" in str(result.exception)


MERGED = "level,code,parent,name\nprovince,1,,Vientiane\ncommune,11,1,Sikhot\ncommune,12,1,Xay\n"


def test_villages_and_roles_are_carried_over_a_merger_only_when_asked(tmp_path: Path) -> None:
    """Shown first, done with --apply; a role whose unit grew only with --wider."""
    from bluezone.portal.accounts.memberships import create_member  # noqa: PLC0415 - needs tables
    from bluezone.portal.accounts.services import create_staff  # noqa: PLC0415 - the same

    tree = TREE + "commune,111,11,,Trọn\ncommune,112,11,,Gộp\ncommune,113,11,,Thêm\n"
    links = "level,old,new\nprovince,1,1\ncommune,111,11\ncommune,112,12\ncommune,113,12\n"
    for name, text in (("old", tree), ("new", MERGED), ("successors_la2020_la2025", links)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    later = [*LAOS[:1], "la2025", *LAOS[2:-1], "2025-07-01"]
    assert run("load", "--from", str(tmp_path / "old.csv"), *LAOS).exit_code == 0
    assert run("load", "--from", str(tmp_path / "new.csv"), *later).exit_code == 0
    assert run("load", "--from", str(tmp_path / "successors_la2020_la2025.csv")).exit_code == 0
    village = ["--edition", "la2020", "--from", str(tmp_path / "la2020_villages.csv"), *LAOS[2:]]
    (tmp_path / "la2020_villages.csv").write_text(
        "code,parent,name\nv01,111,Dong\nv02,113,Tay\n", encoding="utf-8"
    )
    assert run("load", *village).exit_code == 0
    for name, path in (("an", "111"), ("binh", "112"), ("chi", "")):
        unit = Unit.objects.get(path=f"la2020.1.11.{path}".rstrip("."))
        create_member(create_staff(name, "mot hai ba bon nam", ""), unit, "unit_manager")

    def rows(*options: str) -> dict[str, tuple[str, str | None]]:
        result = run("carry", "--from", "la2020", "--to", "la2025", "--json", *options)
        assert result.exit_code == 0, result.output
        found = map(json.loads, result.stdout.splitlines())
        return {f"{row['what']} {row['from']}": (row["done"], row["to"]) for row in found}

    one, two = "village la2020.1.11.111.v01", "village la2020.1.11.113.v02"
    an, binh = "an unit_manager la2020.1.11.111", "binh unit_manager la2020.1.11.112"
    chi: dict[str, tuple[str, str | None]] = {"chi unit_manager la2020.1.11": ("by hand", None)}
    seen = rows()
    assert seen == chi | {
        one: ("would be", "la2025.1.11"),
        two: ("would be", "la2025.1.12"),
        an: ("would be", "la2025.1.11"),
        binh: ("wider", "la2025.1.12"),
    }
    assert rows() == seen
    done = rows("--apply")
    assert done[one] == ("carried", "la2025.1.11.v01")
    assert (done[an][0], done[binh][0]) == ("carried", "wider")
    assert rows("--apply", "--wider") == chi | {binh: ("carried", "la2025.1.12")}
    assert rows() == chi


def test_figures_are_not_carried_backwards_nor_between_unknown_editions(table: Path) -> None:
    assert run("load", "--from", str(table), *LAOS).exit_code == 0
    result = run("carry", "--from", "la2020", "--to", "la2025")
    assert isinstance(result.exception, UnknownEditionError)
