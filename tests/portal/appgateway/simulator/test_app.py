"""The simulator does what the specification says of the published app, bugs included."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, TypeVar

import pytest
from tests.portal.appgateway.simulator.app import PublishedApp
from tests.portal.appgateway.simulator.handset import Handset, meet
from tests.portal.appgateway.simulator.scripted import OK, Scripted, refusal
from tests.portal.appgateway.simulator.tracing import PhoneCrashError
from tests.portal.appgateway.simulator.wire import (
    Network,
    NotServedError,
    Response,
    Trouble,
    axios_reply,
    blob_reply,
)
from tests.portal.appgateway.simulator.world import MONDAY

from bluezone.phone.radio.virtual_time import VirtualTimeLoop, run_virtual
from bluezone.protocol.bluezone.history import parse_history
from bluezone.protocol.bluezone.infof import parse_infof

T = TypeVar("T")

REGISTER = "/api/App/RegisterUser"
UPDATE = "/api/App/UpdateTokenFirebase"
OTP = "/api/App/CreateAndSendOTPCode"
CONFIRM = "/api/App/ConfirmOTPCode"
INFORMATION = "/api/App/DeclareInformation"
FILE = "/api/AppHistoryContact/ReportHistory_ConfirmContact"
KEYS = FILE + "_NoFile"
HELP = "/api/AppHistoryContact/ReportHistory_ConfirmDeclare"
LOG = "/api/AppLog/SaveFile"
VERSION_FILE = {
    "VersionAndroid": "3.0.3", "VersionIOS": "3.0.2", "forceUpdateAndroid": [],
    "forceUpdateIOS": [], "recommendedUpdateAndroid": [], "recommendedUpdateIOS": [],
    "VersionResource": "3.0.3",
}  # fmt: skip
FAQ_FILE = {"version": "1", "HasFAQ": {"vi": {"itemIds": []}, "en": {"itemIds": []}}, "FAQ": {}}
FILES = {
    "/api/App/versionApp.json": [VERSION_FILE],
    "/api/App/configApp.json": [{"ScanBleRun": 40000}],
    "/api/App/dataFAQ.json": [FAQ_FILE],
}


class Town:
    """One phone and a scripted server."""

    def __init__(self, loop: VirtualTimeLoop, script: dict[str, list[Any]], **more: Any) -> None:
        self.loop = loop
        self.server = Scripted({**FILES, **script})
        self.network = Network(self.server, Random(3), Trouble(**more.pop("trouble", {})))
        platform = more.pop("platform", "android")
        self.phone = Handset(
            "An", platform, language="vi", clock=loop.unix_time, rng=Random(4), **more
        )
        self.phone.reinstall("token-of-an-android-phone")
        self.app = PublishedApp(self.phone, self.network)


def in_town(
    main: Callable[[Town], Awaitable[T]], script: dict[str, list[Any]] | None = None, **more: Any
) -> T:
    async def run(loop: VirtualTimeLoop) -> T:
        return await main(Town(loop, script or {}, **more))

    return run_virtual(run, start_s=MONDAY)


def test_registration_is_tried_six_times_and_only_success_is_remembered() -> None:
    async def main(town: Town) -> None:
        assert await town.app.sync_token((0.1,) * 5) is None
        assert len(town.server.times(REGISTER)) == 6
        assert town.phone.install.registered_token is None
        town.server.script[REGISTER] = [OK]
        assert await town.app.sync_token() == OK
        assert town.phone.install.registered_token == "token-of-an-android-phone"
        assert await town.app.sync_token() == "token-of-an-android-phone"
        assert len(town.server.times(REGISTER)) == 7

    in_town(main, {REGISTER: [refusal(1)]})


def test_an_update_waits_longer_each_time_and_registers_where_the_old_token_is_unknown() -> None:
    async def main(town: Town) -> None:
        town.phone.install.registered_token = "the token before"
        await town.app.sync_token()
        times = [at - town.server.times(UPDATE)[0] for at in town.server.times(UPDATE)]
        assert [round(at) for at in times] == [0, 1, 4]
        assert len(town.server.times(REGISTER)) == 1

    in_town(main, {UPDATE: [refusal(1), refusal(2), refusal(41)]})


@pytest.mark.parametrize(("known", "repeated"), [(True, "token-of-an-android-phone"), (False, OK)])
def test_a_repeat_sends_the_whole_answer_only_where_something_was_registered(
    known: bool, repeated: object
) -> None:
    async def main(town: Town) -> None:
        if known:
            town.phone.install.registered_token = town.phone.install.token
        await town.app.ask_for_otp("0912345678")
        assert [body["TokenFirebase"] for body in town.server.bodies(OTP)] == [
            "token-of-an-android-phone",
            repeated,
        ]
        assert town.app.screen.dialogs == ["[22]"]

    in_town(main, {OTP: [refusal(22)]})


def test_after_status_31_number_and_token_are_swapped_and_after_81_the_number_is_lost() -> None:
    async def main(town: Town) -> None:
        store = town.phone.install
        store.registered_token = store.token
        await town.app.confirm_otp("0912345678", "482913")
        assert town.server.bodies(CONFIRM)[1]["TokenFirebase"] == "0912345678"
        assert town.server.bodies(CONFIRM)[1]["PhoneNumber"] == store.token
        assert store.phone_number == "0912345678"
        await town.app.tell_name("Nguyen Van A", "1 Trang Thi")
        first, second = town.server.bodies(INFORMATION)
        assert (first["PhoneNumber"], first["TokenFirebase"]) == (store.token, "0912345678")
        assert (second["PhoneNumber"], second["TokenFirebase"]) == (store.token, store.token)

    in_town(main, {CONFIRM: [refusal(31), OK], INFORMATION: [refusal(81), OK]})


def test_a_null_where_the_number_belongs_crashes_the_app() -> None:
    async def main(town: Town) -> None:
        with pytest.raises(PhoneCrashError):
            town.app._take_number("0912345678", None)

    in_town(main)


def test_an_envelope_without_object_is_the_servers_fault() -> None:
    async def main(town: Town) -> None:
        with pytest.raises(NotServedError):
            await town.app.sync_token()

    in_town(main, {REGISTER: [{**OK, "Object": None}]})


def test_axios_reads_200_alone_and_the_file_library_every_status() -> None:
    body = b'{"isOk": false, "Status": 61, "Object": "", "isError": true}'
    assert axios_reply(Response(500, {}, body)).status == -1
    assert blob_reply(Response(500, {}, body)).status == 61
    assert axios_reply(Response(200, {}, body)).status == 61
    assert not axios_reply(Response(201, {}, b'{"isOk": true, "Status": 0}')).is_ok
    assert not axios_reply(Response(200, {}, b'{"isOk": "true", "Status": "0"}')).is_ok
    assert blob_reply(Response(200, {}, b"<html>")).status == -1


def test_a_found_contact_sends_both_uploads_at_once_five_times_then_the_log_and_keeps_a_job() -> (
    None
):
    async def main(town: Town) -> None:
        town.phone.install.registered_token = town.phone.install.token
        assert not await town.app.answer_find("guid", 14)
        files, keys = town.server.times(FILE), town.server.times(KEYS)
        assert files == keys
        assert [round(at - files[0]) for at in files] == [0, 5, 25, 75, 135]
        assert len(town.server.times(LOG)) == 1
        assert b"\r\n\r\ncontent\r\n" in town.server.got[-1][2]
        jobs = town.phone.install.jobs
        assert jobs == [{"FindGUID": "guid", "Numberdays": 14}]
        jobs.append({"FindGUID": "another", "Numberdays": 14})
        town.server.script[FILE] = [OK]
        await town.app.start()
        assert len(town.server.times(FILE)) == 6  # the other job went with the first one
        assert jobs == []

    in_town(main, {FILE: [refusal(61)], KEYS: [refusal(61)]})


def test_the_help_screen_tries_once_and_once_more_on_status_11() -> None:
    async def main(town: Town) -> None:
        town.phone.install.registered_token = town.phone.install.token
        assert await town.app.help_with_code("482913") == "incorrect"
        assert len(town.server.times(HELP)) == 1
        town.server.script[HELP] = [refusal(11)]
        assert await town.app.help_with_code("482913") == "[11]"
        assert len(town.server.times(HELP)) == 3

    in_town(main, {HELP: [refusal(51)]})


def test_a_start_waits_five_seconds_and_offers_the_number_only_after_a_token_sync() -> None:
    async def main(town: Town) -> None:
        await town.app.start()
        assert town.app.offers_phone_number is False
        town.phone.reinstall("another-token-of-this-phone")
        town.network.trouble = Trouble()
        await town.app.start()
        assert town.app.offers_phone_number is True

    in_town(main, trouble={"request_lost": 1.0})


def test_a_lost_answer_looks_like_no_answer_although_the_work_was_done() -> None:
    async def main(town: Town) -> None:
        assert await town.app.sync_token((0.1,) * 5) is None
        assert len(town.server.times(REGISTER)) == 6
        town.network.trouble = Trouble(twice=1.0)
        assert await town.app.sync_token((0.1,) * 5) == OK
        assert len(town.server.times(REGISTER)) == 8

    in_town(main, trouble={"answer_lost": 1.0})


@pytest.mark.parametrize(("platform", "digits"), [("android", 13), ("ios", 10)])
def test_a_meeting_is_stored_by_both_in_their_own_units(platform: str, digits: int) -> None:
    async def main(town: Town) -> None:
        other = Handset("Binh", "ios", language="en", clock=town.loop.unix_time, rng=Random(5))
        await meet(town.phone, other, minutes=20, rng=Random(6))
        rows = parse_history(town.phone.history_file(14))
        assert 4 <= len(rows) <= 12
        assert {len(str(row.stored_time)) for row in rows} == {digits}
        theirs = {row.own_id for row in parse_history(other.history_file(14))}
        assert {row.contact_id for row in rows} <= theirs
        info = parse_infof(town.phone.infof_text())
        assert info is not None
        assert info.is_consistent()

    in_town(main, platform=platform)


def test_the_earlier_version_sends_one_upload_of_its_own_form() -> None:
    async def main(town: Town) -> None:
        town.phone.install.registered_token = town.phone.install.token
        assert await town.app.answer_find("guid", 14)
        assert [path for _, path, _ in town.server.got] == [FILE]
        assert town.server.got[0][2].startswith(b"--*****\r\n")

    in_town(main, version="2.0.4")
