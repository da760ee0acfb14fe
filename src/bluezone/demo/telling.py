"""The story in sentences, for a terminal; the page has its own."""

from collections.abc import Callable, Mapping
from typing import Final

from bluezone.demo.page.texts import N_
from bluezone.look.i18n import translator

Tell = Callable[..., None]
"""Called with the name of a turn of the story and its facts as keyword arguments."""

TURNS: Final = ("ready", "street", "night", "ill", "code", "shared", "exported", "fetch", "verdict")
"""The turns of the story in their order, for a progress bar; phases by their own names."""

_SENTENCES: Final[dict[str, str]] = {
    "label": N_("The street"),
    "folder": N_("Everything lies in {path} and is removed at the end."),
    "folder.kept": N_("Everything lies in {path} and stays there."),
    "port": N_("Port {wanted} is in use; taking {port} instead."),
    "ready": N_("Portal {portal}, key server {keyserver}."),
    "ready.page": N_("Open {page} in a browser. Ctrl-C ends the demo."),
    "street": N_("Day 1, 08:00. Twelve people walk about; their phones send numbers and listen."),
    "night": N_("Night. Everybody is at home."),
    "ill": N_("Day 2, 08:00. {person} has a positive test."),
    "code": N_("The health worker opens case {case} and issues a code of {digits} digits."),
    "preview": N_("{person} types it in and sees {keys} keys that would leave the phone."),
    "shared": N_("{person} agrees. The key server took {keys} keys, with a certificate."),
    "window": N_("The keys wait until their hour is two hours old."),
    "exported": N_("{files} signed files: {keys} keys, {real} of them real."),
    "fetch": N_("Every phone fetches the files, checks the signature and compares."),
    "warned": N_("→ {person} is warned."),
    "right": N_("Right: exactly the people who were near {ill} long enough are warned: {warned}."),
    "right.nobody": N_("Right: nobody was near {ill} long enough and nobody is warned."),
    "missed": N_("Wrong: near {ill} long enough, but not warned: {missed}."),
    "needless": N_("Wrong: warned, but not near {ill} long enough: {needless}."),
}


def sentence(turn: str, facts: Mapping[str, object], language: str) -> str:
    """Return a turn of the story in words; empty if there is nothing to say.

    Args:
        turn: its name, as the story tells it.
        facts: what belongs to it.
        language: `vi` or `en`.
    """
    translate = translator("bluezone.demo", language)
    values = {name: _words(value) for name, value in facts.items()}
    lines = [translate(_SENTENCES[name]) for name in _names(turn, facts) if name in _SENTENCES]
    return "\n".join(line.format_map(values) for line in lines)


def _names(turn: str, facts: Mapping[str, object]) -> list[str]:
    """Return the names of the sentences that tell a turn."""
    if turn == "phase":
        return [str(facts.get("phase", ""))]
    if turn == "folder" and facts.get("kept"):
        return ["folder.kept"]
    if turn == "ready":
        return ["ready", "ready.page"] if "page" in facts else ["ready"]
    if turn == "verdict":
        return _verdict(facts)
    return [turn]


def _verdict(facts: Mapping[str, object]) -> list[str]:
    if facts.get("right"):
        return ["right"] if facts.get("warned") else ["right.nobody"]
    return [name for name in ("missed", "needless") if facts.get(name)]


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
