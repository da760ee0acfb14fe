"""The field app: bytes to load, 2,000 households offline, the merge of twenty phones.

Everything runs on databases and servers of its own in a temporary folder. Bytes are counted as
the server sends them without compression (nothing in the portal compresses), and again after
gzip level 6 as a proxy in front would send them. No web font is part of the app.
"""

import datetime as dt
import gzip
import json
import os
import tempfile
import time
from collections.abc import Iterator
from random import Random

_PHONES, _VISITS, _DOORS, _BATCH = 20, 500, 2000, 200


def main() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as home:
        os.environ["BLUEZONE_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "bluezone.portal.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        call_command("migrate", verbosity=0)
        setup_test_environment()
        yield _shell()
        yield from _merge()


def _shell() -> dict[str, object]:
    from django.test import Client

    from bluezone.portal.campaign.field import shell

    page = Client().get("/field/").content
    code = [page, *(shell.FOLDER.joinpath(name).read_bytes() for name in shell.FILES)]
    first = [page, *code[1 : len(shell.MODULES) + 2]]
    return {
        "what": "app shell",
        "bytes_html_js_css": sum(map(len, first)),
        "bytes_with_icons": sum(map(len, code)),
        "gzip_html_js_css": sum(len(gzip.compress(part, 6)) for part in first),
    }


def _merge() -> Iterator[dict[str, object]]:
    from django.test import Client

    from bluezone.portal import clock
    from bluezone.portal.campaign.field.models import Household, Visit

    now = clock.now()
    team, phones = _village(now)
    homes = list(Household.objects.filter(team=team).values_list("pk", flat=True))
    rng = Random(20)
    requests = [
        (device, token, part)
        for device, token in phones
        for part in _batches(_day(homes, rng, now), rng)
    ]
    rng.shuffle(requests)
    client, taken = Client(), 0
    cursors = dict.fromkeys((device for device, _ in phones), 1)
    started, worked = time.perf_counter(), time.process_time()
    for device, token, part in requests:
        body = json.dumps({"device": device, "now": now, "cursor": cursors[device], "visits": part})
        said = client.post(
            "/field/sync",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        taken += len(said["accepted"])
        cursors[device] = said["cursor"]
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    yield {
        "what": "merge",
        "phones": _PHONES,
        "visits": _PHONES * _VISITS,
        "households": _DOORS,
        "requests": len(requests),
        "accepted": taken,
        "stored": Visit.objects.count(),
        "lost": _PHONES * _VISITS - Visit.objects.count(),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
    }


def _village(now: int) -> tuple[object, list[tuple[str, str]]]:
    from bluezone.portal.accounts.memberships import create_member
    from bluezone.portal.accounts.services import create_staff
    from bluezone.portal.campaign.field import closing, roster
    from bluezone.portal.campaign.field.enrolment import enrol
    from bluezone.portal.units.models import Edition, Unit

    edition = Edition.objects.create(
        id="zz2020", country="zz", name="Zed", valid_from=dt.date(2020, 1, 1)
    )
    names = {"edition": edition, "name": "Z", "full_name": "Z", "search_name": "z"}
    nation = Unit.objects.create(path="zz2020", level="nation", code="", **names)
    unit = Unit.objects.create(path="zz2020.1", level="commune", code="1", parent=nation, **names)
    closing.open_campaign(unit, ends_on=dt.date.today(), actor="bench", now=now - 5 * 86_400)  # noqa: DTZ011 - only has to lie ahead
    team = roster.create_team(unit, "Z", actor="bench", now=now)
    doors = [roster.Door(f"Z {n // 40}", str(n % 40), n % 40) for n in range(_DOORS)]
    roster.add_households(team, doors, actor="bench")
    phones = []
    for number in range(_PHONES):
        user = create_staff(f"z{number}", f"mot hai ba bon nam {number}", "")
        create_member(user, unit, "team_member")
        roster.add_member(team, user.username, actor="bench")
        made = enrol(team, user, rng=Random(number), now=now)
        phones.append((made.device.pk, made.token))
    return team, phones


def _day(homes: list[int], rng: Random, now: int) -> list[dict[str, object]]:
    outcomes = ["installed", "helped", "absent", "absent", "no_smartphone", "phone_too_old"]
    skew = rng.randint(-3 * 86_400, 0)
    return [
        {
            "counter": counter,
            "household": rng.choice(homes),
            "outcome": rng.choice(outcomes),
            "at": now + skew + counter,
            "time": now - 86_400 + skew // 10 + counter,
        }
        for counter in range(1, _VISITS + 1)
    ]


def _batches(visits: list[dict[str, object]], rng: Random) -> list[list[dict[str, object]]]:
    parts = [visits[start : start + _BATCH] for start in range(0, len(visits), _BATCH)]
    # One batch in four is sent twice, as after a lost answer.
    return [*parts, *(part for part in parts if rng.random() < 0.25)]


_OPEN = """() => new Promise((done) => {
    const begun = performance.now();
    const look = () => document.querySelectorAll("summary").length === 50
        ? done(performance.now() - begun) : requestAnimationFrame(look);
    document.querySelectorAll("nav button")[1].click();
    look();
})"""
