"""Many at once, several processes at once, and a process that is killed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from asgiref.sync import async_to_sync
from django.db import connection

from bluezone.portal.appgateway.database import run_on, use_runner
from bluezone.portal.appgateway.grouping import GroupedWriter
from bluezone.portal.appgateway.phones import services
from bluezone.portal.appgateway.phones.models import EarlierToken, Phone, Tally
from bluezone.portal.appgateway.phones.registering import (
    Admission,
    Registration,
    Renewal,
    commit,
)

NOW = 1_597_472_640
Beside = Callable[[Sequence[Callable[[], object]]], list[object]]


def process(jobs: Sequence[Registration | Renewal]) -> Callable[[], object]:
    """Return what does jobs as one process of several would."""
    writer: GroupedWriter[Registration | Renewal, Admission] = GroupedWriter("test", commit)
    return lambda: [async_to_sync(writer.submit)(job) for job in jobs]


def test_a_token_that_eight_processes_register_is_one_phone(beside: Beside) -> None:
    answers = beside([process([Registration("same", "ios", NOW)])] * 8)
    admissions = [admission for (admission,) in answers]  # type: ignore[misc, attr-defined]
    assert len({admission.phone_id for admission in admissions}) == 1
    assert sum(admission.is_new for admission in admissions) == 1
    assert Phone.objects.count() == 1
    assert sum(Tally.objects.values_list("count", flat=True)) == 1


def test_a_token_that_changes_in_eight_ways_at_once_stays_one_phone(beside: Beside) -> None:
    commit([Registration("old", "ios", NOW)])
    beside([process([Renewal(f"new-{way}", "old", "", NOW)]) for way in range(8)])
    known = {services.phone_id_of(token) for token in ("old", *(f"new-{n}" for n in range(8)))}
    assert known == {Phone.objects.get().pk}


def test_of_a_change_and_a_registration_of_the_same_token_one_is_first(beside: Beside) -> None:
    commit([Registration(f"old-{number}", "ios", NOW) for number in range(20)])
    changing = process([Renewal(f"new-{n}", f"old-{n}", "", NOW) for n in range(20)])
    showing = process([Registration(f"new-{n}", "ios", NOW) for n in range(20)])
    answers = beside([changing, showing])
    for number, (changed, shown) in enumerate(zip(*answers, strict=True)):  # type: ignore[call-overload]
        assert changed.phone_id == shown.phone_id == services.phone_id_of(f"new-{number}")
        assert services.phone_id_of(f"old-{number}") is not None


def test_whatever_happens_at_once_every_token_is_known_and_has_one_phone(beside: Beside) -> None:
    rng, names = Random(7), [f"token-{number}" for number in range(12)]

    def jobs() -> list[Registration | Renewal]:
        pairs = [rng.sample(names, 2) for _ in range(25)]
        return [
            Renewal(new, old, "", NOW) if rng.random() < 0.6 else Registration(new, "", NOW)
            for new, old in pairs
        ]

    answers = beside([process(jobs()) for _ in range(6)])
    assert all(isinstance(answer, list) for answer in answers)
    current = set(Phone.objects.values_list("token", flat=True))
    earlier = set(EarlierToken.objects.values_list("token", flat=True))
    assert current | earlier <= set(names)
    assert not current & earlier
    assert Phone.objects.count() == len(current)
    assert all(services.phone_id_of(token) for token in current | earlier)


def test_a_connection_that_was_cut_costs_nobody_an_answer(beside: Beside) -> None:
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def cut_all() -> int:
        with connection.cursor() as cursor:
            cursor.execute(cut)
            count: int = cursor.fetchone()[0]
        connection.close()
        return count

    async def scene() -> tuple[Admission, int, Admission]:
        writer: GroupedWriter[Registration | Renewal, Admission] = GroupedWriter("test", commit)
        before = await writer.submit(Registration("token", "ios", NOW))
        killed = await asyncio.to_thread(cut_all)
        after = await writer.submit(Registration("token", "ios", NOW))
        await run_on(writer._thread, lambda: connection.close())  # noqa: PLW0108 - its own thread's
        return before, killed, after

    use_runner(None)
    before, killed, after = asyncio.run(scene())
    assert killed == 1
    assert before.phone_id == after.phone_id


def test_whoever_was_answered_is_registered_although_the_process_was_killed(
    tmp_path: Path, database: str
) -> None:
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(tmp_path),
        "BLUEZONE_PORTAL_DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
    }
    command = [sys.executable, str(Path(__file__).parent / "scene.py")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as scene:
        assert scene.stdout is not None
        answered = [scene.stdout.readline().strip() for _ in range(500)]
        scene.kill()
        answered += [line.strip() for line in scene.stdout if line.endswith("\n")]
    again = (
        "import django; django.setup()\n"
        "from bluezone.portal.appgateway.phones.services import phone_id_of\n"
        "import sys\n"
        "print([token for token in sys.stdin.read().split() if phone_id_of(token) is None])"
    )
    asked = subprocess.run(
        [sys.executable, "-c", again],
        input="\n".join(answered),
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert len(answered) >= 500
    assert asked.stdout.strip() == "[]"
