"""Checks of single members, and the message that names the one that is wrong."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bluezone.portal.appgateway.files.errors import AppFilesError
from bluezone.portal.appgateway.pushes.notices import is_plain

Table = Mapping[str, object]
_VERSION: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}")
_PLACE: Final = re.compile(r"\{[A-Za-z][A-Za-z0-9_]*\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a member must be: the check, and the same in words."""

    fits: Callable[[object], bool]
    words: str


def check_members(table: str, values: Table, rules: Mapping[str, Rule]) -> None:
    """Check each member of a table.

    Raises:
        AppFilesError: a member that is not in `rules`, or that does not fit; names it, and
            never shows its value.
    """
    for name, value in values.items():
        rule = rules.get(name)
        if rule is None:
            raise AppFilesError(f"{table}.{name} is nothing that phones get from this server")
        if not rule.fits(value):
            raise AppFilesError(f"{table}.{name} must be {rule.words}")


def whole(low: int, high: int) -> Rule:
    """Return the rule for a whole number between `low` and `high`, both allowed."""
    fits = lambda value: type(value) is int and low <= value <= high  # noqa: E731 - one line
    return Rule(fits, f"a whole number from {low} to {high}")


def is_version(value: object) -> bool:
    """Tell whether `value` is digits and dots (spec/bluezone-wire.md 3.2)."""
    return isinstance(value, str) and bool(_VERSION.fullmatch(value))


def parts_of(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, to compare."""
    return tuple(int(part) for part in version.split("."))


def is_ranges(value: object) -> bool:
    """Tell whether `value` is a list of [from, to], each a version, `to` not before `from`."""
    return isinstance(value, list) and all(_is_range(pair) for pair in value)


def _is_range(pair: object) -> bool:
    if not isinstance(pair, list) or len(pair) != 2 or not all(map(is_version, pair)):
        return False
    return parts_of(pair[0]) <= parts_of(pair[1])


def text(limit: int, places: Sequence[str] = ()) -> Rule:
    """Return the rule for plain text without addresses and without places but those given."""

    def fits(value: object) -> bool:
        if not isinstance(value, str) or not value.strip() or len(value) > limit:
            return False
        used = _PLACE.findall(value)
        braces = set(_PLACE.sub("", value)) & set("{}")
        strange = [place for place in used if place not in places]
        return is_plain(value) and "://" not in value and not braces and not strange

    allowed = f" and no braces but {', '.join(places)}" if places else " or braces"
    return Rule(fits, f"plain text of at most {limit} characters, without addresses{allowed}")
