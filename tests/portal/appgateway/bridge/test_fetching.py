"""Fetching as a stranger: signatures, new files only, what is left out."""

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import obstore
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.portal.appgateway.bridge.scene import DAY, HOUR

from bluezone.keyserver.export.objects import open_objects
from bluezone.portal.appgateway.bridge.fetching import _new_files, fetch_new_day_keys
from bluezone.portal.appgateway.bridge.key_server import KeyServer
from bluezone.portal.appgateway.bridge.models import FetchedFile, KnownKey, Listing
from bluezone.protocol.diagnosis_key import DayKeyEntry
from bluezone.protocol.export import ExportContent, ExportSigner, write_export
from bluezone.protocol.scheme import Scheme

pytestmark = pytest.mark.django_db
NOW = 1_597_472_640
TODAY = NOW - NOW % DAY


def fetch(hands: Any) -> int:
    server = KeyServer()
    taken = fetch_new_day_keys(server, now=hands.now)
    server.close()
    return taken


def waiting() -> set[bytes]:
    return {bytes(row.daily_key) for row in KnownKey.objects.filter(waiting=True)}


def put(scene: Any, *keys: DayKeyEntry, number: int = 1, signer: Any = None) -> str:
    """Let the key server's store hold a file with these keys, and an index of every such file."""
    from bluezone.keyserver.signing_key import open_signer  # noqa: PLC0415

    objects = open_objects(scene.settings)
    content = ExportContent(
        scheme=Scheme.BLUEZONE,
        start_s=TODAY,
        end_s=TODAY + HOUR,
        region="VN",
        day_keys=tuple(sorted(keys, key=lambda key: key.key)),
    )
    path = f"bluezone/hourly/{TODAY}-{TODAY + HOUR}-{number:05d}.zip"
    obstore.put(objects, path, write_export(content, [signer or open_signer(scene.settings)]))
    names = "".join(
        f"bluezone/hourly/{TODAY}-{TODAY + HOUR}-{n:05d}.zip\n" for n in range(1, number + 1)
    )
    obstore.put(objects, "bluezone/hourly/index.txt", names.encode())
    return path


def key_of(
    days_ago: int = 1, report_type: int = 1, *, seed: int = 1, slots: int = 96
) -> DayKeyEntry:
    return DayKeyEntry(Random(seed).randbytes(32), TODAY - days_ago * DAY, slots, report_type, 0)


def test_new_files_only_and_the_index_only_if_it_changed(key_server_scene: Any, hands: Any) -> None:
    first = key_server_scene.new_phone_publishes(2)
    hands.advance(HOUR)
    key_server_scene.export()
    assert fetch(hands) == 2
    assert fetch(hands) == 0
    second = key_server_scene.new_phone_publishes(2)
    hands.advance(HOUR)
    key_server_scene.export()
    assert fetch(hands) == 2

    assert waiting() == {key.key for key in (*first, *second)}
    gets = [path for method, path in key_server_scene.asked if method == "GET"]
    assert len(gets) == 3 + 2
    assert len({path for path in gets if path.endswith(".zip")}) == 2


def test_without_a_key_to_verify_with_nothing_is_asked_for(
    key_server_scene: Any, hands: Any, settings: Any, tmp_path: Path
) -> None:
    settings.BLUEZONE_GATEWAY_EXPORT_KEYS = [str(tmp_path / "nothing.pem")]
    assert fetch(hands) == 0
    (tmp_path / "nothing.pem").write_bytes(b"no key")
    assert fetch(hands) == 0
    assert key_server_scene.asked == []


def test_a_file_that_somebody_else_signed_is_not_taken_and_holds_up_no_other(
    key_server_scene: Any, hands: Any
) -> None:
    thief = ExportSigner(ec.generate_private_key(ec.SECP256R1()), "452", "v1")
    put(key_server_scene, key_of(seed=1), signer=thief)
    put(key_server_scene, key_of(seed=2), number=2)

    assert fetch(hands) == 1

    assert waiting() == {key_of(seed=2).key}
    assert Listing.objects.get().fault == "invalid_export_signature"
    put(key_server_scene, key_of(seed=1))  # signed rightly at last
    put(key_server_scene, key_of(seed=2), number=2)
    assert fetch(hands) == 1
    assert Listing.objects.get().fault == ""


@pytest.mark.parametrize(
    ("key", "taken"),
    [
        (key_of(1), True),
        (key_of(1, 2), True),
        (key_of(14), True),
        (key_of(15), False),
        (key_of(0), False),
        (key_of(-1), False),
        (key_of(1, 0), False),
        (key_of(1, 3), False),
        (key_of(1, 4), False),
        (key_of(1, 5), False),
        (key_of(1, slots=7), False),
        (replace(key_of(1), slots=1440), True),
    ],
    ids=[
        "confirmed",
        "by a doctor",
        "14 days ago",
        "15 days ago",
        "today",
        "tomorrow",
        "unknown",
        "self report",
        "recursive",
        "revoked",
        "a rate that phones count differently",
        "one id a minute",
    ],
)
def test_what_published_phones_may_be_told(
    key_server_scene: Any, hands: Any, key: DayKeyEntry, taken: bool
) -> None:
    put(key_server_scene, key)
    assert fetch(hands) == int(taken)
    assert FetchedFile.objects.count() == 1


def test_revised_keys_are_left_out(key_server_scene: Any, hands: Any) -> None:
    from bluezone.keyserver.signing_key import open_signer  # noqa: PLC0415

    content = ExportContent(
        scheme=Scheme.BLUEZONE,
        start_s=TODAY,
        end_s=TODAY + HOUR,
        region="VN",
        revised_day_keys=(key_of(1),),
    )
    path = put(key_server_scene, key_of(1, seed=5))
    data = write_export(content, [open_signer(key_server_scene.settings)])
    obstore.put(open_objects(key_server_scene.settings), path, data)
    assert fetch(hands) == 0


def test_a_key_in_two_files_waits_once(key_server_scene: Any, hands: Any) -> None:
    put(key_server_scene, key_of(1), key_of(2, seed=2))
    put(key_server_scene, key_of(1), number=2)
    assert fetch(hands) == 2


def test_a_server_that_cannot_be_reached_is_asked_again(key_server_scene: Any, hands: Any) -> None:
    put(key_server_scene, key_of(1))
    key_server_scene.broken = "refused"
    assert fetch(hands) == 0
    assert Listing.objects.get().fault == "key_server_unreachable"
    key_server_scene.broken = ""
    assert fetch(hands) == 1


def test_files_of_another_scheme_hold_no_day_key(key_server_scene: Any, hands: Any) -> None:
    from bluezone.keyserver.signing_key import open_signer  # noqa: PLC0415

    path = put(key_server_scene, key_of(1))
    content = ExportContent(scheme=Scheme.EN, start_s=TODAY, end_s=TODAY + HOUR, region="VN")
    data = write_export(content, [open_signer(key_server_scene.settings)])
    obstore.put(open_objects(key_server_scene.settings), path, data)
    assert fetch(hands) == 0


@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_index_names_files_below_the_export_root_or_none(index: bytes) -> None:
    for path, _ in _new_files(index, now=NOW):
        assert ".." not in path
        assert not path.startswith("/")
        assert path.endswith(".zip")
