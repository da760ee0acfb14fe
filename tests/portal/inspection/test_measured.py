"""What pages say of precision and recall is what the documentation has, number by number."""

import re
from pathlib import Path

import pytest

from bluezone.portal.campaign.stats.suspicion import Kind
from bluezone.portal.campaign.stats.suspicion.measured import TENS, USUAL, measured

DOC = Path(__file__).parents[3] / "docs" / "statistics.md"
ROW = re.compile(
    r"^\| (usual|tens of phones) \| `(\w+)` \| (\d+) %[^|]*\| (\d+) %[^|]*\| ([\d.]+)", re.MULTILINE
)


def test_the_constants_are_those_of_the_documentation() -> None:
    found = {
        (shape, Kind(kind)): rest for shape, kind, *rest in ROW.findall(DOC.read_text("utf-8"))
    }
    assert len(found) == 2 * len(Kind)
    for shape, table in (("usual", USUAL), ("tens of phones", TENS)):
        for kind in Kind:
            recall, precision, asked = found[shape, kind]
            assert table[kind].recall == pytest.approx(int(recall) / 100)
            assert table[kind].precision == pytest.approx(int(precision) / 100)
            assert table[kind].asked == pytest.approx(float(asked))


def test_a_place_of_unknown_size_is_judged_as_a_usual_one() -> None:
    assert measured(Kind.JUMP, None) is USUAL[Kind.JUMP]
    assert measured(Kind.JUMP, 149.0) is TENS[Kind.JUMP]
    assert measured(Kind.JUMP, 150.0) is USUAL[Kind.JUMP]
