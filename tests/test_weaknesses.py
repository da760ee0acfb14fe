"""docs/weaknesses.md is complete, and every test that it names exists.

Source: spec/bluezone-wire.md section 7 (W1 to W33). Tests are found by reading the files' syntax
trees, without importing them: what pytest would collect under that name.
"""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs" / "weaknesses.md").read_text(encoding="utf-8")
NUMBERS: Final = range(1, 34)
PARTS: Final = ("Weakness", "Our phones", "Our servers", "Published phones", "Proof")
NODE: Final = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")
CLAIMS: Final = "## Claims and their tests"


def sections() -> dict[int, str]:
    """Return what stands under each weakness."""
    pieces = re.split(r"^### W([0-9]+) .*$", PAGE.partition(CLAIMS)[0], flags=re.MULTILINE)
    return {int(number): text for number, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def parts(section: str) -> dict[str, str]:
    """Return the parts of a weakness by their name."""
    found = re.findall(r"^- \*\*([^*]+):\*\* (.+)$", section, flags=re.MULTILINE)
    return dict(found)


@cache
def collected(path: str) -> frozenset[str]:
    """Return the names of the tests in a file; of those in a class as Class::test."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    names = {node.name for node in tree.body if isinstance(node, functions)}
    for group in tree.body:
        if isinstance(group, ast.ClassDef) and group.name.startswith("Test"):
            inside = (node.name for node in group.body if isinstance(node, functions))
            names |= {f"{group.name}::{name}" for name in inside}
    return frozenset(name for name in names if name.rpartition(":")[2].startswith("test_"))


def test_every_weakness_is_there_once_and_in_order() -> None:
    headings = re.findall(r"^### W([0-9]+) \S", PAGE, flags=re.MULTILINE)
    assert [int(number) for number in headings] == list(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_part_is_filled_in(number: int) -> None:
    found = parts(sections()[number])
    assert tuple(found) == PARTS
    assert all(len(text) > 10 for text in found.values())


@pytest.mark.parametrize("number", NUMBERS)
def test_every_weakness_names_a_test(number: int) -> None:
    assert NODE.findall(parts(sections()[number])["Proof"])


def test_every_test_that_is_named_exists() -> None:
    named = NODE.findall(PAGE)
    assert len(named) > 100
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or name not in collected(path)
    ]
    assert missing == []


def test_nothing_that_looks_like_a_test_is_misspelt() -> None:
    assert len(re.findall(r"::\w*test_", PAGE)) == len(NODE.findall(PAGE))


def claims() -> list[list[str]]:
    """Return the rows of the table of claims: claim, where, tests."""
    rows = PAGE.partition(CLAIMS)[2].strip().splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_claim_has_a_place_and_a_test() -> None:
    rows = claims()
    assert len(rows) >= 20
    for row in rows:
        assert len(row) == 3
        assert all(row)
        assert NODE.search(row[2])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_promise_of_the_site_stands_among_the_claims(language: str) -> None:
    path = ROOT / "src/bluezone/portal/site/content" / language / "pages.toml"
    promises = tomllib.loads(path.read_text(encoding="utf-8"))["protection"]["claims"]
    listed = " ".join(row[2] for row in claims() if "site" in row[1])
    assert len(promises) >= 8
    assert [each["title"] for each in promises if each["test"] not in listed] == []


def test_what_the_readme_says_of_uploads_stands_among_the_claims() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").casefold()
    sentence = "no message from a server can make a phone upload anything"
    assert sentence in readme
    assert sentence in [row[0] for row in claims()]
