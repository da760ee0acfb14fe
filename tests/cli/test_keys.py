import json
import sys

import pytest
from click.testing import CliRunner, Result

from bluezone.cli.keys import command
from bluezone.cli.main import main
from bluezone.protocol.errors import InvalidKeyError

# Wire specification, section 8: the base id behind the published real history.
DAY_KEY = "4C5224B397F8AB3896781D5AA0F3119F280513F1B592CA280EBDED6357E21084"
# EN Cryptography Specification v1.2, official test vectors.
TEK = "75c734c6dd1a782de7a965da5eb93125"


def run(*args: str, typed: str = "") -> Result:
    return CliRunner().invoke(command, ["expand", *args], input=typed, prog_name="bluezone keys")


def rows(result: Result) -> list[dict]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_day_key_gives_96_slots_in_upper_case() -> None:
    found = rows(run("--scheme", "bluezone", DAY_KEY.lower(), "--json"))
    assert [row["slot"] for row in found] == list(range(96))
    assert found[23]["id"] == "B9A665D754FE65E665D76A45"
    assert found[0] == {
        "slot": 0,
        "id": "29ABD013B41C90269332AB5D",
        "sub_key": "298C38B9AB4EFF21D0608EEA139A9BB7B4C61CB290D726CC93B33251ABF75DBA",
    }


def test_next_walks_the_published_chain_first() -> None:
    (row,) = rows(run("--scheme", "bluezone", DAY_KEY, "--next", "6", "--slots", "1", "--json"))
    day_6 = "B99D8CF05A50046B22D76E4628C018D56D61F38832A585B33AA40FF2D66E1D52"
    assert [row] == rows(run("--scheme", "bluezone", day_6, "--slots", "1", "--json"))


def test_a_tek_gives_144_rpis_in_lower_case() -> None:
    found = rows(run("--scheme", "en", TEK.upper(), "--start", "2642976", "--json"))
    assert [row["interval"] for row in found] == list(range(2642976, 2642976 + 144))
    assert found[0] == {"interval": 2642976, "rpi": "8be6cd371c5c891604bfbe49df845096"}


def test_metadata_adds_the_aem() -> None:
    found = rows(
        run("--scheme", "en", TEK, "--start", "2642976", "--period", "2",
            "--metadata", "40080000", "--json")
    )  # fmt: skip
    assert [row["aem"] for row in found] == ["72033874", "c29211b1"]


def test_without_json_a_table_is_printed() -> None:
    lines = run("--scheme", "bluezone", DAY_KEY, "--slots", "2").stdout.splitlines()
    assert lines[0].split() == ["slot", "id", "sub", "key"]
    assert lines[1].split()[:2] == ["0", "29ABD013B41C90269332AB5D"]
    assert len(lines) == 3


def test_a_dash_reads_the_key_from_standard_input() -> None:
    found = rows(run("--scheme", "bluezone", "-", "--slots", "1", "--json", typed=DAY_KEY + "\n"))
    assert found[0]["id"] == "29ABD013B41C90269332AB5D"


def test_bytes_that_are_no_text_on_standard_input_are_refused() -> None:
    result = CliRunner().invoke(command, ["expand", "--scheme", "bluezone", "-"], input=b"\xff\n")
    assert result.exit_code == 2
    assert "not hexadecimal" in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        [DAY_KEY],
        ["--scheme", "bluezone"],
        ["--scheme", "bluezone", DAY_KEY, DAY_KEY],
        ["--scheme", "bluezone", DAY_KEY[:-1]],
        ["--scheme", "bluezone", DAY_KEY[:-2]],
        ["--scheme", "bluezone", DAY_KEY + "00"],
        ["--scheme", "bluezone", DAY_KEY[:-2] + "zz"],
        ["--scheme", "bluezone", ""],
        ["--scheme", DAY_KEY],
        ["--scheme", "bluezone", DAY_KEY, "--slots", DAY_KEY],
        ["--scheme", "bluezone", DAY_KEY, "--slots", "9.6"],
        ["--scheme", "bluezone", DAY_KEY, "--start", "1"],
        ["--scheme", "bluezone", DAY_KEY, "--metadata", "40080000"],
        ["--scheme", "en", TEK],
        ["--scheme", "en", TEK[:-2], "--start", "1"],
        ["--scheme", "en", DAY_KEY, "--start", "1"],
        ["--scheme", "en", TEK, "--start", "1", "--slots", "96"],
        ["--scheme", "en", TEK, "--start", "1", "--next", "1"],
        ["--scheme", "en", TEK, "--start", "1", "--metadata", "4008"],
        ["--scheme", "en", TEK, "--start", TEK],
    ],
    ids=range(20),
)
def test_what_is_not_understood_exits_2_and_does_not_repeat_the_key(args: list[str]) -> None:
    result = run(*args, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert DAY_KEY[:12] not in result.output
    assert TEK[:12] not in result.output
    assert "Error: " in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["--scheme", "bluezone", DAY_KEY, "--slots", "0"],
        ["--scheme", "bluezone", DAY_KEY, "--slots", "100000"],
        ["--scheme", "bluezone", DAY_KEY, "--next", "-1"],
        ["--scheme", "bluezone", DAY_KEY, "--next", "999999999"],
        ["--scheme", "en", TEK, "--start", "-1"],
        ["--scheme", "en", TEK, "--start", "4294967296"],
        ["--scheme", "en", TEK, "--start", "1", "--period", "0"],
        ["--scheme", "en", TEK, "--start", "1", "--period", "145"],
    ],
    ids=" ".join,
)
def test_what_is_out_of_limits_exits_1_with_a_stable_code(
    args: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(run(*args).exception, InvalidKeyError)
    monkeypatch.setattr(sys, "argv", ["bluezone", "keys", "expand", *args, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    assert ended.value.code == 1
    assert printed.out == ""
    assert "[invalid_key]" in printed.err.replace("\n", " ")
    assert DAY_KEY[:12] not in printed.err


def test_an_unknown_command_is_not_repeated_since_it_may_be_a_key() -> None:
    result = CliRunner().invoke(command, [DAY_KEY])
    assert result.exit_code == 2
    assert DAY_KEY not in result.output


def test_the_help_shows_examples() -> None:
    assert "bluezone keys expand --scheme en TEK --start" in run("--help").stdout
