"""Every sentence exists in both languages and asks for the same facts."""

import string

import pytest

from bluezone.portal.campaign.stats.templates import TEMPLATES
from bluezone.portal.campaign.stats.words import LANGUAGES, Message, phrase


@pytest.mark.parametrize("message_id", sorted(TEMPLATES))
def test_both_languages_name_the_same_facts(message_id: str) -> None:
    texts = TEMPLATES[message_id]
    assert set(texts) == set(LANGUAGES)
    facts = [
        {name for _, name, _, _ in string.Formatter().parse(texts[language]) if name}
        for language in LANGUAGES
    ]
    assert facts[0] == facts[1]


def test_numbers_are_written_as_each_language_writes_them() -> None:
    message = Message("effort.no_days", {"needed": 12_500})
    assert phrase(message, "vi") == "Hết ngày: còn thiếu 12.500 máy."
    assert phrase(message, "en") == "No days are left: 12,500 installs are missing."
