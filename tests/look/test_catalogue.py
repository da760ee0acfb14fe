from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from bluezone.look import catalogue


@pytest.fixture
def package(tmp_path, monkeypatch) -> str:
    monkeypatch.setattr(catalogue, "SOURCE", tmp_path / "src")
    monkeypatch.setattr(catalogue, "DOMAINS", {"shop": "messages"})
    folder = tmp_path / "src" / "shop" / "templates"
    folder.mkdir(parents=True)
    (tmp_path / "src" / "shop" / "cart.py").write_text("print(_('Pay {amount}'))\n")
    (folder / "cart.html").write_text("<h1>{{ _('Your cart') }}</h1>\n")
    return "shop"


def translate(tmp_path: Path, texts: dict[str, str]) -> None:
    path = tmp_path / "src" / "shop" / "locale" / "vi" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as stream:
        po = read_po(stream, locale="vi")
    for text, translation in texts.items():
        po[text].string = translation
    with path.open("wb") as stream:
        write_po(stream, po)


def test_texts_of_code_and_templates_are_collected(package) -> None:
    assert {message.id for message in catalogue.collect(package)} >= {"Pay {amount}", "Your cart"}


def test_an_untranslated_text_is_a_problem(package) -> None:
    catalogue.update(package)
    assert any("not translated: 'Your cart'" in text for text in catalogue.problems(package))
    assert catalogue.main(["check"]) == 1


def test_a_complete_compiled_catalogue_is_fine(package, tmp_path) -> None:
    catalogue.update(package)
    translate(tmp_path, {"Pay {amount}": "Trả {amount}", "Your cart": "Giỏ hàng"})
    assert any("not compiled" in text for text in catalogue.problems(package))
    catalogue.update(package)
    assert catalogue.problems(package) == []
    assert catalogue.main(["check"]) == 0


def test_a_translation_with_a_foreign_placeholder_is_a_problem(package, tmp_path) -> None:
    catalogue.update(package)
    translate(tmp_path, {"Pay {amount}": "Trả {tien}", "Your cart": "Giỏ hàng"})
    catalogue.update(package)
    assert any("other placeholders" in text for text in catalogue.problems(package))


def test_unknown_words_are_a_usage_error() -> None:
    assert catalogue.main(["compile"]) == 2
