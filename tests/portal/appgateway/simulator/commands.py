"""What the published app does with a push, parse failures, wrong types and bugs included.

Source: spec/bluezone-wire.md 4.1, 4.2 and 5.6. Only `Type`, `Notify` and `DataContent` are read.
A text that cannot be parsed discards the push; a member of a wrong native type crashes the app,
which in a test is a failure of whoever built the push (W13).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.portal.appgateway.simulator.app import PublishedApp
from tests.portal.appgateway.simulator.tracing import PhoneCrashError, finds_contact

NOTICE_TEXTS = (
    "SmallIcon", "LargeIcon", "Title", "Text", "BigText", "TitleEn", "TextEn", "BigTextEn",
)  # fmt: skip
FIRST_MILLISECONDS = 10**11
Content = Any


async def take(app: PublishedApp, data: Mapping[str, str]) -> bool:
    """Do what the push says; return False where the app discards it.

    Raises:
        PhoneCrashError, PhoneHangError: what the push does to a published phone.
    """
    if not all(isinstance(value, str) for value in data.values()):
        raise PhoneCrashError("a data value is no string")
    try:
        notify, content = _parsed(data.get("Notify")), _parsed(data.get("DataContent"))
    except ValueError:
        return False
    command = _COMMANDS.get(data.get("Type", ""))
    if app.handset.version == "2.0.4" and data.get("Type") == "YeuCauGuiLichSu":
        command = _send_for_otp
    if command is None:
        return False
    await command(app, notify, content)
    return True


def _parsed(text: str | None) -> Content:
    return None if text is None else json.loads(text)


def _of_type(content: Content, name: str, kind: type) -> Any:
    """Return a member; None where it is missing or empty, a crash where it has another type."""
    value = content.get(name) if isinstance(content, dict) else None
    if not value:
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise PhoneCrashError(f"{name} has another native type")
    return value


async def _find(app: PublishedApp, notify: Content, content: Content) -> None:
    guid = _of_type(content, "FindGUID", str)
    days = _of_type(content, "Numberdays", int)
    infof = _of_type(content, "InfoF", str)
    if days is None and app.handset.version == "2.0.4":
        days = 14
    if guid is None or days is None or infof is None:
        return
    if finds_contact(app.handset.platform, infof, app.handset.heard()):
        await app.answer_find(guid, days)


async def _send_for_guid(app: PublishedApp, notify: Content, content: Content) -> None:
    guid, days = _of_type(content, "FindGUID", str), _of_type(content, "Numberdays", int)
    if guid is not None:
        await app.send_everything("ReportHistory_GetInfo", ("FindGUID", guid), days or 14)


async def _send_for_otp(app: PublishedApp, notify: Content, content: Content) -> None:
    otp = _of_type(content, "OTP", str)
    if otp is not None:
        await app.send_everything("ReportHistory_ConfirmDeclare", ("OTP", otp), 14)


async def _news(app: PublishedApp, notify: Content, content: Content) -> None:
    """Store the entry by its NotifyID; show it only in the language of the phone."""
    if not isinstance(notify, dict):
        raise PhoneCrashError("Notify is missing")
    if not all(isinstance(notify.get(name, ""), str) for name in NOTICE_TEXTS):
        raise PhoneCrashError("a text of Notify is no text")
    timestamp = notify.get("Timestamp", FIRST_MILLISECONDS)
    if isinstance(timestamp, bool) or not isinstance(timestamp, int):
        raise PhoneCrashError("Timestamp is no number")
    number = str(notify.get("NotifyID") or app.handset.now_ms())
    if "'" in number or '"' in number:
        raise PhoneCrashError("NotifyID breaks the app's query (W15)")
    app.handset.install.news[number] = notify
    if str(notify.get("TypeLanguage", "")).lower() != app.handset.language:
        return
    title = notify["Title" if app.handset.language == "vi" else "TitleEn"]
    app.screen.notifications.append((asyncio.get_running_loop().time(), number, title))


async def _settings(app: PublishedApp, notify: Content, content: Content) -> None:
    if not isinstance(content, dict):
        raise PhoneCrashError("settings are no object")
    app.merge_settings(content)


async def _texts(app: PublishedApp, notify: Content, content: Content) -> None:
    if not isinstance(content, str):
        raise PhoneCrashError("texts are encoded once")
    texts = json.loads(content)
    if not isinstance(texts.get("vi"), dict) or not isinstance(texts.get("en"), dict):
        raise PhoneCrashError("texts of a language are missing")
    app.merge_texts(texts)


async def _nothing(app: PublishedApp, notify: Content, content: Content) -> None:
    """`CanhBaoXacNhanTiepXuc`, `PingPong`, and `XoaThongBao` with its guard inverted."""


async def _tell_token(app: PublishedApp, notify: Content, content: Content) -> None:
    if not (isinstance(content, dict) and content.get("PushGUID")):
        await app.tell_token()


async def _log(app: PublishedApp, notify: Content, content: Content) -> None:
    await app.send_log()


Command = Callable[[PublishedApp, Content, Content], Awaitable[None]]
_COMMANDS: Mapping[str, Command] = {
    "KiemTraLichSuTiepXuc": _find,
    "LayThongTinVaLichSu": _send_for_guid,
    "CanhBaoXacNhanTiepXuc": _nothing,
    "GuiThongBao": _news,
    "bznews": _news,
    "urlnews": _news,
    "MOBILE": _news,
    "XoaThongBao": _nothing,
    "CapNhatCauHinh": _settings,
    "CapNhatNgonNgu": _texts,
    "GetInfoApp": _tell_token,
    "GetLogApp": _log,
    "PingPong": _nothing,
}
