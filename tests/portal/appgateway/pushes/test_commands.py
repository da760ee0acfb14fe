"""What can be pushed, byte for byte, and what a published phone could not bear (W13, W14, W26)."""

import copy
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluezone.portal.appgateway.pushes import app_settings, commands, f0_content, push_data
from bluezone.portal.appgateway.pushes.commands import (
    Notice,
    Words,
    find_contacts,
    find_template,
    html_news,
    link_news,
    phone_reminder,
    restored,
    settings_update,
    short_news,
    texts,
)
from bluezone.portal.appgateway.pushes.errors import PushInvalidError
from bluezone.portal.appgateway.pushes.push_data import PushData, checked, data_bytes
from bluezone.protocol.bluezone.f0 import F0Entry, parse_f0_list

from .conftest import MIDNIGHT, entry

GUID = "7f3c2a10-5d1e-4c6b-9a2f-0123456789ab"
VI = Words("Bluezone", "Ban tin", "Ban tin day du")
EN = Words("Bluezone", "News", "Full text")
REMINDER: dict[str, Any] = {
    "itemRepeat": [{"id": 7, "dayStartTime": 28_800_000, "repeatTime": 86_400_000}],
    **{
        name + end: "Bật định vị"
        for name in ("title", "message", "bigText", "subText")
        for end in ("", "_en")
    },
}


def notice(number: str = "5501") -> Notice:
    return Notice(number, VI, EN, "en", 1_600_000_000_000)


@pytest.fixture
def examples(shared: Path) -> dict[str, dict[str, str]]:
    """Return the data maps of the 16 published pushes."""
    content = json.loads((shared / "spec" / "bluezone-api-examples.json").read_text())
    assert len(content["push"]) == 16
    return {push["type"]: push["fcm_data"] for push in content["push"]}


def test_the_commands_we_send_are_those_bytes(
    examples: dict[str, dict[str, str]], settings: Any
) -> None:
    settings.BLUEZONE_PUBLIC_URL = "https://example.org"
    found = json.loads(examples["KiemTraLichSuTiepXuc"]["DataContent"])
    entries = parse_f0_list(found["InfoF"])
    built = [
        find_contacts(GUID, entries, 14),
        short_news(notice(), sender="MOH"),
        html_news(notice("5502"), "1024"),
        link_news(notice("5503"), "https://example.org/news"),
        phone_reminder(notice("notifyOTP")),
        settings_update({"ScanBleRun": 40_000, "ScanBleSleep": 260_000}),
        texts("3.0.4", {}, {"bluezone.home.warn": "Warning"}),
    ]
    for push in built:
        assert dict(push.fields) == examples[push.kind]
        assert list(push.fields) == list(examples[push.kind])
        assert restored(json.dumps(examples[push.kind])) == push


def test_the_others_cannot_be_built(examples: dict[str, dict[str, str]], settings: Any) -> None:
    settings.BLUEZONE_PUBLIC_URL = "https://example.org"
    built = {"KiemTraLichSuTiepXuc", "GuiThongBao", "bznews", "urlnews", "MOBILE"}
    others = examples.keys() - built - {"CapNhatCauHinh", "CapNhatNgonNgu"}
    assert len(others) == 9
    for kind in others:
        with pytest.raises(PushInvalidError, match="no such command"):
            checked(examples[kind])
        with pytest.raises(PushInvalidError):
            restored(json.dumps(examples[kind]))


class TestFind:
    """`KiemTraLichSuTiepXuc`."""

    def test_27_entries_fit_and_28_do_not(self) -> None:
        entries = [entry(number) for number in range(28)]
        assert data_bytes(find_contacts(GUID, entries[:27]).fields) == 4_067
        with pytest.raises(PushInvalidError):
            find_contacts(GUID, entries)
        with pytest.raises(PushInvalidError):
            find_contacts(GUID, [])

    def test_the_types_inside_are_the_native_ones(self) -> None:
        content = json.loads(find_contacts(GUID, [entry()]).fields["DataContent"])
        assert [type(value) for value in content.values()] == [str, int, str]
        assert parse_f0_list(content["InfoF"]) == [entry()]

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("FindGUID", ""),
            ("FindGUID", 5),
            ("FindGUID", "x" * 37),
            ("FindGUID", 'x"' * 18),
            ("FindGUID", None),
            ("Numberdays", 0),
            ("Numberdays", "14"),
            ("Numberdays", 14.0),
            ("Numberdays", True),
            ("Numberdays", 31),
            ("Numberdays", -14),
            ("InfoF", {"data": []}),
            ("InfoF", ""),
            ("InfoF", "null"),
            ("InfoF", '{"data":[]}'),
            ("InfoF", '{"data":[{}]}'),
            ("InfoF", None),
        ],
    )
    def test_a_member_that_a_phone_could_not_bear_is_refused(
        self, member: str, value: object
    ) -> None:
        content = json.loads(find_contacts(GUID, [entry()]).fields["DataContent"])
        with pytest.raises(PushInvalidError):
            _with_content(push_data.FIND, {**content, member: value})
        without = {name: content[name] for name in content if name != member}
        with pytest.raises(PushInvalidError):
            _with_content(push_data.FIND, without)
        with pytest.raises(PushInvalidError):
            _with_content(push_data.FIND, {**content, "More": 1})

    @pytest.mark.parametrize(
        "change",
        [
            {"max": 0},
            {"max": -1},
            {"max": 1},
            {"max": 7},
            {"max": 97},
            {"max": "96"},
            {"max": 96.0},
            {"max": None},
            {"daily_key": "A" * 63},
            {"daily_key": "A" * 62},
            {"daily_key": "G" * 64},
            {"daily_key": "a" * 64},
            {"daily_key": 5},
            {"time_start": MIDNIGHT + 1},
            {"time_start": MIDNIGHT * 1000},
            {"time_start": str(MIDNIGHT)},
            {"time_end": MIDNIGHT - 1},
            {"time_end": MIDNIGHT + 61 * 86_400},
            {"time_end": MIDNIGHT * 1000},
            {"time_end": 2**63},
            {"time_end": 1e300},
            {"more": 1},
        ],
        ids=str,
    )
    def test_an_entry_that_crashes_or_hangs_a_phone_is_refused(
        self, change: dict[str, object]
    ) -> None:
        good = {
            "daily_key": "A" * 64,
            "time_start": MIDNIGHT,
            "max": 96,
            "time_end": MIDNIGHT + 86_399,
        }
        _with_list([good])
        with pytest.raises(PushInvalidError):
            _with_list([{**good, **change}])

    def test_more_work_than_a_phone_should_do_is_refused(self) -> None:
        find_contacts(GUID, [entry(number, days=15) for number in range(27)])
        with pytest.raises(PushInvalidError):
            find_contacts(GUID, [entry(number, days=59, slots=1440) for number in range(2)])

    @given(
        st.sampled_from([2, 24, 48, 96, 144, 100]),
        st.integers(0, 14 * 86_400),
    )
    def test_the_work_is_counted_as_a_phone_does_it(self, slots: int, span_s: int) -> None:
        one = F0Entry(entry().daily_key, MIDNIGHT, slots, MIDNIGHT + span_s)
        delta_ms = 86_400_000 // slots
        starts = range(MIDNIGHT * 1000, (MIDNIGHT + span_s) * 1000 + 1, delta_ms)
        assert f0_content.probes(one) == len(starts)

    def test_a_template_gives_each_phone_what_the_builder_would(self) -> None:
        entries = [entry(number) for number in range(27)]
        template = find_template(entries, 14)
        assert template.for_phone(GUID) == find_contacts(GUID, entries, 14)
        for bad in ("", "x" * 35, 'x"' * 18, "é" * 36, "x" * 36 + "\n"):
            with pytest.raises(PushInvalidError):
                template.for_phone(bad)


def _with_content(kind: str, content: object) -> PushData:
    return checked({"Type": kind, "DataContent": json.dumps(content)})


def _with_list(entries: list[dict[str, object]]) -> PushData:
    listed = json.dumps({"data": entries}, separators=(",", ":"))
    return _with_content(push_data.FIND, {"FindGUID": GUID, "Numberdays": 14, "InfoF": listed})


class TestNotice:
    """What a phone shows."""

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("NotifyID", ""),
            ("NotifyID", "1' OR '1'='1"),
            ("NotifyID", 5501),
            ("NotifyID", "x" * 33),
            ("NotifyID", "٣"),
            ("SmallIcon", "other"),
            ("LargeIcon", "https://example.org/x.png"),
            ("Title", ""),
            ("Title", "x" * 101),
            ("Text", " "),
            ("Text", None),
            ("BigText", "<script>alert(1)</script>"),
            ("BigTextEn", "a\x00b"),
            ("TextEn", "a\u202eb"),
            ("Timestamp", "1600000000000"),
            ("Timestamp", 1.6e12),
            ("Timestamp", -1),
            ("Timestamp", 10**18),
            ("TypeLanguage", "fr"),
            ("TypeLanguage", "EN"),
            ("TypeLanguage", None),
        ],
    )
    def test_a_member_out_of_its_limits_is_refused(self, member: str, value: object) -> None:
        fields = dict(phone_reminder(notice()).fields)
        members = json.loads(fields["Notify"])
        assert checked(fields)
        with pytest.raises(PushInvalidError):
            checked({**fields, "Notify": json.dumps({**members, member: value})})
        del members[member]
        with pytest.raises(PushInvalidError):
            checked({**fields, "Notify": json.dumps(members)})

    def test_vietnamese_stays_vietnamese_and_counts_its_bytes(self) -> None:
        long = Words("Tin", "Tin", "ệ" * 1_000)
        push = short_news(Notice("1", long, EN, "vi", 0))
        assert "ệ".encode() * 1_000 in push.json
        with pytest.raises(PushInvalidError, match="4096"):
            short_news(Notice("1", long, long, "vi", 0))

    def test_half_a_letter_is_refused(self) -> None:
        with pytest.raises(PushInvalidError):
            short_news(Notice("1", Words("\ud800", "x", "x"), EN, "vi", 0))

    @pytest.mark.parametrize("number", ["", "../etc", "1 2", "x" * 41, "<b>"])
    def test_the_number_of_news_is_a_plain_word(self, number: str) -> None:
        with pytest.raises(PushInvalidError):
            html_news(notice(), number)


class TestLinks:
    """`urlnews` leads to our own public host only (W26)."""

    @pytest.mark.parametrize(
        "link",
        [
            "http://tokhai.example.vn/news",
            "https://tokhai.example.vn",
            "https://tokhai.example.vn.evil.org/",
            "https://tokhai.example.vn@evil.org/",
            "https://evil.org/https://tokhai.example.vn/",
            "https://tokhai.example.vn\\@evil.org/",
            "https://tokhai.example.vn/\\evil.org",
            "https://TOKHAI.example.vn/",
            "https://tokhai.example.vn:444/",
            "https://tokhai.example.vn/a b",
            "https://tokhai.example.vn/\n",
            "https://tokhai.example.vn/<script>",
            "https://tokhai.example.vn/" + "x" * 300,
            " https://tokhai.example.vn/",
            "javascript:alert(1)",
            "//tokhai.example.vn/",
            "",
        ],
    )
    def test_any_other_link_is_refused(self, settings: Any, link: str) -> None:
        settings.BLUEZONE_PUBLIC_URL = "https://tokhai.example.vn"
        assert link_news(notice(), "https://tokhai.example.vn/tin/1?lang=vi#top")
        with pytest.raises(PushInvalidError):
            link_news(notice(), link)

    def test_an_installation_without_https_sends_no_links(self, settings: Any) -> None:
        settings.BLUEZONE_PUBLIC_URL = "http://127.0.0.1:8000"
        with pytest.raises(PushInvalidError):
            link_news(notice(), "http://127.0.0.1:8000/tin/1")

    def test_a_stored_link_is_judged_by_the_host_of_today(self, settings: Any) -> None:
        settings.BLUEZONE_PUBLIC_URL = "https://old.example.vn"
        stored = link_news(notice(), "https://old.example.vn/1").json.decode()
        settings.BLUEZONE_PUBLIC_URL = "https://new.example.vn"
        with pytest.raises(PushInvalidError):
            restored(stored)


class TestTexts:
    """`CapNhatNgonNgu`: encoded twice, and formattable."""

    def test_the_text_is_json_twice_over(self) -> None:
        fields = texts("4.0.1", {"a.b": "Chào {name}"}, {"a.b": "Hello {name}"}).fields
        inner = json.loads(fields["DataContent"])
        assert isinstance(inner, str)
        assert json.loads(inner)["vi"] == {"a.b": "Chào {name}"}

    def test_encoded_once_it_is_refused(self) -> None:
        content = {"version": "4.0.1", "vi": {}, "en": {}}
        _with_content(push_data.TEXTS, json.dumps(content))
        with pytest.raises(PushInvalidError):
            _with_content(push_data.TEXTS, content)

    @pytest.mark.parametrize(
        "text",
        ["{", "}", "{name", "{ name }", "{a, plural, one {x}}", "<b>x</b>", "a\x00", "x" * 1001],
    )
    def test_a_text_that_the_app_cannot_format_is_refused(self, text: str) -> None:
        with pytest.raises(PushInvalidError):
            texts("4.0.1", {"a.b": text}, {})

    @pytest.mark.parametrize("version", ["", "4", "v4.0", "4.0.0-beta", "4.0.0.0.0", "4.99999"])
    def test_a_version_is_digits_and_dots(self, version: str) -> None:
        with pytest.raises(PushInvalidError):
            texts(version, {}, {})

    @pytest.mark.parametrize("name", ["", "x", "__proto__", "a.b c", "a..b", "a." + "b" * 100])
    def test_a_name_is_words_with_dots(self, name: str) -> None:
        with pytest.raises(PushInvalidError):
            texts("4.0.1", {name: "x"}, {})


class TestSettings:
    """`CapNhatCauHinh`: the white list and nothing else (W14)."""

    @pytest.mark.parametrize(
        "name",
        [
            "TokenFirebase",
            "PhoneNumber",
            "Language",
            "MaxNumberSubKey",
            "MaxNumberSubKeyPerDay",
            "LinkRulesVi",
            "LinkShareAndroid",
            "SupportUrl",
            "SupportPhoneNumber",
            "Introduce",
            "ScanDevicesRun",
            "BatteryEnableBluetooth",
            "Beta",
            "Anything",
            "",
            "scanblerun",
        ],
    )
    def test_a_name_that_is_not_on_the_list_is_refused(self, name: str) -> None:
        for value in (1, "x", 40_000, REMINDER):
            with pytest.raises(PushInvalidError):
                settings_update({name: value})

    @pytest.mark.parametrize(
        "name", [n for n in app_settings.ALLOWED if n.startswith(("Scan", "Broad", "Time"))]
    )
    @pytest.mark.parametrize(
        "value", ["40000", 40_000.0, None, True, 0, -1, 10**12, [40_000], {"a": 1}], ids=repr
    )
    def test_a_number_of_another_type_or_size_is_refused(self, name: str, value: object) -> None:
        with pytest.raises(PushInvalidError):
            settings_update({name: value})

    @pytest.mark.parametrize("value", [[], [24], [-1], ["8"], [8.0], 8, [0] * 25, [True]], ids=repr)
    def test_hours_are_a_list_of_hours(self, value: object) -> None:
        assert settings_update({"ScheduleNotifyHour": [8, 13, 20]})
        with pytest.raises(PushInvalidError):
            settings_update({"ScheduleNotifyHour": value})

    def test_the_reminder_about_location_comes_with_the_one_about_permission(self) -> None:
        both = {
            "NotificationRequestLocation": REMINDER,
            "NotificationRequestPermissonAndroid": REMINDER,
        }
        assert settings_update(both)
        assert settings_update({"NotificationRequestPermissonAndroid": REMINDER})
        with pytest.raises(PushInvalidError, match="crashes"):
            settings_update({"NotificationRequestLocation": REMINDER})

    @pytest.mark.parametrize(
        "change",
        [
            {"itemRepeat": {}},
            {"itemRepeat": []},
            {"itemRepeat": [{"id": "7", "dayStartTime": 0, "repeatTime": 86_400_000}]},
            {"itemRepeat": [{"id": 7, "dayStartTime": 86_400_000, "repeatTime": 86_400_000}]},
            {"itemRepeat": [{"id": 7, "dayStartTime": 0, "repeatTime": 1}]},
            {"itemRepeat": [{"id": 7, "dayStartTime": 0}]},
            {"itemRepeat": [5]},
            {"title": 5},
            {"message_en": "<b>"},
            {"link": "https://example.org"},
        ],
        ids=str,
    )
    def test_a_reminder_that_the_app_could_not_read_is_refused(
        self, change: dict[str, object]
    ) -> None:
        assert settings_update({"NotificationRequestBluetooth": REMINDER})
        with pytest.raises(PushInvalidError):
            settings_update({"NotificationRequestBluetooth": {**REMINDER, **change}})

    def test_no_setting_is_no_push(self) -> None:
        with pytest.raises(PushInvalidError):
            settings_update({})


class TestPushData:
    """The type that providers take."""

    def test_nobody_makes_one_by_hand(self) -> None:
        with pytest.raises(PushInvalidError):
            PushData("x", b"{}", made_by=object())
        with pytest.raises(TypeError):
            PushData("x", b"{}")  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            type("Other", (PushData,), {})

    def test_it_does_not_change(self) -> None:
        push: Any = phone_reminder(notice())
        with pytest.raises(PushInvalidError):
            push.json = b"{}"
        with pytest.raises(PushInvalidError):
            del push.kind
        fields: Any = push.fields
        with pytest.raises(TypeError):
            fields["Type"] = "other"

    def test_copies_are_checked_or_the_same(self) -> None:
        push = phone_reminder(notice())
        assert copy.deepcopy(push) is copy.copy(push) is push
        assert pickle.loads(pickle.dumps(push)) == push  # noqa: S301 - made here
        assert len({push, phone_reminder(notice())}) == 1

    def test_the_builders_are_these(self) -> None:
        types = {"FindTemplate", "Notice", "PushData", "Words"}
        assert set(commands.__all__) - types == {
            "find_contacts",
            "find_template",
            "html_news",
            "link_news",
            "phone_reminder",
            "restored",
            "settings_update",
            "short_news",
            "texts",
        }

    @given(
        st.dictionaries(
            st.sampled_from(["Type", "Notify", "DataContent", "notifyId", ""]),
            st.one_of(
                st.sampled_from(sorted(push_data._SHAPES)),
                st.text(max_size=40),
                st.integers(),
                st.none(),
                st.recursive(st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)),
            ),
        )
    )
    @settings(max_examples=150)
    def test_any_fields_make_a_checked_push_or_our_error(self, fields: dict[str, Any]) -> None:
        try:
            push = checked(fields)
        except PushInvalidError:
            return
        assert dict(push.fields) == fields

    @given(st.one_of(st.text(max_size=60), st.just("[" * 100_000)))
    @settings(max_examples=80)
    def test_any_stored_text_makes_a_checked_push_or_our_error(self, text: str) -> None:
        with pytest.raises(PushInvalidError):
            restored(text)

    @given(st.data())
    @settings(max_examples=150)
    def test_a_stored_push_with_one_character_changed_is_ours_or_refused(
        self, data: st.DataObject
    ) -> None:
        push = data.draw(
            st.sampled_from(
                [
                    find_contacts(GUID, [entry()]),
                    short_news(notice()),
                    settings_update({"NotificationRequestBluetooth": REMINDER}),
                    texts("4.0.1", {"a.b": "Chào"}, {}),
                ]
            )
        )
        text = push.json.decode()
        at = data.draw(st.integers(0, len(text) - 1))
        changed = text[:at] + data.draw(st.characters(codec="utf-8")) + text[at + 1 :]
        try:
            again: Mapping[str, str] = restored(changed).fields
        except PushInvalidError:
            return
        assert data_bytes(again) <= push_data.MAX_BYTES
        assert again["Type"] == push.kind
        assert all(type(value) is str for value in again.values())
