"""What is printed: sizes, fonts, codes, and that names cannot become markup."""

import datetime as dt
import re
import shutil
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.portal.accounts.tallies import Limit
from bluezone.portal.site import content, file_views, printing
from bluezone.portal.site.choices import SHEETS, Kind
from bluezone.portal.site.errors import (
    ContentError,
    PressBusyError,
    PrintError,
    UnknownLanguageError,
)
from bluezone.portal.site.posters import ALPHABET, end_of_month
from bluezone.portal.site.printing import KEPT_FILES, PPI, Press, typeset
from bluezone.portal.site.qr import matrix, svg, with_quiet_zone
from bluezone.portal.site.sheets import Imprint, sheet_data, template_of

ADDRESS = "https://bluezone.haiduong.example/q/K7M4XD"
NAME = "Phường Cẩm Thượng"
HOSTILE = [
    '#eval("1 + 1")',
    "#panic()",
    "\\",
    '"]); #pagebreak()',
    "$x$ *b* _i_ `c` <l> @ref // c /* d",
    "= Tên\n= khác",
    "#{while true {}}",
    "<script>alert(1)</script>",
]


def data(kind: str = "poster", language: str = "vi", unit: str = NAME) -> dict[str, object]:
    return sheet_data(kind, language, Imprint(unit, ADDRESS, "3", dt.date(2020, 9, 30)))


def pdf_of(kind: str, language: str = "vi", unit: str = NAME) -> bytes:
    return typeset(template_of(kind), data(kind, language, unit), kind="pdf", now=0)[0]


def objects(pdf: bytes) -> bytes:
    """Return the file with its compressed streams opened."""
    opened = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(opened)


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """Return the sizes of the pages in millimetres."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", objects(pdf))
    return [(float(w) * 25.4 / 72, float(h) * 25.4 / 72) for w, h in boxes]


@pytest.mark.parametrize("language", content.languages())
@pytest.mark.parametrize("kind", Kind.values)
def test_a_sheet_has_the_size_and_sides_of_its_kind(kind: str, language: str) -> None:
    sheet, sizes = SHEETS[kind], pages_of(pdf_of(kind, language))
    assert len(sizes) == sheet.pages
    for width, height in sizes:
        assert (round(width), round(height)) == (sheet.width_mm, sheet.height_mm)


@pytest.mark.parametrize("kind", ["wall", "poster", "leaflet"])
def test_long_names_and_addresses_still_fit(kind: str) -> None:
    long = "Thị trấn Nông trường Trần Phú, Huyện Văn Chấn, Tỉnh Yên Bái"
    address = "https://bluezone.tinh-thua-thien-hue.example/q/K7M4XD"
    said = sheet_data(kind, "vi", Imprint(long, address, "12", dt.date(2020, 9, 30)))
    made = typeset(template_of(kind), said, kind="pdf", now=0)[0]
    assert len(pages_of(made)) == SHEETS[kind].pages


def test_only_our_font_is_embedded() -> None:
    names = set(re.findall(rb"/FontName\s*/(?:[A-Z]{6}\+)?([\w-]+)", objects(pdf_of("leaflet"))))
    assert names
    assert all(name.startswith(b"BeVietnamPro") for name in names)
    assert b"/FontFile2" in objects(pdf_of("leaflet"))


@pytest.mark.parametrize("kind", Kind.values)
def test_a_picture_is_as_large_as_its_sheet(kind: str) -> None:
    made = typeset(template_of(kind), data(kind), kind="png", now=0)
    for picture in made:
        width, height = struct.unpack(">II", picture[16:24])
        assert abs(width - SHEETS[kind].width_mm / 25.4 * PPI) <= 1
        assert abs(height - SHEETS[kind].height_mm / 25.4 * PPI) <= 1


def test_the_code_says_the_address_and_is_large_enough() -> None:
    assert matrix(ADDRESS) == segno.make(ADDRESS, error="m", micro=False).matrix
    assert modules(svg(ADDRESS)) == [list(row) for row in matrix(ADDRESS)]
    for kind, sheet in SHEETS.items():
        assert sheet.qr_mm >= (80 if kind == Kind.WALL else 30)
    count = len(matrix(ADDRESS))
    assert with_quiet_zone(ADDRESS, 80) * count / (count + 8) == pytest.approx(80)


def test_the_code_keeps_30_mm_on_the_smallest_paper_that_the_corner_allows() -> None:
    widths = {"A3": 297, "A4": 210, "A5": 148}
    for kind, sheet in SHEETS.items():
        shown = sheet.qr_mm * widths[sheet.smallest] / sheet.width_mm
        assert shown >= (80 if kind == Kind.WALL else 30)


def modules(drawing: str) -> list[list[int]]:
    """Read the dark modules back from the drawing (runs `h<n>` after moves `m` and `M`)."""
    size = int(re.search(r'viewBox="0 0 (\d+)', drawing)[1])  # type: ignore[index]
    path = re.search(r'd="([^"]+)"', drawing)[1]  # type: ignore[index]
    x = y = 0.0
    found = [[0] * size for _ in range(size)]
    for command, first, second in re.findall(r"([MmhH])(-?[\d.]+)(?: ?(-?[\d.]+))?", path):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            for step in range(int(first)):
                found[int(y)][int(x) + step] = 1
            x += int(first)
    return [row[4:-4] for row in found[4:-4]]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["poster", "leaflet", "radio"])
def test_a_name_is_text_and_never_markup(kind: str, name: str) -> None:
    assert len(pages_of(pdf_of(kind, unit=name))) == SHEETS[kind].pages


@settings(max_examples=15)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60))
def test_any_name_can_be_printed(name: str) -> None:
    assert pdf_of("poster", unit=name).startswith(b"%PDF-")


def test_a_hostile_unit_can_be_printed_from_its_page(stranger: Client, country: Any) -> None:
    unit = country["vn2020.30"]
    unit.full_name = '#read("/etc/passwd") \\ "'
    unit.save()
    response = stranger.get("/materials/vn2020.30/poster-vi.pdf")
    assert response.status_code == 200
    assert b"root:" not in objects(response.content)


def test_the_same_sheet_is_set_once_and_the_oldest_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press = Press(tmp_path)
    first = press.get("leaflet", data("leaflet"), "png", page=1, now=0)
    assert len(list(tmp_path.iterdir())) == 2  # both sides at once
    monkeypatch.setattr("bluezone.portal.site.printing.typeset", _never)
    assert press.get("leaflet", data("leaflet"), "png", page=1, now=9) == first
    assert press.get("leaflet", data("leaflet"), "png", page=2, now=9) != first
    for number in range(KEPT_FILES + 5):
        (tmp_path / f"{number}.pdf").write_bytes(b"")
    press._forget_oldest()
    assert len(list(tmp_path.iterdir())) == KEPT_FILES


def _never(*_said: object, **_more: object) -> list[bytes]:
    raise AssertionError("was set again")


def test_the_same_poster_is_the_same_file_on_every_machine() -> None:
    assert pdf_of("wall") == pdf_of("wall")


def test_a_template_that_does_not_fit_is_an_error_of_ours() -> None:
    with pytest.raises(PrintError) as caught:
        typeset("poster", {"title": "x"}, kind="pdf", now=0)
    assert caught.value.code == "print_failed"


def test_a_language_is_a_folder_and_no_change_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = (content.FOLDER / "en" / "materials.toml").read_text(encoding="utf-8")
    (tmp_path / "tay").mkdir()
    (tmp_path / "tay" / "materials.toml").write_text(english.replace("English", "Tày"))
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "materials.toml").write_text('name = "half"')
    monkeypatch.setattr(content, "FOLDER", tmp_path)
    content.materials.cache_clear()
    assert content.languages() == ("bad", "tay")
    assert content.materials("tay").name == "Tày"
    with pytest.raises(ContentError):
        content.materials("bad")
    with pytest.raises(UnknownLanguageError):
        content.materials("../en")
    content.materials.cache_clear()


@pytest.mark.parametrize("kind", Kind.values)
@pytest.mark.parametrize("ending", ["pdf", "png"])
def test_everybody_may_fetch_materials_of_a_unit(
    stranger: Client, country: Any, kind: str, ending: str
) -> None:
    response = stranger.get(f"/materials/vn2020.30.288.10507/{kind}-en.{ending}")
    assert response.status_code == 200
    assert response["Content-Type"] in {"application/pdf", "image/png"}
    assert "max-age=3600" in response["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "vn2020.30/poster-xx.pdf",
        "vn2020.30/poster-vi.exe",
        "vn2020.30/nothing-vi.pdf",
        "vn2020.99/poster-vi.pdf",
        "vn2020.30/poster-vi.png?page=2",
        "vn2020.30/leaflet-vi.png?page=9",
    ],
)
def test_what_is_not_there_is_not_printed(stranger: Client, country: Any, path: str) -> None:
    assert stranger.get(f"/materials/{path}").status_code == 404


def test_a_poster_carries_its_own_code(stranger: Client, make_poster: Any) -> None:
    poster = make_poster(kind="leaflet", language="en")
    assert set(poster.code) <= set(ALPHABET)
    assert stranger.get(f"/posters/{poster.code}.pdf").content.startswith(b"%PDF-")
    second = stranger.get(f"/posters/{poster.code}.png?page=2").content
    assert second.startswith(b"\x89PNG")
    assert second != stranger.get(f"/posters/{poster.code}.png").content
    assert stranger.get(f"/posters/{poster.code}.svg").status_code == 404


def test_the_page_of_the_library_offers_every_kind_in_every_language(
    stranger: Client, country: Any
) -> None:
    text = stranger.get("/materials/?unit=vn2020.30&lang=en").content.decode()
    for kind in Kind.values:
        for language in content.languages():
            assert f"/materials/vn2020.30/{kind}-{language}.pdf" in text


def test_materials_of_the_library_expire_at_the_end_of_the_month_after_next() -> None:
    assert end_of_month(dt.date(2020, 8, 15)) == dt.date(2020, 10, 31)
    assert end_of_month(dt.date(2020, 12, 31)) == dt.date(2021, 2, 28)


def test_the_short_address_stands_in_the_texts_to_share() -> None:
    said = data("share")
    assert all("{address}" not in part["text"] for part in said["parts"])  # type: ignore[attr-defined]
    assert "bluezone.haiduong.example/q/K7M4XD" in said["parts"][0]["text"]  # type: ignore[index]


def test_one_address_may_have_only_so_many_new_sheets_set(
    stranger: Client, country: Any, monkeypatch: pytest.MonkeyPatch, hands: Any
) -> None:
    few = Limit("new sheet", count=2, window_s=600)
    monkeypatch.setattr(file_views, "NEW_SHEETS", few)
    monkeypatch.setattr(printing, "typeset", lambda *_said, **_more: [b"%PDF-made"])
    first = "/materials/vn2020.30/poster-vi.pdf"
    assert stranger.get(first).status_code == 200
    assert stranger.get("/materials/vn2020.30/poster-en.pdf").status_code == 200

    refused = stranger.get("/materials/vn2020.30/radio-en.pdf")

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 600
    assert "too_many_requests" in refused.content.decode()
    assert "public" not in refused["Cache-Control"]
    assert stranger.get(first).status_code == 200  # kept: costs nothing
    other = stranger.get("/materials/vn2020.30/radio-vi.pdf", REMOTE_ADDR="203.0.113.9")
    assert other.status_code == 200


def test_a_press_with_a_full_queue_refuses_and_still_sends_what_it_has(
    tmp_path: Path, stranger: Client, country: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    press = Press(tmp_path)
    kept = press.get("leaflet", data("leaflet"), "png", page=1, now=0)
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(printing, "_PLACES", full)
    assert press.get("leaflet", data("leaflet"), "png", page=1, now=0) == kept
    with pytest.raises(PressBusyError):
        press.get("radio", data("radio"), "png", page=1, now=0)
    answer = stranger.get("/materials/vn2020.30/wall-en.pdf")
    assert (answer.status_code, answer["Retry-After"]) == (429, "20")
    full.release()
    assert press.get("sheet", data("radio"), "png", page=1, now=0)
    full.acquire()  # given back


@pytest.fixture
def tay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A third language: one folder with one file beside the two that are there."""
    folder = tmp_path / "content"
    shutil.copytree(content.FOLDER, folder)
    (folder / "tay").mkdir()
    english = (folder / "en" / "materials.toml").read_text(encoding="utf-8")
    (folder / "tay" / "materials.toml").write_text(english.replace('"English"', '"Tày"'))
    monkeypatch.setattr(content, "FOLDER", folder)
    content.materials.cache_clear()
    yield
    content.materials.cache_clear()


@pytest.mark.usefixtures("tay")
def test_a_third_language_is_offered_printed_and_chosen_for_posters(
    stranger: Client, office: Client, make_poster: Any
) -> None:
    library = stranger.get("/materials/?unit=vn2020.30").content.decode()
    assert "/materials/vn2020.30/poster-tay.pdf" in library
    assert ">Tày:<" in library
    assert stranger.get("/materials/vn2020.30/poster-tay.pdf").content.startswith(b"%PDF")
    assert "Tày" in office.get("/site/vn2020.30/posters/new/").content.decode()
    poster = make_poster(language="tay")
    assert stranger.get(f"/posters/{poster.code}.png").status_code == 200
    assert stranger.get(f"/q/{poster.code}").status_code == 302
