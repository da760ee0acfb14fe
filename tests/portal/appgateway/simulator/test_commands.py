"""The simulator takes pushes as the specification says published phones do."""

import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from tests.portal.appgateway.simulator import commands
from tests.portal.appgateway.simulator.app import PublishedApp
from tests.portal.appgateway.simulator.handset import Handset, meet
from tests.portal.appgateway.simulator.scripted import Scripted
from tests.portal.appgateway.simulator.tracing import PhoneCrashError, PhoneHangError
from tests.portal.appgateway.simulator.wire import Network
from tests.portal.appgateway.simulator.world import MONDAY

from bluezone.phone.radio.virtual_time import VirtualTimeLoop, run_virtual
from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.f0 import F0Entry, encode_f0_list

T = TypeVar("T")

CONTACT = "/api/AppHistoryContact/ReportHistory_ConfirmContact"
GET_INFO = "/api/AppHistoryContact/ReportHistory_GetInfo"
PUSH_INFO = "/api/AppHistoryContact/PushInfoApp"
NOTIFY = {
    "NotifyID": "5501", "SmallIcon": "icon_bluezone_service", "LargeIcon": "", "Title": "Tin",
    "Text": "a", "BigText": "b", "TitleEn": "News", "TextEn": "c", "BigTextEn": "d",
    "Timestamp": 1_600_000_000_000, "TypeLanguage": "vi",
}  # fmt: skip


class Pair:
    """Two phones that have met, the first of them with the app under test."""

    def __init__(self, loop: VirtualTimeLoop, platform: str, version: str) -> None:
        clock = loop.unix_time
        self.server = Scripted()
        self.phone = Handset(
            "An", platform, language="vi", clock=clock, rng=Random(4), version=version
        )
        self.other = Handset("Binh", "android", language="vi", clock=clock, rng=Random(5))
        self.phone.reinstall("token-of-the-first-phone")
        self.phone.install.registered_token = self.phone.install.token
        self.app = PublishedApp(self.phone, Network(self.server, Random(3)))

    def entry_of_other(self) -> F0Entry:
        key = self.other.install.base_id
        return F0Entry(key, MONDAY, 96, MONDAY + 86_399)


def with_pair(
    main: Callable[[Pair], Awaitable[T]], platform: str = "android", version: str = "3.0.3"
) -> T:
    async def run(loop: VirtualTimeLoop) -> T:
        pair = Pair(loop, platform, version)
        await meet(pair.phone, pair.other, minutes=10, rng=Random(6))
        return await main(pair)

    return run_virtual(run, start_s=MONDAY + 30_000)


def push(pair: Pair, kind: str, content: object = None, notify: object = None) -> Awaitable[bool]:
    data = {"Type": kind}
    if notify is not None:
        data["Notify"] = json.dumps(notify)
    if content is not None:
        data["DataContent"] = json.dumps(content)
    return commands.take(pair.app, data)


def find(entries: list[F0Entry], **more: object) -> dict[str, object]:
    return {"FindGUID": "guid", "Numberdays": 14, "InfoF": encode_f0_list(entries), **more}


STRANGER = F0Entry(DayKey(bytes(32)), MONDAY, 96, MONDAY + 86_399)


@pytest.mark.parametrize("platform", ["android", "ios"])
def test_a_phone_that_met_the_f0_uploads_and_one_that_did_not_is_silent(platform: str) -> None:
    async def main(pair: Pair) -> None:
        await push(pair, "KiemTraLichSuTiepXuc", find([STRANGER]))
        assert pair.server.got == []
        await push(pair, "KiemTraLichSuTiepXuc", find([STRANGER, pair.entry_of_other()]))
        assert sorted(path for _, path, _ in pair.server.got) == [CONTACT, CONTACT + "_NoFile"]
        assert pair.app.answered == ["guid"]

    with_pair(main, platform)


@pytest.mark.parametrize("missing", ["FindGUID", "Numberdays", "InfoF"])
def test_without_one_of_its_members_the_command_is_ignored(missing: str) -> None:
    async def main(pair: Pair) -> None:
        content = find([pair.entry_of_other()])
        del content[missing]
        await push(pair, "KiemTraLichSuTiepXuc", content)
        assert pair.server.got == []

    with_pair(main)


def test_the_earlier_version_needs_no_number_of_days() -> None:
    async def main(pair: Pair) -> None:
        content = find([pair.entry_of_other()])
        del content["Numberdays"]
        await push(pair, "KiemTraLichSuTiepXuc", content)
        assert [path for _, path, _ in pair.server.got] == [CONTACT]

    with_pair(main, version="2.0.4")


@pytest.mark.parametrize(
    "wrong", [{"FindGUID": 7}, {"Numberdays": "14"}, {"InfoF": {"data": []}}, {"Numberdays": True}]
)
def test_a_wrong_native_type_crashes(wrong: Mapping[str, object]) -> None:
    async def main(pair: Pair) -> None:
        with pytest.raises(PhoneCrashError):
            await push(pair, "KiemTraLichSuTiepXuc", find([STRANGER], **wrong))

    with_pair(main)


def entry(**members: object) -> str:
    usual = {"daily_key": "00" * 32, "time_start": MONDAY, "max": 96, "time_end": MONDAY + 900}
    return json.dumps({"data": [{**usual, **members}]})


@pytest.mark.parametrize("platform", ["android", "ios"])
@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"max": 0}, PhoneCrashError),
        ({"max": -96}, PhoneHangError),
        ({"daily_key": "0"}, PhoneCrashError),
        ({"time_end": 2**40}, PhoneHangError),
    ],
)
def test_entries_that_crash_or_hang_phones_are_seen(
    platform: str, members: Mapping[str, object], fault: type[Exception]
) -> None:
    async def main(pair: Pair) -> None:
        with pytest.raises(fault):
            await push(pair, "KiemTraLichSuTiepXuc", find([], InfoF=entry(**members)))

    with_pair(main, platform)


def test_a_notice_is_shown_in_its_language_and_kept_once_by_its_number() -> None:
    async def main(pair: Pair) -> None:
        for language in ("vi", "EN", "Vi"):
            await push(pair, "GuiThongBao", {}, {**NOTIFY, "TypeLanguage": language})
        assert [title for _, _, title in pair.app.screen.notifications] == ["Tin", "Tin"]
        assert list(pair.phone.install.news) == ["5501"]

    with_pair(main)


@pytest.mark.parametrize(
    "notify", [{**NOTIFY, "Title": 5}, {**NOTIFY, "NotifyID": "a'b"}, {**NOTIFY, "Timestamp": ""}]
)
def test_a_notice_of_wrong_types_crashes(notify: Mapping[str, object]) -> None:
    async def main(pair: Pair) -> None:
        with pytest.raises(PhoneCrashError):
            await push(pair, "GuiThongBao", {}, notify)

    with_pair(main)


def test_what_cannot_be_parsed_is_discarded() -> None:
    async def main(pair: Pair) -> None:
        broken = {"Type": "GuiThongBao", "Notify": "{", "DataContent": "{}"}
        assert not await commands.take(pair.app, broken)
        assert not await commands.take(pair.app, {"Type": "NotifyCode"})
        assert pair.phone.install.news == {}

    with_pair(main)


@pytest.mark.parametrize(
    ("content", "crashes"),
    [
        ({"ScanBleRun": 30_000, "Anything": "merged"}, False),
        ({"ScanBleRun": "30000"}, True),
        ({"NotificationRequestLocation": {}}, True),
        ({"NotificationRequestLocation": {}, "NotificationRequestPermissonAndroid": {}}, False),
    ],
)
def test_settings_are_merged_whatever_they_are_and_some_crash(
    content: Mapping[str, object], crashes: bool
) -> None:
    async def main(pair: Pair) -> None:
        if crashes:
            with pytest.raises(PhoneCrashError):
                await push(pair, "CapNhatCauHinh", content)
        else:
            await push(pair, "CapNhatCauHinh", content)
            assert content.items() <= pair.phone.install.settings.items()

    with_pair(main)


def test_texts_must_be_encoded_twice() -> None:
    texts = {"version": "3.0.4", "vi": {}, "en": {"bluezone.home.warn": "Warning"}}

    async def main(pair: Pair) -> None:
        with pytest.raises(PhoneCrashError):
            await push(pair, "CapNhatNgonNgu", texts)
        await push(pair, "CapNhatNgonNgu", json.dumps(texts))
        assert pair.phone.install.texts["en"] == {"bluezone.home.warn": "Warning"}

    with_pair(main)


def test_the_commands_that_nobody_may_send_upload_everything_unseen() -> None:
    async def main(pair: Pair) -> None:
        await push(pair, "LayThongTinVaLichSu", {"FindGUID": "guid"})
        assert {path for _, path, _ in pair.server.got} == {GET_INFO, GET_INFO + "_NoFile"}
        assert pair.app.silent_uploads == 1
        await push(pair, "YeuCauGuiLichSu", {"OTP": "123456"})
        assert pair.app.silent_uploads == 1  # 2.0.4 only

    with_pair(main)


def test_inverted_guards_stay_inverted() -> None:
    async def main(pair: Pair) -> None:
        await push(pair, "GetInfoApp", {"PushGUID": "guid"})
        assert pair.server.got == []
        await push(pair, "GetInfoApp", {})
        assert [path for _, path, _ in pair.server.got] == [PUSH_INFO]
        await push(pair, "XoaThongBao", {}, {"NotifyID": "5501"})
        await push(pair, "CanhBaoXacNhanTiepXuc", {"Result": "true"}, NOTIFY)
        await push(pair, "PingPong", {}, {"key": "campaign7"})
        assert (pair.app.screen.notifications, pair.phone.install.news) == ([], {})

    with_pair(main)


def test_every_example_of_a_push_is_understood(shared: Path) -> None:
    text = (shared / "spec" / "bluezone-api-examples.json").read_text(encoding="utf-8")
    examples: list[dict[str, Any]] = json.loads(text)["push"]

    async def main(pair: Pair) -> list[bool]:
        return [await commands.take(pair.app, each["fcm_data"]) for each in examples]

    taken = with_pair(main)
    unknown = [each["type"] for each, done in zip(examples, taken, strict=True) if not done]
    assert unknown == ["YeuCauGuiLichSu", "v1 NotifyCode 1", "v1 NotifyCode 2"]
