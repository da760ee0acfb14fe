"""What becomes of phones and their counts as the days go by."""

import datetime as dt

import pytest

from bluezone.portal.appgateway import worker
from bluezone.portal.appgateway.phones import services
from bluezone.portal.appgateway.phones.forgetting import (
    DEAD_KEPT_S,
    EARLIER_KEPT_S,
    EARLIER_LIVES_S,
    purge,
)
from bluezone.portal.appgateway.phones.models import EarlierToken, Phone
from bluezone.portal.appgateway.phones.registering import Registration, Renewal, commit
from bluezone.portal.campaign.figures.models import DailyRegistrations, Figure
from bluezone.portal.campaign.figures.services import publish_registrations
from bluezone.portal.units.models import Edition, Unit

pytestmark = pytest.mark.django_db

NOW = 1_597_472_640
DAY_S = 86_400


def test_an_earlier_token_gets_no_pushes_after_a_month_and_is_known_for_half_a_year() -> None:
    commit([Registration("old", "ios", NOW)])
    commit([Renewal("new", "old", "", NOW)])
    purge(now=NOW + EARLIER_LIVES_S)
    assert [token for _, token in services.live_tokens(0, 9)] == ["new", "old"]
    purge(now=NOW + EARLIER_LIVES_S + 1)
    assert [token for _, token in services.live_tokens(0, 9)] == ["new"]
    assert services.phone_id_of("old") == services.phone_id_of("new")
    purge(now=NOW + EARLIER_KEPT_S + 1)
    assert services.phone_id_of("old") is None
    assert Phone.objects.count() == 1


def test_a_living_phone_is_never_forgotten_and_a_dead_one_after_nine_months() -> None:
    commit([Registration("silent", "ios", NOW), Registration("dead", "ios", NOW)])
    number = services.phone_id_of("dead")
    services.mark_dead(int(number or 0), "dead", NOW)
    purge(now=NOW + DEAD_KEPT_S)
    assert services.phone_id_of("dead") == number
    purge(now=NOW + 10 * DEAD_KEPT_S)
    assert services.phone_id_of("dead") is None
    assert services.phone_id_of("silent") is not None


def test_forgetting_a_phone_takes_its_earlier_tokens_along() -> None:
    commit([Registration("old", "ios", NOW)])
    commit([Renewal("new", "old", "", NOW + EARLIER_KEPT_S)])
    for token in ("new", "old"):
        services.mark_dead(int(services.phone_id_of(token) or 0), token, NOW)
    purge(now=NOW + DEAD_KEPT_S + 1)
    assert not Phone.objects.exists()
    assert not EarlierToken.objects.exists()


def test_a_phone_is_noted_once_a_day() -> None:
    commit([Registration("token", "", NOW)])
    commit([Registration("token", "android", NOW + 60)])
    row = Phone.objects.get()
    assert (row.platform, row.seen_at) == ("android", NOW - NOW % DAY_S)
    commit([Registration("token", "", NOW + DAY_S)])
    row = Phone.objects.get()
    assert (row.platform, row.seen_at) == ("android", NOW - NOW % DAY_S + DAY_S)
    assert row.registered_at == NOW - NOW % DAY_S


def test_of_two_equal_registrations_in_one_group_one_is_new() -> None:
    jobs = [Registration("a", "", NOW), Registration("b", "", NOW), Registration("a", "", NOW)]
    answers = commit(jobs)
    assert [answer.is_new for answer in answers] == [True, True, False]
    assert answers[0].phone_id == answers[2].phone_id != answers[1].phone_id


def test_two_tokens_of_one_hash_are_not_one_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    commit([Registration("a", "", NOW)])
    Phone.objects.update(token="another text")
    assert commit([Registration("a", "", NOW)])[0].phone_id is None
    assert services.phone_id_of("a") is None


def test_what_the_worker_hands_over_is_published_as_users_of_the_nation() -> None:
    Edition.objects.create(id="vn2020", country="vn", valid_from=dt.date(2020, 1, 1))
    Unit.objects.create(path="vn2020", edition_id="vn2020", level="nation", name="Việt Nam")
    commit([Registration(f"token-{number}", "ios", NOW) for number in range(3)])
    for _ in range(2):
        worker.run_due(now=NOW)
    assert DailyRegistrations.objects.get().count == 3
    day = dt.date(2020, 8, 15)
    publish_registrations(day, now=NOW + DAY_S, today=day + dt.timedelta(days=1))
    figure = Figure.objects.get()
    assert (figure.unit_path, figure.series, figure.day, figure.value, figure.source) == (
        "vn2020",
        "users",
        day,
        3,
        "registrations",
    )


def test_no_token_is_in_a_representation() -> None:
    jobs = [
        Registration("secret-token", "ios", NOW),
        Renewal("secret-new", "secret-token", "", NOW),
    ]
    commit(jobs)
    rows = [*jobs, Phone.objects.get(), EarlierToken.objects.get()]
    assert "secret" not in " ".join(map(repr, rows))
