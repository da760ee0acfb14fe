"""The published app, v3.0.3 on both platforms and 2.0.4: start, registration, uploads.

Source: spec/bluezone-wire.md 3.1 to 3.4 and 5.1 to 5.3, client bugs included: swapped fields,
whole answers sent as tokens, a token stored as registered only on success and not sent again
while it is the same, `Object.PhoneNumber` read without looking, a removal of a stored job that
takes two. Of 2.0.4 the specification knows the bytes of one upload; its retries are taken to be
those of 3.0.3.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tests.portal.appgateway.simulator.bodies import (
    Upload,
    blob_upload,
    form_upload,
    native_upload,
)
from tests.portal.appgateway.simulator.handset import Handset, Install
from tests.portal.appgateway.simulator.tracing import PhoneCrashError
from tests.portal.appgateway.simulator.wire import (
    AXIOS_HEADERS,
    AXIOS_S,
    FILE_S,
    JSON_HEADERS,
    LOST,
    RESOURCE_S,
    UPLOAD_S,
    Network,
    NoAnswerError,
    Reply,
    axios_reply,
    blob_reply,
)

REGISTER_DELAYS_S = (0.1,) * 5
LONG_DELAYS_S = (1.0, 3.0, 8.0, 13.0, 21.0, 34.0, 55.0)
UPLOAD_DELAYS_S = (5.0, 20.0, 50.0, 60.0)
START_WITHIN_S = 5.0
ONE_HOUR_S = 3600.0

APP, HISTORY = "/api/App/", "/api/AppHistoryContact/"
NATIVE_NUMBERS = frozenset(
    {
        "ScanBleRun", "ScanBleSleep", "BroadcastBleRun", "BroadcastBleSleep", "ScanDevicesRun",
        "ScanDevicesSleep", "MaxNumberSubKeyPerDay", "TimeSaveLog", "DbMaxRow", "DbMaxDay",
        "TimeBackup", "TimeEnableBluetooth", "BatteryEnableBluetooth",
        "IntervalRequestPermisson", "MaxNumberSubKey",
    }
)  # fmt: skip


@dataclass
class Screen:
    """What the owner saw."""

    dialogs: list[str] = field(default_factory=list)
    notifications: list[tuple[float, str, str]] = field(default_factory=list)
    """Virtual instant, NotifyID, title as shown."""


class PublishedApp:
    """The app on one handset."""

    def __init__(self, handset: Handset, network: Network) -> None:
        self.handset, self.network = handset, network
        self.screen = Screen()
        self.silent_uploads = 0
        self.answered: list[str] = []
        """FindGUIDs of which an upload was acknowledged."""

    @property
    def _store(self) -> Install:
        """The install of the moment."""
        return self.handset.install

    # Requests ---------------------------------------------------------------------------

    async def axios(self, path: str, body: object = None, *, timeout_s: float = AXIOS_S) -> Reply:
        """POST JSON, or GET without a body."""
        method = "GET" if body is None else "POST"
        headers = AXIOS_HEADERS if body is None else JSON_HEADERS
        raw = b"" if body is None else _json(body)
        return await self._send(method, path, headers, raw, timeout_s, axios_reply)

    async def _upload(
        self, path: str, upload: Upload, timeout_s: float, read: Callable[..., Reply]
    ) -> Reply:
        return await self._send("POST", path, upload.headers, upload.body, timeout_s, read)

    async def _send(self, method, path, headers, body, timeout_s, read) -> Reply:
        try:
            response = await self.network.send(
                method, path, headers, body, address=self.handset.address, timeout_s=timeout_s
            )
        except NoAnswerError:
            return Reply(False, -1, "timeout")
        return read(response)

    # Start (5.2) ------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the app: five jobs, of which the screen waits 5 s; then what was left undone."""
        token_sync = asyncio.ensure_future(self.sync_token(REGISTER_DELAYS_S))
        jobs = {
            token_sync,
            *map(asyncio.ensure_future, (self._read_texts(), self._read_settings())),
        }
        await asyncio.wait(jobs, timeout=START_WITHIN_S)
        synced = token_sync.done() and token_sync.result() is not None
        if not self._store.has_started:
            self._store.has_started = True
            self.offers_phone_number = synced
        await asyncio.gather(*jobs)
        if self.handset.version != "2.0.4":
            await self._read_faq()
        for job in list(self._store.jobs):
            await self._repeat_job(job)

    async def _read_texts(self) -> None:
        """Read the version file, and the texts if they are newer."""
        reply = await self.axios(APP + "versionApp.json", timeout_s=RESOURCE_S)
        told = reply.envelope
        if not isinstance(told, dict):
            return
        for name in ("forceUpdate", "recommendedUpdate"):
            for system in ("Android", "IOS"):
                if not isinstance(told.get(name + system), list):
                    raise PhoneCrashError(f"{name + system} is no array")
        if _version(told["VersionResource"]) > _version(self._store.resource_version):
            texts = (await self.axios(APP + "resourceApp.json", timeout_s=RESOURCE_S)).envelope
            if isinstance(texts, dict):
                self.merge_texts(texts)
                self._store.resource_version = "4.0.0"

    async def _read_settings(self) -> None:
        told = (await self.axios(APP + "configApp.json", timeout_s=FILE_S)).envelope
        if isinstance(told, dict):
            self.merge_settings(told)

    async def _read_faq(self) -> None:
        told = (await self.axios(APP + "dataFAQ.json", timeout_s=FILE_S)).envelope
        if isinstance(told, dict) and told["version"] != self._store.faq_version:
            for language in ("vi", "en"):
                for item in told["HasFAQ"][language]["itemIds"]:
                    assert isinstance(told["FAQ"][item]["answer"], str)
            self._store.faq_version = told["version"]

    def merge_texts(self, texts: dict[str, object]) -> None:
        for language in ("vi", "en"):
            self._store.texts.setdefault(language, {}).update(texts[language])

    def merge_settings(self, told: dict[str, object]) -> None:
        """Merge any member and hand everything to the native layer (5.1)."""
        self._store.settings.update(told)
        for name in NATIVE_NUMBERS & told.keys():
            if isinstance(told[name], bool) or not isinstance(told[name], int | float):
                raise PhoneCrashError(f"{name} is no number")
        both = "NotificationRequestPermissonAndroid" in told
        if "NotificationRequestLocation" in told and not both and self.handset.platform != "ios":
            raise PhoneCrashError("NotificationRequestLocation without the other")
        if self.handset.platform == "ios":
            slots = told.get("MaxNumberSubKey") if told.get("TimeSaveLog") else None
        else:
            slots = told.get("MaxNumberSubKeyPerDay")
        if isinstance(slots, int) and slots > 0:
            self._store.generator.set_slots(slots)

    # Token (3.2, 3.4 rules 2 and 3) -----------------------------------------------------

    async def sync_token(self, delays_s: Sequence[float] = LONG_DELAYS_S) -> object | None:
        """Tell the server the token if it is new.

        Returns:
            None after a failure; the token where nothing had to be sent; the whole answer where
            something had: what a repeat then sends as the token.
        """
        store = self._store
        token, stored = store.token, store.registered_token
        if stored == token:
            return token
        if stored is None:
            return await self._register(token, delays_s)
        body = {
            "TokenFirebaseNew": token,
            "TokenFirebaseOld": stored,
            "PhoneNumber": store.phone_number,
        }
        reply = await self._repeatedly(
            lambda: self.axios(APP + "UpdateTokenFirebase", body),
            LONG_DELAYS_S,
            enough=lambda given: given.status == 41,
        )
        if reply.status == 41:
            return await self._register(token, delays_s)
        return self._registered(token, reply)

    async def _register(self, token: str, delays_s: Sequence[float]) -> object | None:
        body = {"TokenFirebase": token, "TypeOS": self.handset.platform}
        reply = await self._repeatedly(lambda: self.axios(APP + "RegisterUser", body), delays_s)
        return self._registered(token, reply)

    def _registered(self, token: str, reply: Reply) -> object | None:
        if not reply.is_ok:
            return None
        self._store.registered_token = token
        return reply.envelope

    async def _repeatedly(
        self,
        request: Callable[[], Awaitable[Reply]],
        delays_s: Sequence[float],
        *,
        enough: Callable[[Reply], bool] = lambda reply: False,
    ) -> Reply:
        """Try until success, or `enough`, or the table of delays is used up."""
        reply = await request()
        for delay_s in delays_s:
            if reply.is_ok or enough(reply):
                break
            await asyncio.sleep(delay_s)
            reply = await request()
        return reply

    # Phone number (5.3) -----------------------------------------------------------------

    async def ask_for_otp(self, number: str) -> Reply:
        """Send the number; on 21 and 22 sync and repeat once."""
        reply = await self.axios(APP + "CreateAndSendOTPCode", self._number_body(number))
        if reply.status in {21, 22}:
            token = await self.sync_token()
            reply = await self.axios(
                APP + "CreateAndSendOTPCode", {**self._number_body(number), "TokenFirebase": token}
            )
        if not reply.is_ok:
            self.screen.dialogs.append("number" if reply.status == 23 else f"[{reply.status}]")
        return reply

    async def confirm_otp(self, number: str, code: str) -> Reply:
        """Send the code; on 31 sync and repeat once, number and token swapped."""
        body = {**self._number_body(number), "OTPCode": code}
        reply = await self.axios(APP + "ConfirmOTPCode", body)
        if reply.status == 31:
            token = await self.sync_token()
            body |= {"PhoneNumber": token, "TokenFirebase": number}
            reply = await self.axios(APP + "ConfirmOTPCode", body)
        if reply.is_ok:
            self._take_number(number, reply.value)
        else:
            shown = {33: "wrong code", 34: "code expired"}
            self.screen.dialogs.append(shown.get(reply.status, f"[{reply.status}]"))
        return reply

    def _take_number(self, number: str, told: object) -> None:
        """Read `Object.PhoneNumber` as JavaScript does: null throws, a string has none."""
        if told is None or told is LOST:
            raise PhoneCrashError("Object is null")
        returned = told.get("PhoneNumber") if isinstance(told, dict) else None
        self._store.phone_number = returned if isinstance(returned, str) and returned else number

    async def tell_name(self, name: str, address: str) -> Reply:
        """Send name and address, number and token swapped; on 81 sync and repeat once."""
        token, number = self._store.token, self._store.phone_number
        body = {"PhoneNumber": token, "TokenFirebase": number, "Fullname": name, "Address": address}
        reply = await self.axios(APP + "DeclareInformation", body)
        if reply.status == 81:
            body["TokenFirebase"] = await self.sync_token()
            reply = await self.axios(APP + "DeclareInformation", body)
        return reply

    def _number_body(self, number: str) -> dict[str, object]:
        return {
            "PhoneNumber": number,
            "TokenFirebase": self._store.token,
            "TypeOS": self.handset.platform,
        }

    # Uploads (3.2) ----------------------------------------------------------------------

    async def help_with_code(self, code: str) -> str:
        """Type the health worker's code on the upload screen; return what the screen says."""
        return await self._help(code, silent_repeat=True)

    async def _help(self, code: str, *, silent_repeat: bool) -> str:
        path = HISTORY + "ReportHistory_ConfirmDeclare"
        first, _ = await self._both(path, ("OTP", code), ())
        if first.is_ok:
            return "thanks"
        if first.status == 11 and silent_repeat:
            await self.sync_token()
            return await self._help(code, silent_repeat=False)
        shown = {51: "incorrect", 52: "expired"}
        return shown.get(first.status, f"[{first.status}]")

    async def answer_find(self, guid: str, days: int) -> bool:
        """Send history and keys without asking; keep a job if the file does not get through."""
        await self.sync_token()
        if await self._send_find(guid, days):
            return True
        self._store.jobs.append({"FindGUID": guid, "Numberdays": days})
        return False

    async def _send_find(self, guid: str, days: int) -> bool:
        path = HISTORY + "ReportHistory_ConfirmContact"
        file, keys = await self._both(path, ("FindGUID", guid), UPLOAD_DELAYS_S, days=days)
        if file.is_ok or keys.is_ok:
            self.answered.append(guid)
        if not file.is_ok:
            await self.send_log()
        return file.is_ok

    async def send_everything(self, flow: str, selector: tuple[str, str], days: int) -> None:
        """Do what no server may ask for: hand over everything, unseen."""
        self.silent_uploads += 1
        await self._both(HISTORY + flow, selector, UPLOAD_DELAYS_S, days=days)

    async def _both(
        self,
        path: str,
        selector: tuple[str, str],
        delays_s: Sequence[float],
        *,
        days: int = 14,
    ) -> tuple[Reply, Reply]:
        """Start both requests at once; return the file's reply and the keys'."""
        store, rng, platform = self._store, self.handset.rng, self.handset.platform
        history, infof = self.handset.history_file(days), self.handset.infof_text()
        if self.handset.version == "2.0.4":
            fields = (("InfoF", infof), selector, ("TokenFirebase", store.token))
            native = native_upload(fields, history)
            reply = await self._repeatedly(
                lambda: self._upload(path, native, UPLOAD_S, blob_reply), delays_s
            )
            return reply, reply
        fields = (
            ("TokenFirebase", store.token),
            ("InfoF", infof),
            ("PhoneNumber", store.phone_number),
            selector,
        )

        async def send_file() -> Reply:
            upload = blob_upload(platform, "data_trace.txt", history, fields, rng)
            return await self._upload(path, upload, UPLOAD_S, blob_reply)

        async def send_keys() -> Reply:
            upload = form_upload(platform, fields, rng)
            return await self._upload(path + "_NoFile", upload, AXIOS_S, axios_reply)

        file, keys = await asyncio.gather(
            self._repeatedly(send_file, delays_s), self._repeatedly(send_keys, delays_s)
        )
        return file, keys

    async def send_log(self) -> None:
        """Upload the log: the literal word `content`."""
        fields = (("TokenFirebase", self._store.token), ("PhoneNumber", self._store.phone_number))

        async def send() -> Reply:
            upload = blob_upload(
                self.handset.platform, "log.txt", b"content", fields, self.handset.rng
            )
            return await self._upload("/api/AppLog/SaveFile", upload, UPLOAD_S, blob_reply)

        await self._repeatedly(send, UPLOAD_DELAYS_S)

    async def _repeat_job(self, job: dict[str, object]) -> None:
        """Send a job `UploadHistoryF` again; its removal takes the next one along (W32)."""
        jobs = self._store.jobs
        if job in jobs and await self._send_find(str(job["FindGUID"]), int(str(job["Numberdays"]))):
            at = jobs.index(job)
            del jobs[at : at + 2]

    async def tell_token(self) -> None:
        """PushInfoApp, as after a push without PushGUID."""
        store = self._store
        body = {
            "TokenFirebaseNew": store.token,
            "TokenFirebaseOld": store.registered_token or store.token,
            "PhoneNumber": store.phone_number,
            "TypeOS": self.handset.platform,
        }
        await self._repeatedly(lambda: self.axios(HISTORY + "PushInfoApp", body), UPLOAD_DELAYS_S)


def _json(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _version(text: object) -> tuple[int, ...]:
    """Return a version of digits and dots; anything else is no update."""
    parts = str(text).split(".")
    return tuple(map(int, parts)) if all(map(str.isdecimal, parts)) else ()
