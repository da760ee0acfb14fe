"""Several workers at the same time, on PostgreSQL: each entry in one round, each upload once."""

from random import Random
from typing import Any

from tests.portal.appgateway.bridge.scene import DAY, pushed, some_upload

from bluezone.portal.appgateway.bridge import leasing
from bluezone.portal.appgateway.bridge.duties import turn
from bluezone.portal.appgateway.bridge.models import KnownKey, Publication
from bluezone.portal.appgateway.bridge.rounds import run_round
from bluezone.portal.appgateway.bridge.withdrawing import withdraw
from bluezone.portal.appgateway.consent.models import Upload

NOW = 1_597_472_640


def _wait(count: int) -> None:
    rng = Random(2)
    KnownKey.objects.bulk_create(
        KnownKey(
            digest=rng.randbytes(32).hex(),
            daily_key=rng.randbytes(32),
            time_start=NOW - NOW % DAY - DAY,
            slots=96,
            waiting=True,
            window=NOW,
            expires_at=NOW + 10 * DAY,
        )
        for _ in range(count)
    )


def test_rounds_side_by_side_push_every_entry_once(beside: Any) -> None:
    beside([lambda: [some_upload(NOW, seed=seed) for seed in range(1, 9)]])
    beside([lambda: _wait(20)])

    sizes = beside([lambda: run_round(now=NOW, rng=Random(1))] * 6)

    assert sum(sizes) == 28
    (rounds,) = beside([pushed])
    entries = [entry for one in rounds for entry in one]
    assert len(entries) == len({entry.daily_key for entry in entries}) == 28


def test_a_round_and_a_withdrawal_side_by_side_leave_nothing_pushed(beside: Any) -> None:
    from django.db import transaction  # noqa: PLC0415

    from bluezone.portal.appgateway.pushes.services import withdraw_entries  # noqa: PLC0415

    def take_back(number: int) -> None:
        with transaction.atomic():
            upload = Upload.objects.select_for_update().get(pk=number)
            key = bytes(upload.daily_key)
            upload.delete()
            withdraw(number, NOW)
            entries = {entry for one in pushed() for entry in one if entry.daily_key == key}
            withdraw_entries(entries, now=NOW)

    for seed in range(1, 7):
        (upload,) = beside([lambda seed=seed: some_upload(NOW, seed=seed)])
        jobs = [lambda: run_round(now=NOW, rng=Random(1)), lambda u=upload: take_back(u.pk)]
        beside(jobs if seed % 2 else jobs[::-1])
        assert beside([pushed]) == [[]]


def test_one_worker_has_a_turn_and_one_has_a_row(beside: Any) -> None:
    def has_turn() -> bool:
        with turn("round", now=NOW, every_s=60) as ours:
            return ours

    assert sum(beside([has_turn] * 6)) == 1  # type: ignore[arg-type]
    beside([lambda: Publication.objects.create(pk=1, upload_id=5, expires_at=NOW + DAY)])
    rows = beside(
        [lambda seed=seed: leasing.take(1, now=NOW, rng=Random(seed)) for seed in range(6)]
    )
    assert sum(row is not None for row in rows) == 1
