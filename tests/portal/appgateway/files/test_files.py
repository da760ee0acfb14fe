"""The four files hold what published phones can read, and nothing that harms them."""

import asyncio
import json
import re
from contextlib import suppress
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from bluezone.portal import asgi as portal_asgi
from bluezone.portal.appgateway.files import documents
from bluezone.portal.appgateway.files.checking import check_members
from bluezone.portal.appgateway.files.config_file import RULES
from bluezone.portal.appgateway.files.errors import AppFilesError
from bluezone.portal.appgateway.files.sources import Sources

PUBLIC = "https://bluezone.example.vn"
ANDROID = "https://play.example.org/store/apps/details?id=vn.bluezone"
IOS = "https://apps.example.org/app/bluezone"
RANGES = (
    "forceUpdateAndroid",
    "forceUpdateIOS",
    "recommendedUpdateAndroid",
    "recommendedUpdateIOS",
)
REMINDER = """
title = "a"
title_en = "a"
message = "a"
message_en = "a"
bigText = "a"
bigText_en = "a"
subText = "a"
subText_en = "a"
itemRepeat = [{ id = 7, dayStartTime = 28800000, repeatTime = 86400000 }]
"""


def plain() -> Sources:
    return Sources("", PUBLIC, store_android=ANDROID, store_ios=IOS)


def made(sources: Sources, name: str) -> Any:
    return json.loads(documents.build(sources)[name].body)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def every_text(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in every_text(each)]
    if isinstance(value, list):
        return [text for each in value for text in every_text(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    "example", ["version_file", "config_file", "resource_file", "faq_file"], ids=str
)
def test_the_published_request_gets_a_file_of_the_published_shape(
    phone: Any, examples: Any, example: str
) -> None:
    asked = examples[example]["request"]
    path = re.sub(r"^https://[^/]+", "", asked["url"])
    answer = phone.send(asked["method"], path, headers={"accept": asked["headers"]["Accept"]})
    assert answer.status == 200
    assert answer.content_type.startswith("application/json")
    ours, theirs = json.loads(answer.body), examples[example]["response_ok"]["json"]
    not_sent = {"MaxNumberSubKeyPerDay", "BatteryEnableBluetooth", "SupportPhoneNumber"}
    not_sent |= {"ScanDevicesRun", "ScanDevicesSleep"}
    assert theirs.keys() - ours.keys() <= not_sent
    for name in theirs.keys() & ours.keys():
        assert type(ours[name]) is type(theirs[name]), name


def test_the_development_build_gets_the_same_under_its_own_names(phone: Any) -> None:
    for name in documents.NAMES:
        own = phone.send("GET", f"/api/App/{name}Test.json")
        assert own.body == phone.send("GET", f"/api/App/{name}.json").body


@pytest.mark.parametrize(
    "host", ["apibz.bkav.com", "apiconfigbz.bkav.com", "bznews.bkav.com", "apibetabz.bkav.com"]
)
def test_the_published_host_names_are_all_answered_the_same(phone: Any, host: str) -> None:
    for path in ("/api/App/versionApp.json", "/bzentries/none", "/api/App/CheckVersion"):
        there = phone.send("GET", path, headers={"host": host})
        assert there == phone.send("GET", path, headers={"host": "bluezone.example.vn"})
        assert there.status == 200


def test_who_has_the_file_is_told_so_and_caches_may_keep_it(phone: Any) -> None:
    first = phone.send("GET", "/api/App/dataFAQ.json")
    assert first.headers["cache-control"] == "public, max-age=300"
    tag = first.headers["etag"]
    for said in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = phone.send("GET", "/api/App/dataFAQ.json", headers={"if-none-match": said})
        assert (again.status, again.body) == (304, b"")
    other = phone.send("GET", "/api/App/dataFAQ.json", headers={"if-none-match": '"other"'})
    assert other == first


def test_the_four_lists_of_ranges_are_lists_and_nobody_is_told_to_update() -> None:
    version = made(plain(), "versionApp")
    assert [version[name] for name in RANGES] == [[], [], [], []]
    assert (version["VersionAndroid"], version["VersionIOS"]) == ("3.0.3", "3.0.2")


def test_texts_are_loaded_although_phones_call_whatever_they_loaded_4_0_0() -> None:
    wanted = made(plain(), "versionApp")["VersionResource"]
    assert numbers(wanted) > (4, 0, 0)
    assert made(plain(), "resourceApp")["version"] == wanted


def test_native_settings_are_numbers_and_the_rate_of_ids_is_never_touched() -> None:
    config = made(plain(), "configApp")
    native = ("ScanBleRun", "ScanBleSleep", "BroadcastBleRun", "BroadcastBleSleep", "TimeSaveLog")
    assert all(type(config[name]) is int and config[name] > 0 for name in native)
    assert not [name for name in config if name.startswith("MaxNumberSubKey")]
    assert not {"TokenFirebase", "PhoneNumber", "Language", "BatteryEnableBluetooth"} & set(config)
    assert "NotificationRequestLocation" not in config


def test_every_link_leads_to_our_own_host_or_to_the_stores() -> None:
    found = [
        address
        for name in documents.NAMES
        for text in every_text(made(plain(), name))
        for address in re.findall(r"[a-z]+://[^\s\"<>]+", text)
    ]
    assert len(found) > 8
    for address in found:
        assert address in {ANDROID, IOS} or address.startswith(f"{PUBLIC}/"), address


def test_a_store_that_is_not_known_becomes_our_own_page() -> None:
    sources = Sources("", PUBLIC, store_android="", store_ios="")
    assert made(sources, "versionApp")["LinkShareAndroid"] == f"{PUBLIC}/install/"


def test_the_question_about_contacts_stands_where_the_app_was_built_to_look() -> None:
    faq, turn = made(plain(), "dataFAQ"), made(plain(), "configApp")["TurnContact"]
    assert turn == {"vi": {"id": "38", "index": 16}, "en": {"id": "39", "index": 15}}
    for language, word in (("vi", "mã"), ("en", "codes")):
        number, index = turn[language]["id"], turn[language]["index"]
        assert faq["HasFAQ"][language]["itemIds"][index] == number
        assert word in faq["FAQ"][number]["question"]


def test_every_listed_question_is_there_in_both_languages() -> None:
    faq = made(plain(), "dataFAQ")
    listed = [faq["HasFAQ"][language]["itemIds"] for language in ("vi", "en")]
    assert len(listed[0]) == len(listed[1]) >= 17
    assert set(listed[0]).isdisjoint(listed[1])
    assert sorted(faq["FAQ"]) == sorted(listed[0] + listed[1])
    for number, entry in faq["FAQ"].items():
        assert entry["id"] == number
        assert entry["question"]
        assert entry["answer"].startswith("<p>")


def test_the_answers_say_that_the_sentence_on_the_home_screen_is_constant() -> None:
    entries = made(plain(), "dataFAQ")["FAQ"].values()
    (home,) = [entry for entry in entries if "home screen" in entry["question"]]
    assert "fixed in this version" in home["answer"]
    assert "Only a notification tells you" in home["answer"]


def test_promises_of_our_phones_are_not_made_to_published_ones() -> None:
    texts = " ".join(entry["answer"] for entry in made(plain(), "dataFAQ")["FAQ"].values())
    assert "no function sends it" not in texts
    assert "delete themselves after 14 days" not in texts
    assert "without asking you" in texts


def test_the_version_of_the_questions_changes_with_them(own_file: Any) -> None:
    own = own_file('[[faq.en]]\nid = "home"\nquestion = "Is it true?"\nanswer = ["No."]')
    assert made(own, "dataFAQ")["version"] != made(plain(), "dataFAQ")["version"]
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", made(own, "dataFAQ")["version"])


def test_the_operators_file_stands_above_the_defaults_member_by_member(own_file: Any) -> None:
    own = own_file(
        '[version]\nforceUpdateAndroid = [["1.0.0", "2.0.4"]]\n'
        '[config]\nSupportPhoneNumber = "19001234"\nScanBleSleep = 120000\n'
        '[texts.vi]\n"a.b" = "Xin chào"\n[texts.en]\n"a.b" = "Hello"\n'
    )
    assert made(own, "versionApp")["forceUpdateAndroid"] == [["1.0.0", "2.0.4"]]
    assert made(own, "versionApp")["VersionIOS"] == "3.0.2"
    config = made(own, "configApp")
    assert (config["SupportPhoneNumber"], config["ScanBleSleep"]) == ("19001234", 120_000)
    assert config["ScanBleRun"] == 40_000
    assert made(own, "resourceApp")["en"]["a.b"] == "Hello"


def test_the_reminder_about_location_comes_only_with_the_one_about_permission(
    own_file: Any,
) -> None:
    location = f"[config.NotificationRequestLocation]{REMINDER}"
    with pytest.raises(AppFilesError, match=r"config\.NotificationRequestLocation without"):
        documents.build(own_file(location))
    both = f"{location}[config.NotificationRequestPermissonAndroid]{REMINDER}"
    config = made(own_file(both), "configApp")
    assert config["NotificationRequestLocation"]["itemRepeat"] == [
        {"id": 7, "dayStartTime": 28_800_000, "repeatTime": 86_400_000}
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[config]\nMaxNumberSubKeyPerDay = 96", "config.MaxNumberSubKeyPerDay"),
        ("[config]\nMaxNumberSubKey = 96", "config.MaxNumberSubKey"),
        ('[config]\nTokenFirebase = "x"', "config.TokenFirebase"),
        ("[config]\nScanDevicesRun = 40000", "config.ScanDevicesRun"),
        ('[config]\nPhoneNumber = "0900000000"', "config.PhoneNumber"),
        ("[config]\nBatteryEnableBluetooth = 15", "config.BatteryEnableBluetooth"),
        ('[config]\nScanBleRun = "40000"', "config.ScanBleRun"),
        ("[config]\nScanBleRun = true", "config.ScanBleRun"),
        ("[config]\nScanBleRun = 0", "config.ScanBleRun"),
        ("[config]\nTimeSaveLog = 0", "config.TimeSaveLog"),
        ('[config]\nSupportUrl = "https://evil.example/"', "config.SupportUrl"),
        ('[config]\nSupportUrl = "//evil.example/"', "config.SupportUrl"),
        ('[config]\nLinkDetail = "javascript:alert(1)"', "config.LinkDetail"),
        ('[config]\nShareAppText = "see http://evil.example"', "config.ShareAppText"),
        ('[config]\nShareAppText = "{Token}"', "config.ShareAppText"),
        ('[config]\nMailTo = "a@b?cc=c@d"', "config.MailTo"),
        ("[config]\nBeta = true", "config.Beta"),
        ("[config]\nNotificationRequestBluetooth = 1", "config.NotificationRequestBluetooth"),
        ("[version]\nforceUpdateIOS = {}", "version.forceUpdateIOS"),
        ('[version]\nforceUpdateIOS = ["1.0"]', "version.forceUpdateIOS"),
        ('[version]\nforceUpdateIOS = [["2.0", "1.0"]]', "version.forceUpdateIOS"),
        ('[version]\nVersionAndroid = "3.0.3-dev"', "version.VersionAndroid"),
        ('[version]\nLinkDownloadApk = "/bluezone.apk"', "version.LinkDownloadApk"),
        ('[version]\nVersionResource = "9.9"', "version.VersionResource"),
        ('[texts.vi]\n"a.b" = "{"\n[texts.en]\n"a.b" = "x"', "texts.vi.a.b"),
        ('[texts.vi]\n"a.b" = "<b>"\n[texts.en]\n"a.b" = "x"', "texts.vi.a.b"),
        ('[texts.vi]\n"a.b" = "x"', "texts: a.b"),
        ('[texts.fr]\n"a.b" = "x"', "texts.fr"),
        ('[[faq.vi]]\nid = "x"\nquestion = "x"\nanswer = "x"', "faq.vi.x.answer"),
        ('[[faq.vi]]\nid = "x"\nquestion = "x"', "faq.vi.x"),
        ("[news]\nx = 1", "news"),
        ("config = 1", "config"),
        ("[config", "not TOML"),
    ],
)
def test_a_file_that_phones_must_not_get_is_refused_with_the_members_name(
    own_file: Any, text: str, named: str
) -> None:
    with pytest.raises(AppFilesError) as refused:
        documents.build(own_file(text))
    assert named in str(refused.value)
    assert "evil" not in str(refused.value)


def test_a_forced_update_needs_somewhere_to_update_from(own_file: Any) -> None:
    own = own_file('[version]\nforceUpdateIOS = [["1.0", "2.0"]]', ios="")
    with pytest.raises(AppFilesError, match=r"version\.forceUpdateIOS"):
        documents.build(own)


def test_a_missing_file_stops_the_start() -> None:
    with pytest.raises(AppFilesError, match="cannot be read"):
        documents.build(Sources("/nowhere/x.toml", PUBLIC, store_android="", store_ios=""))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from(sorted(RULES)), VALUES)
@given_settings(max_examples=80)
def test_any_value_is_taken_or_refused_by_name(name: str, value: object) -> None:
    with suppress(AppFilesError):
        check_members("config", {name: value}, RULES)
        assert type(value) in {int, str, list, dict, bool}


def test_answers_hold_nothing_but_text_and_links_of_ours(own_file: Any) -> None:
    own = own_file(
        '[[faq.en]]\nid = "x"\nquestion = "x"\n'
        'answer = ["<script>alert(1)</script> <img src=x> https://evil.example/ '
        f'{PUBLIC}/news/"]'
    )
    (answer,) = [
        entry["answer"]
        for entry in made(own, "dataFAQ")["FAQ"].values()
        if entry["question"] == "x"
    ]
    soup = BeautifulSoup(answer, "html.parser")
    assert [tag.name for tag in soup.find_all()] == ["p", "a"]
    assert [tag.attrs for tag in soup.find_all("a")] == [{"href": f"{PUBLIC}/news/"}]
    assert "<script>alert(1)</script>" in soup.get_text()


@pytest.mark.parametrize("host", ["apibz.bkav.com", "apiconfigbz.bkav.com", "bznews.bkav.com"])
def test_through_the_portals_own_door_the_name_of_the_host_does_not_matter(host: str) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()), (b"accept", b"application/json, text/plain, */*")]
    scope = {"type": "http", "method": "GET", "path": "/api/App/configApp.json", "headers": headers}
    asyncio.run(portal_asgi.application(scope, receive, send))
    assert sent[0]["status"] == 200
    assert json.loads(sent[1]["body"])["TimeSaveLog"] == 10_000
