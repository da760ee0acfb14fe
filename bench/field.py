"""The field app: bytes to load, 2,000 households offline, the merge of twenty phones.

Everything runs on databases and servers of its own in a temporary folder. Bytes are counted as
the server sends them without compression (nothing in the portal compresses), and again after
gzip level 6 as a proxy in front would send them. No web font is part of the app.
"""

# ruff: noqa: PLC0415 - Django is set up before anything of its is imported

import datetime as dt
import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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
        if chromium := shutil.which("chromium"):
            yield _browser(chromium)


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


_READY = """() => new Promise((done) => {
    const look = () => document.documentElement.dataset.ready
        ? done(performance.now()) : requestAnimationFrame(look);
    look();
})"""


def _browser(chromium: str) -> dict[str, object]:
    """Set a phone up with the merged team of 2,000 doors, cut the network, open it again."""
    import httpx2
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port)]
    command += ["--no-ws", "--log-level", "warning", "bluezone.portal.asgi:application"]
    environment = {**os.environ, "BLUEZONE_PORTAL_PUBLIC_URL": url}
    server = subprocess.Popen(command, env=environment)
    try:
        transport = httpx2.HTTPTransport(retries=8)
        with httpx2.Client(transport=transport, trust_env=False, timeout=30) as client:
            client.get(f"{url}/health").raise_for_status()
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
            return _offline(browser, url)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _offline(browser: "Browser", url: str) -> dict[str, object]:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{url}/sign-in/")
    page.fill("#id_username", "z0")
    page.fill("#id_password", "mot hai ba bon nam 0")
    page.click("main form button")
    page.goto(f"{url}/field/start/")
    page.click("form.enrol button")
    page.wait_for_selector(".send.done", timeout=60_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.click("#accept")
    page.context.set_offline(True)
    page.reload()
    opened = page.evaluate(_READY)
    page.wait_for_selector("nav button")
    page.click("nav button >> nth=0")
    return {
        "what": "2,000 households offline",
        "households": page.evaluate(_COUNT),
        "open_ms": round(opened),
        "list_ms": round(page.evaluate(_LIST_EVERY)),
    }


_COUNT = """() => new Promise((done) => {
    indexedDB.open("bluezone-field").onsuccess = ({ target }) => {
        const all = target.result.transaction("households").objectStore("households").count();
        all.onsuccess = () => done(all.result);
    };
})"""
_LIST_EVERY = """() => new Promise((done) => {
    document.querySelectorAll("nav button")[1].click();
    const begun = performance.now();
    const look = () => document.querySelectorAll("summary").length === 50
        ? done(performance.now() - begun) : requestAnimationFrame(look);
    document.querySelectorAll(".choice")[1].click();
    look();
})"""
