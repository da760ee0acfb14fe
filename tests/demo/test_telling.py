"""The story in sentences."""

import pytest

from bluezone.demo.telling import sentence

VERDICT = {"ill": "An", "expected": ["Chi"], "warned": ["Chi"], "missed": [], "needless": []}


def test_a_phase_is_told_by_its_name() -> None:
    assert sentence("phase", {"phase": "night"}, "en") == "Night. Everybody is at home."
    assert sentence("phase", {"phase": "night"}, "vi") == "Đêm. Ai cũng ở nhà."


def test_a_right_verdict_names_who_is_warned() -> None:
    assert sentence("verdict", VERDICT | {"right": True}, "en").endswith("are warned: Chi.")


def test_a_verdict_without_contacts_says_so() -> None:
    facts = VERDICT | {"right": True, "warned": [], "expected": []}

    assert "nobody was near An" in sentence("verdict", facts, "en")


def test_a_wrong_verdict_names_both_kinds_of_mistake() -> None:
    facts = VERDICT | {"right": False, "missed": ["Hà", "Lan"], "needless": ["Nga"]}

    lines = sentence("verdict", facts, "en").splitlines()

    assert lines[0].endswith("not warned: Hà, Lan.")
    assert lines[1].endswith("near An long enough: Nga.")


@pytest.mark.parametrize("turn", ["unheard", "phase"])
def test_what_has_no_sentence_is_not_told(turn) -> None:
    assert sentence(turn, {}, "en") == ""
