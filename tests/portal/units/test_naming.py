"""Names as people type them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluezone.portal.units.naming import (
    fold,
    initials,
    search_texts,
    spelled_out,
    without_official_word,
)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Hải Dương", "hai duong"),
        (unicodedata.normalize("NFD", "Hải Dương"), "hai duong"),
        ("  HAI   DUONG ", "hai duong"),
        ("Đắk R'lấp", "dak rlap"),
        ("Bà Rịa - Vũng Tàu", "ba ria vung tau"),
        ("hd?", "hd"),
        ("Phường 01", "phuong 1"),
        ("100% ' OR 1=1 --", "100 or 1 1"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("ເມືອງ", "ເມອງ"),
        ("?!", ""),
    ],
)
def test_a_name_folds_to_plain_words(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text(max_size=40))
def test_folding_again_changes_nothing_and_the_unicode_form_does_not_matter(text: str) -> None:
    folded = fold(text)

    assert fold(folded) == folded
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("folded", "bare"),
    [
        ("tinh hai duong", "hai duong"),
        ("tp hai duong", "hai duong"),
        ("thi xa kinh mon", "kinh mon"),
        ("p 9", "9"),
        ("q1", "1"),
        ("tinh", "tinh"),
        ("xanh", "xanh"),
    ],
)
def test_the_official_word_in_front_is_optional(folded: str, bare: str) -> None:
    assert without_official_word(folded) == bare


def test_an_abbreviation_in_front_is_written_out() -> None:
    assert spelled_out("tx kinh mon") == "thi xa kinh mon"


def test_initials_keep_numbers_whole() -> None:
    assert initials("phuong 12") == "p12"


def test_texts_to_compare_fit_their_columns() -> None:
    texts = search_texts("ﷺ" * 120, "ﷺ" * 160)

    assert [len(text) for text in texts] == [160, 200, 16]
