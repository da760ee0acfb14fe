"""The specification's 16 examples of pushes: ours have their shape, the others cannot be built."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bluezone.portal.appgateway.pushes import commands, push_data
from bluezone.portal.appgateway.pushes.commands import Notice, PushData, Words
from bluezone.portal.appgateway.pushes.errors import PushInvalidError
from bluezone.protocol.bluezone.f0 import parse_f0_list

WORDS = Words("Bluezone", "Ban tin", "Ban tin day du")
NOTICE = Notice(
    "5501", WORDS, Words("Bluezone", "News", "Full text"), language="en", at_ms=1_600_000_000_000
)
GUID = "7f3c2a10-5d1e-4c6b-9a2f-0123456789ab"


def find(example: Mapping[str, Any]) -> PushData:
    content = json.loads(example["DataContent"])
    return commands.find_contacts(GUID, parse_f0_list(content["InfoF"]), 14)


def link(example: Mapping[str, Any]) -> PushData:
    """Links lead to our own host only; the example's leads elsewhere."""
    return commands.link_news(replace(NOTICE, notice_id="5503"), LINK)


def texts(example: Mapping[str, Any]) -> PushData:
    return commands.texts("3.0.4", {}, {"bluezone.home.warn": "Warning"})


LINK = "https://example.org/news"
OURS: Mapping[str, Callable[[Mapping[str, Any]], PushData]] = {
    "KiemTraLichSuTiepXuc": find,
    "GuiThongBao": lambda _: commands.short_news(NOTICE, sender="MOH"),
    "bznews": lambda _: commands.html_news(replace(NOTICE, notice_id="5502"), "1024"),
    "urlnews": link,
    "MOBILE": lambda _: commands.phone_reminder(replace(NOTICE, notice_id="notifyOTP")),
    "CapNhatCauHinh": lambda _: commands.settings_update(
        {"ScanBleRun": 40_000, "ScanBleSleep": 260_000}
    ),
    "CapNhatNgonNgu": texts,
}
OTHERS = (
    "LayThongTinVaLichSu", "CanhBaoXacNhanTiepXuc", "XoaThongBao", "GetInfoApp", "GetLogApp",
    "PingPong", "YeuCauGuiLichSu", "v1 NotifyCode 1", "v1 NotifyCode 2",
)  # fmt: skip


@pytest.fixture
def pushes(shared: Path, settings: Any) -> dict[str, Any]:
    settings.BLUEZONE_PUBLIC_URL = "https://example.org"
    text = (shared / "spec" / "bluezone-api-examples.json").read_text(encoding="utf-8")
    return {each["type"]: each["fcm_data"] for each in json.loads(text)["push"]}


def test_the_list_of_pushes_is_whole(pushes: dict[str, Any]) -> None:
    assert {*pushes} == {*OURS, *OTHERS}


@pytest.mark.parametrize("kind", OURS)
def test_a_push_of_ours_is_the_example_byte_for_byte(kind: str, pushes: dict[str, Any]) -> None:
    example = pushes[kind]
    assert dict(OURS[kind](example).fields) == example


@pytest.mark.parametrize("kind", OTHERS)
def test_another_push_cannot_be_made(kind: str, pushes: dict[str, Any]) -> None:
    with pytest.raises(PushInvalidError):
        push_data.checked(pushes[kind])
    with pytest.raises(PushInvalidError):
        push_data.restored(json.dumps(pushes[kind]))
