"""`bluezone campaign demo`: the counts it makes up, and the whole seed prepared in a folder."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.cli.campaign import command
from bluezone.portal.campaign.demo.counts import sizes, spread, totals

PUBLISHED = {
    dt.date(2020, 8, 5): 66_552,
    dt.date(2020, 8, 15): 310_000,
    dt.date(2020, 8, 16): 330_000,
    dt.date(2020, 8, 20): 398_000,
}
ASK = """
import datetime as dt, json, django
django.setup()
from bluezone.portal.campaign.demo.preparing import PROVINCE
from bluezone.portal.campaign.figures.models import Figure, RollUp
from bluezone.portal.campaign.targets.services import verdicts
rows = RollUp.objects.filter(unit_path=PROVINCE, series="users")
sums = {str(row.day): [row.value, row.counted, row.parts] for row in rows}
unmarked = Figure.objects.filter(unit_path__under=PROVINCE).exclude(unit_path=PROVINCE)
unmarked = unmarked.exclude(source_name="generated for the demo").count()
said = [one.sentence("en") for one in verdicts(PROVINCE, dt.date(2020, 8, 15))]
from bluezone.portal.accounts.models import User
from bluezone.portal.campaign.agencies.models import Agency, SpentToken
from bluezone.portal.campaign.agencies.services import figures_of
from bluezone.portal.campaign.field.access import teams_of
office = Agency.objects.filter(heads__user__username="coquan")
from bluezone.portal.site.announcements import published
from bluezone.portal.site.models import Poster
shown = figures_of(office, dt.date(2020, 8, 15))[0]
print(json.dumps({"sums": sums, "unmarked": unmarked, "said": said,
    "office": [shown.installed, shown.smartphones, shown.relatives],
    "news": published()[0].announcement.published_at, "posters": Poster.objects.count(),
    "spent": SpentToken.objects.filter(pool__agency=shown.agency).count(),
    "doors": [team.households.count() for team in teams_of(User.objects.get(username="to"))]}))
"""


def test_published_totals_stay_exact_and_never_fall_between() -> None:
    made = totals(PUBLISHED)
    assert list(made) == [dt.date(2020, 8, 5) + dt.timedelta(days=at) for at in range(16)]
    assert PUBLISHED.items() <= made.items()
    assert list(made.values()) == sorted(made.values())


@given(st.lists(st.integers(50, 60_000), min_size=1, max_size=30), st.integers(0, 2**32))
@settings(max_examples=40)
def test_communes_sum_up_to_the_province_every_day_and_never_fall(
    people: list[int], seed: int
) -> None:
    wanted = totals(PUBLISHED)
    made = spread(wanted, people, Random(seed))
    before = [0] * len(people)
    for day, values in made.items():
        assert sum(values) == wanted[day]
        assert all(new >= old for new, old in zip(values, before, strict=True))
        before = values


def test_the_same_seed_makes_the_same_communes() -> None:
    assert sizes(10_000, 7, Random(3)) == sizes(10_000, 7, Random(3))
    assert sum(sizes(10_000, 7, Random(3))) == 10_000


@pytest.mark.parametrize("day", ["2020-08-04", "2020-08-21"])
def test_an_evening_outside_the_seed_is_refused(day: str) -> None:
    answer = CliRunner().invoke(command, ["demo", "--evening", day, "--prepare-only"])
    assert answer.exit_code == 2
    assert "2020-08-05" in answer.output


def test_the_seed_is_prepared_from_published_counts_and_once(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings"}
        environment["BLUEZONE_HOME"] = str(tmp_path)
        done = subprocess.run(
            [sys.executable, *words], env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    demo = ("-m", "bluezone.cli.main", "campaign", "demo", "--home", str(tmp_path))
    made = json.loads(run(*demo, "--prepare-only", "--json"))
    assert (made["districts"], made["communes"], made["figures"]) == (12, 235, 235 * 16)
    secret = tmp_path / "portal" / "demo-password"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.read_text().strip() not in json.dumps(made)
    found = json.loads(run("-c", ASK))
    for day, value in PUBLISHED.items():
        assert found["sums"][str(day)] == [value, 12, 12]
    assert found["unmarked"] == 0
    assert found["office"] == [34, 40, 14]
    assert found["spent"] == 35 + 14
    assert found["doors"] == [48]
    assert (found["news"], found["posters"]) == (1_597_472_640, 1)
    assert any("rank 10 of 63" in sentence for sentence in found["said"])
    assert json.loads(run(*demo, "--prepare-only", "--json"))["prepared"] == "before"
    close = ("-m", "bluezone.cli.main", "campaign", "close", "vn2020.30", "--yes", "--json")
    gone = json.loads(run(*close))
    assert (gone["keys"], gone["slips"], gone["tokens"]) == (5, 91, 80)
    assert json.loads(run(*close))["keys"] == 0
