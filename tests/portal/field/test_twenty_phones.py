"""Twenty phones come back to the network: whatever goes wrong on the way, nothing is lost.

A phone here does what `sync.js` does: a clock that is wrong and is put right or moved meanwhile,
batches, requests and answers that are lost, everything sent again until the server has said that
it has it.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluezone.portal import clock
from bluezone.portal.accounts.models import User
from bluezone.portal.campaign.field.enrolment import enrol
from bluezone.portal.campaign.field.fold import Op, OpId, fold
from bluezone.portal.campaign.field.models import Household, Team, Visit
from bluezone.portal.campaign.field.syncing import contact_fields, sync
from bluezone.portal.campaign.field.wire import read_sync

PHONES, VISITS, BATCH = 20, 6, 4
OUTCOMES = ("installed", "helped", "no_smartphone", "absent", "absent", "refused", "phone_too_old")


@dataclass
class WalkingPhone:
    """A phone: its log with a step each, its wrong clock, what it heard of the server's."""

    device: str
    token: str
    rng: Random
    skew_s: int
    log: list[dict[str, Any]] = field(default_factory=list)
    contact: int = 0
    newest: int = 0
    cursor: int = 0

    def walk(self, homes: list[int], now: int) -> None:
        """Note visits of the hours before `now`, by this phone's clock."""
        for hours in sorted(self.rng.randint(0, 72) for _ in range(VISITS)):
            self.add(self.rng.choice(homes), now - (72 - hours) * 3600)
        void = dict(self.rng.choice(self.log))
        target = {"device": self.device, "counter": void["counter"]}
        self.add(void["household"], now, kind="void", target=target)

    def add(self, home: int, when: int, **more: Any) -> None:
        outcome = "" if more else self.rng.choice(OUTCOMES)
        reason = {"reason": "battery"} if outcome == "refused" else {}
        plain = {"counter": len(self.log) + 1, "household": home, "at": max(0, when + self.skew_s)}
        self.log.append({**plain, "outcome": outcome, **reason, **more, "step": "new"})

    @property
    def done(self) -> bool:
        return all(visit["step"] == "sent" for visit in self.log)

    def meet(self, now: int) -> None:
        """Make one contact of a few requests, of which any may be lost on either way."""
        if self.rng.random() < 0.2:
            self.skew_s = self.rng.choice([0, -40 * 86_400, 9 * 86_400])
        if (said := self.ask([], now)) is None:
            return
        offset = said["server_time"] - (now + self.skew_s)
        for visit in (one for one in self.log if one["step"] == "new"):
            inside = min(max(visit["at"] + offset, self.contact + 1), now)
            self.newest = max(inside, min(self.newest, now))
            visit.update(time=self.newest, step="ready")
        ready = [visit for visit in self.log if visit["step"] == "ready"]
        self.rng.shuffle(ready)
        for start in range(0, len(ready), BATCH):
            if self.ask(ready[start : start + BATCH], now) is None:
                return

    def ask(self, visits: list[dict[str, Any]], now: int) -> dict[str, Any] | None:
        lost = self.rng.choices(["no", "request", "answer"], [6, 2, 2])[0]
        if lost == "request":
            return None
        sent = [{key: visit[key] for key in visit if key != "step"} for visit in visits]
        body = {
            "device": self.device,
            "now": now + self.skew_s,
            "cursor": self.cursor,
            "visits": sent,
        }
        request = read_sync(json.dumps(body).encode())
        said = contact_fields(sync(request, self.token, now=now), now=now)
        if lost == "answer":
            return None
        self.cursor = said["cursor"]
        assert said["refused"] == []
        for counter in said["accepted"] + said["repeated"]:
            self.log[counter - 1]["step"] = "sent"
        return said


@pytest.mark.django_db
@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_nothing_is_lost_and_nothing_counts_twice_whatever_the_network_and_the_clocks_do(
    east: Team, tam: User, kit: Any, seed: int
) -> None:
    Visit.objects.all().delete()
    homes = [door.pk for door in kit.doors(east)]
    rng, now = Random(seed), clock.now() + 10 * 86_400
    phones = []
    for number in range(PHONES):
        made = enrol(east, tam, rng=Random(seed + number), now=now)
        skew = rng.choice([0, -3 * 86_400, -40 * 86_400, 5 * 86_400, 7, 600])
        phones.append(WalkingPhone(made.device.pk, made.token, Random(seed * 31 + number), skew))
        phones[-1].walk(homes, now)
    while waiting := [phone for phone in phones if not phone.done]:
        rng.choice(waiting).meet(now)
        now += 60

    stored = list(Visit.objects.all())
    made_by = Counter((phone.device, visit["counter"]) for phone in phones for visit in phone.log)
    assert Counter((row.device, row.counter) for row in stored) == made_by
    assert all(row.time <= now for row in stored)
    for home in Household.objects.filter(pk__in=homes):
        standing = fold(op_of(row) for row in stored if row.household_id == home.pk)
        assert (home.state, home.absences, home.settled_on, home.helped_on) == (
            standing.state,
            standing.absences,
            standing.settled_on,
            standing.helped_on,
        )


def op_of(row: Visit) -> Op:
    target = None if row.target_counter is None else OpId(row.target_device, row.target_counter)
    return Op(OpId(row.device, row.counter), row.time, row.kind, row.outcome, row.phones, target)
