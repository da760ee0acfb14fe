"""The specification's examples of requests, byte for byte, and the answers that they call for.

Each of the 28 requests is replayed through the whole ASGI application in the state in which its
answer applies; each answer that is an error is brought about by the state that causes it. A
`FindGUID`, an `OTP` or a declaration's `Token` of the examples cannot exist here, because ours
are drawn or made by us; it is replaced by one that was issued, of the same length where the body
tells its length.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import async_to_sync
from tests.portal.appgateway.simulator.wire import Response, call, check_envelope
from tests.portal.conftest import Hands

from bluezone.portal import asgi
from bluezone.portal.accounts.models import User
from bluezone.portal.appgateway import limits
from bluezone.portal.appgateway.consent.issuing import issue_help_code, revoke_help_code
from bluezone.portal.appgateway.consent.models import Mode, Upload
from bluezone.portal.appgateway.people.models import OneTimeCode
from bluezone.portal.appgateway.phones import registration_handlers
from bluezone.portal.appgateway.phones.services import phone_id_of
from bluezone.portal.appgateway.pushes import services
from bluezone.portal.appgateway.pushes.find_guid import find_guid_for, find_guid_key
from bluezone.portal.appgateway.pushes.models import Bundle, Push
from bluezone.portal.appgateway.uploads import declaration_token
from bluezone.portal.cases.models import Case
from bluezone.portal.verification.models import SmsMessage
from bluezone.portal.verification.sms.outbox import body_of
from bluezone.protocol.bluezone.day_key import DayKey
from bluezone.protocol.bluezone.f0 import F0Entry

pytestmark = pytest.mark.django_db

TOKEN = "fcmTokenExample0000:APA91b_EXAMPLE_EXAMPLE_EXAMPLE_EXAMPLE"
NUMBER = "0912345678"
GUID = "7f3c2a10-5d1e-4c6b-9a2f-0123456789ab"
OLD_GUID = "123456"
OTP = "482913"
DECLARATION = "decl-token-3f2b"
DAY_S = 86_400

IDS = (
    "register_user", "update_token_firebase", "create_and_send_otp",
    "create_and_send_otp_retry_quirk", "confirm_otp", "confirm_otp_retry_quirk",
    "app_declare_information_as_sent", "app_declare_information_retry",
    "report_history_f01_auto_nofile", "report_history_f01_auto_android",
    "report_history_f01_auto_ios", "report_history_f01_otp_nofile",
    "report_history_f01_otp_android", "report_history_f01_otp_ios", "report_history_f12_nofile",
    "report_history_f12_android", "report_history_f12_ios", "report_history_v2_0_4_native",
    "history_declare_information", "push_info_app", "log_save_file", "version_file",
    "config_file", "resource_file", "faq_file", "news_entry", "v1_check_version",
    "v1_total_users",
)  # fmt: skip
Changes = Mapping[str, str]


@dataclass
class Scene:
    """The gateway, and what can be done to it before an example is replayed."""

    examples: Mapping[str, Any]
    hands: Hands
    case: Case
    user: User
    settings: Any
    patch: pytest.MonkeyPatch

    def replay(self, name: str, changes: Changes | None = None) -> Response:
        """Send the example's bytes, some texts replaced; through the outermost application."""
        request = self.examples[name]["request"]
        body = request.get("raw_body")
        if body is None and request["json"] is not None:
            body = json.dumps(request["json"], separators=(",", ":"), ensure_ascii=False)
        raw = (body or "").encode()
        if body is not None and "content-length" in request["headers"]:
            assert int(request["headers"]["content-length"]) == len(raw)
        for old, new in (changes or {}).items():
            assert old.encode() in raw
            raw = raw.replace(old.encode(), new.encode())
        headers = {
            key: str(len(raw)) if key == "content-length" else value
            for key, value in request["headers"].items()
        }
        path = urlsplit(request["url"]).path
        response: Response = async_to_sync(call)(
            asgi.application, request["method"], path, headers, raw
        )
        return response

    def status(self, name: str, changes: Changes | None = None) -> int:
        response = self.replay(name, changes)
        assert response.status == 200
        return int(check_envelope(response.body)["Status"])

    # States -----------------------------------------------------------------------------

    def nothing(self) -> Changes:
        return {}

    def registered(self) -> Changes:
        assert self.status("register_user") == 0
        return {}

    def bundle(self) -> Bundle:
        midnight = self.hands.now - self.hands.now % DAY_S
        entry = F0Entry(DayKey(bytes(range(32))), midnight, 96, midnight + DAY_S - 1)
        opened = services.open_round([entry], now=self.hands.now)
        return Bundle.objects.get(round=opened)

    def pushed(self, name: str = GUID) -> Changes:
        """A bundle was pushed to this phone: the example's FindGUID is the one that it got."""
        self.registered()
        number = phone_id_of(TOKEN)
        assert number is not None
        return {name: find_guid_for(self.bundle().pk, number, key=find_guid_key())}

    def pushed_and_over(self) -> Changes:
        changes = self.pushed()
        self.hands.advance(14 * DAY_S)
        return changes

    def help_code(self) -> Changes:
        """A health worker gave out a code for this case; the phone's keys are of those days."""
        self.hands.now = 1_597_000_000  # two days after the keys of the examples begin
        type(self.case).objects.filter(pk=self.case.pk).update(symptom_date="2020-08-09")
        self.case.refresh_from_db()
        issued = issue_help_code(self.case, self.user, Mode.KEYS, now=self.hands.now, rng=Random(3))
        return {f"\r\n{OTP}\r\n": f"\r\n{issued.digits}\r\n"}

    def old_help_code(self) -> Changes:
        changes = self.help_code()
        self.hands.advance(15 * 60)
        return changes

    def revoked_help_code(self) -> Changes:
        changes = self.help_code()
        assert revoke_help_code(self.case, self.user, now=self.hands.now)
        return changes

    def code_sent(self) -> Changes:
        self.registered()
        assert self.status("create_and_send_otp") == 0
        message = SmsMessage.objects.order_by("-pk").first()
        assert message is not None
        found = re.search(r"\b[0-9]{6}\b", body_of(message))
        assert found is not None
        return {OTP: found[0]}

    def wrong_code(self) -> Changes:
        right = self.code_sent()[OTP]
        return {OTP: "000000" if right != "000000" else "111111"}

    def old_code(self) -> Changes:
        changes = self.code_sent()
        self.hands.advance(900)
        return changes

    def confirmed(self) -> Changes:
        assert self.status("confirm_otp", self.code_sent()) == 0
        return {}

    def warned(self) -> Changes:
        """The phone answered to a bundle and was given a token for a declaration."""
        changes = dict(self.pushed())
        told = check_envelope(self.replay("report_history_f12_android", changes).body)["Object"]
        return {**changes, DECLARATION: told["Token"]}

    def token_of_nobody(self) -> Changes:
        return {**self.warned(), DECLARATION: "x" * 54}

    def old_declaration(self) -> Changes:
        """The bundle lives a little longer than the token of an answer to it."""
        self.patch.setattr(declaration_token, "LIFE_S", 3600)
        changes = self.warned()
        self.hands.advance(2 * 3600)
        return changes

    def crowded(self) -> Changes:
        """The address has registered as many phones as it may."""
        self.settings.BLUEZONE_GATEWAY_NEW_PHONES_PER_HOUR = 1
        limits.forget()
        assert self.status("register_user", {TOKEN: "somebody-elses-token-0001:APA91b"}) == 0
        return {}


@pytest.fixture
def scene(
    shared: Path, hands: Hands, case: Case, lan: User, settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Scene:  # fmt: skip
    limits.forget()
    text = (shared / "spec" / "bluezone-api-examples.json").read_text(encoding="utf-8")
    examples = {each["id"]: each for each in json.loads(text)["endpoints"]}
    return Scene(examples, hands, case, lan, settings, monkeypatch)


State = Callable[[Scene], Changes]
SUCCESS: Mapping[str, State] = {
    "register_user": Scene.nothing,
    "update_token_firebase": Scene.registered,
    "create_and_send_otp": Scene.registered,
    "create_and_send_otp_retry_quirk": Scene.registered,
    "confirm_otp": Scene.code_sent,
    "confirm_otp_retry_quirk": Scene.code_sent,
    "app_declare_information_as_sent": Scene.confirmed,
    "app_declare_information_retry": Scene.confirmed,
    "report_history_f01_otp_nofile": Scene.help_code,
    "report_history_f01_otp_android": Scene.help_code,
    "report_history_f01_otp_ios": Scene.help_code,
    "report_history_f12_nofile": Scene.pushed,
    "report_history_f12_android": Scene.pushed,
    "report_history_f12_ios": Scene.pushed,
    "report_history_v2_0_4_native": lambda scene: scene.pushed(f"\r\n{OLD_GUID}\r\n"),
    "history_declare_information": Scene.warned,
}
"""The state before each example that is not simply sent."""


def test_the_list_of_examples_is_whole(scene: Scene) -> None:
    assert tuple(scene.examples) == IDS


def as_part(changes: Changes) -> Changes:
    """Return the changes with a selector that is a whole part kept one."""
    return {
        old: f"\r\n{new}\r\n" if old.startswith("\r\n") and not new.startswith("\r\n") else new
        for old, new in changes.items()
    }


@pytest.mark.parametrize("name", IDS)
def test_each_request_gets_the_answer_of_its_example(scene: Scene, name: str) -> None:
    changes = as_part(SUCCESS.get(name, Scene.nothing)(scene))
    response = scene.replay(name, changes)
    wanted = (scene.examples[name].get("response_ok") or {}).get("json")
    told = json.loads(response.body)
    assert response.status == 200
    assert response.headers["content-type"].startswith("application/json")
    if wanted is None or "isOk" in wanted:
        same = {key: value for key, value in (wanted or OK).items() if key != "Object"}
        assert {key: value for key, value in told.items() if key != "Object"} == same
        check_envelope(response.body)
        if wanted is not None:
            same_members(wanted["Object"], told["Object"])
    else:
        same_members(wanted, told)


OK = {"isOk": True, "Status": 0, "isError": False}
OPTIONAL = frozenset(
    {
        "BatteryEnableBluetooth",  # written as one type and read as another
        "MaxNumberSubKeyPerDay",  # takes effect at mixed times, so it is never sent (5.1)
        "ScanDevicesRun",  # Classic addresses are not wanted (W17)
        "ScanDevicesSleep",
        "SupportPhoneNumber",  # whoever runs the server says which
    }
)
"""Members of an example that we leave out; the app has its own values for them."""


def same_members(wanted: object, told: object) -> None:
    """Require every member of the example in its type, but for ids and names of texts."""
    if isinstance(wanted, Mapping) and wanted:
        assert isinstance(told, Mapping)
        for name, value in wanted.items():
            if name not in told:
                assert name in OPTIONAL or name.isdecimal() or "." in name, name
            else:
                assert json_type(told[name]) == json_type(value), name
                same_members(value, told[name])
    elif isinstance(wanted, str) and wanted:
        assert isinstance(told, str)
    else:
        assert told is not None


def json_type(value: object) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


# Errors -----------------------------------------------------------------------------------------

ERRORS: Mapping[tuple[str, int], State] = {
    ("register_user", 11): lambda scene: {TOKEN: ""},
    ("update_token_firebase", 41): Scene.nothing,
    ("create_and_send_otp", 23): lambda scene: {NUMBER: "09123"},
    ("create_and_send_otp", 1): Scene.crowded,
    ("confirm_otp", 31): lambda scene: {TOKEN: ""},
    ("confirm_otp", 32): lambda scene: {NUMBER: "09123"},
    ("confirm_otp", 33): Scene.wrong_code,
    ("confirm_otp", 34): Scene.old_code,
    ("app_declare_information_as_sent", 81): lambda scene: {TOKEN: ""},
    ("app_declare_information_as_sent", 82): lambda scene: {"Nguyen Van A": "Ng"},
    ("app_declare_information_as_sent", 83): lambda scene: {"1 Trang Thi, Ha Noi": ""},
    ("report_history_f01_otp_nofile", 52): Scene.old_help_code,
    ("report_history_f01_otp_android", 51): Scene.nothing,
    ("report_history_f01_otp_android", 52): Scene.revoked_help_code,
    ("report_history_f01_otp_android", 11): lambda scene: {TOKEN: ""},
    ("report_history_f01_otp_ios", 51): Scene.nothing,
    ("report_history_f01_otp_ios", 52): Scene.old_help_code,
    ("report_history_f01_otp_ios", 11): lambda scene: {TOKEN: ""},
    ("report_history_f12_nofile", 62): Scene.pushed_and_over,
    ("report_history_f12_android", 61): Scene.registered,
    ("report_history_f12_android", 62): Scene.pushed_and_over,
    ("report_history_f12_android", 11): lambda scene: {TOKEN: ""},
    ("report_history_f12_ios", 61): Scene.registered,
    ("report_history_f12_ios", 62): Scene.pushed_and_over,
    ("report_history_f12_ios", 11): lambda scene: {TOKEN: ""},
    ("history_declare_information", 71): Scene.token_of_nobody,
    ("history_declare_information", 72): Scene.old_declaration,
    ("history_declare_information", 61): Scene.registered,
    ("history_declare_information", 62): Scene.pushed_and_over,
    ("history_declare_information", 11): lambda scene: {TOKEN: ""},
}
"""The state that brings each error about."""

NEVER: Mapping[tuple[str, int], State] = {
    ("create_and_send_otp", 22): Scene.nothing,
    ("report_history_f01_auto_nofile", 62): Scene.pushed_and_over,
    ("report_history_f01_auto_android", 61): Scene.nothing,
    ("report_history_f01_auto_android", 62): Scene.pushed_and_over,
    ("report_history_f01_auto_android", 11): lambda scene: {TOKEN: ""},
    ("report_history_f01_auto_ios", 61): Scene.nothing,
    ("report_history_f01_auto_ios", 62): Scene.pushed_and_over,
    ("report_history_f01_auto_ios", 11): lambda scene: {TOKEN: ""},
}
"""Errors that we never give, with the state that might: the answer is success. "Token not
registered" leads nowhere in the published app (3.4 rule 2), so using a token registers it. And
whoever uploads by GetInfo hears that all is well, so that it sends its history no second time."""


def test_every_error_of_the_examples_is_accounted_for(scene: Scene) -> None:
    named = {
        (name, error["json"]["Status"])
        for name, example in scene.examples.items()
        for error in example.get("responses_error", ())
    }
    assert named == ERRORS.keys() | NEVER.keys()


@pytest.mark.parametrize(("name", "status"), ERRORS, ids=str)
def test_each_error_is_brought_about_by_its_state(scene: Scene, name: str, status: int) -> None:
    changes = as_part(ERRORS[name, status](scene))
    rows = Push.objects.count(), Upload.objects.count(), OneTimeCode.objects.count()
    response = scene.replay(name, changes)
    told = check_envelope(response.body)
    assert response.status == 200
    assert {**told, "Object": ""} == {
        "isOk": False, "Status": status, "Object": "", "isError": True,
    }  # fmt: skip
    assert (Push.objects.count(), Upload.objects.count(), OneTimeCode.objects.count()) == rows


@pytest.mark.parametrize(("name", "status"), NEVER, ids=str)
def test_errors_that_would_only_harm_are_never_given(scene: Scene, name: str, status: int) -> None:
    assert scene.status(name, NEVER[name, status](scene)) == 0


def test_a_fault_of_ours_is_the_status_1_of_the_examples(scene: Scene) -> None:
    async def broken(*args: object, **kwargs: object) -> None:
        raise OSError

    scene.patch.setattr(registration_handlers.registry, "admit", broken)
    assert scene.status("register_user") == 1
