"""The managers' pages: teams, households, paper, closing; and who gets in."""

import datetime as dt
import io
import re
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from bluezone.portal import clock
from bluezone.portal.accounts.models import Role, User
from bluezone.portal.audit.models import Entry
from bluezone.portal.campaign.field import closing, roster, services, shell
from bluezone.portal.campaign.field.choices import Outcome, State
from bluezone.portal.campaign.field.errors import FieldError
from bluezone.portal.campaign.field.models import (
    Campaign,
    DayCount,
    Device,
    Household,
    PaperList,
    Team,
    TeamMember,
    Visit,
)
from bluezone.portal.units.models import Unit

COMMUNE = "vn2020.30.290.10549"
TODAY = dt.date(2020, 8, 15)


def page(answer: Any, status: int = 200) -> BeautifulSoup:
    assert answer.status_code == status, answer.content[:500]
    return BeautifulSoup(answer.content, "html.parser")


def team_url(team: Team, rest: str = "") -> str:
    return f"/campaign/{team.unit_id}/teams/{team.pk}/{rest}"


def test_a_manager_opens_a_campaign_makes_a_team_and_gives_it_doors(
    manager: Client, units: dict[str, Unit], tam: User
) -> None:
    url = f"/campaign/{COMMUNE}/teams/"
    assert "Chưa có tổ nào" in page(manager.get(url)).text
    manager.post(f"{url}open/", {"ends_on": "2020-08-20"})
    manager.post(f"{url}new/", {"name": "Tổ 1", "unit": f"{COMMUNE}.v01"})
    team = Team.objects.get()
    manager.post(team_url(team, "members/"), {"username": "tam"})
    manager.post(team_url(team, "doors/"), {"alley": " Ngõ  5 ", "labels": "1, 3A;5\n3A"})

    shown = page(manager.get(team_url(team)))
    assert "Tam (tam)" in " ".join(shown.text.split())
    doors = Household.objects.values_list("alley", "label", "position")
    assert list(doors) == [("Ngõ 5", "1", 1), ("Ngõ 5", "3A", 2), ("Ngõ 5", "5", 3)]
    assert [
        entry.action
        for entry in Entry.objects.filter(action__startswith="field.").order_by("sequence")
    ] == [
        "field.campaign_opened",
        "field.team_created",
        "field.member_added",
        "field.households_added",
    ]


@pytest.mark.parametrize(
    ("ends_on", "words"),
    [("2020-08-14", "Ngày cuối"), ("2022-08-20", "Ngày cuối"), ("", "")],
    ids=["yesterday", "far", "empty"],
)
def test_a_campaign_needs_a_last_day_that_can_be(
    manager: Client, units: dict[str, Unit], ends_on: str, words: str
) -> None:
    shown = page(manager.post(f"/campaign/{COMMUNE}/teams/open/", {"ends_on": ends_on}), 422)

    assert words in shown.text
    assert not Campaign.objects.exists()


def test_only_one_campaign_is_open_in_a_place(campaign: Campaign, units: dict[str, Unit]) -> None:
    with pytest.raises(FieldError):
        closing.open_campaign(units[f"{COMMUNE}.v01"], ends_on=TODAY, actor="hoa", now=clock.now())


def test_people_get_in_by_role_and_unit(
    east: Team, west: Team, tam: User, units: dict[str, Unit], kit: Any, stranger: Client
) -> None:
    far = kit.signed_in(kit.member("far", Role.CAMPAIGN_OFFICER, units["vn2020.31"]))
    walker = kit.signed_in(tam)

    assert stranger.get(team_url(east)).status_code == 302
    assert far.get(team_url(east)).status_code == 404
    assert walker.get(team_url(east)).status_code == 403
    assert walker.post(team_url(east, "doors/"), {}).status_code == 403
    assert walker.get(f"/campaign/{COMMUNE}/teams/").status_code == 200
    assert walker.get("/field/start/").status_code == 200
    assert far.get("/field/start/").status_code == 403
    assert walker.post(f"/field/start/{west.pk}/").status_code == 404
    assert stranger.get("/field/").status_code == 200


def test_a_team_of_another_unit_is_not_reached_through_ones_own(
    manager: Client, east: Team, west: Team
) -> None:
    assert manager.get(f"/campaign/{east.unit_id}/teams/{west.pk}/").status_code == 404


def test_enrolment_needs_the_forms_token_and_gives_a_device_once(east: Team, tam: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(tam)
    assert strict.post(f"/field/start/{east.pk}/").status_code in {302, 403}
    assert not Device.objects.exists()


def test_enrolment_gives_a_token_that_is_kept_as_a_hash(east: Team, tam: User, kit: Any) -> None:
    given = kit.signed_in(tam).post(f"/field/start/{east.pk}/").json()

    assert given["team"] == {"name": "Tổ 1", "unit": "Thôn Đông"}
    device = Device.objects.get(pk=given["device"])
    assert given["token"] not in device.token_hash
    assert Entry.objects.filter(action="field.device_enrolled").count() == 1


def upload(manager: Client, team: Team, text: str) -> Any:
    file = SimpleUploadedFile("thon.csv", text.encode(), content_type="text/csv")
    return manager.post(team_url(team, "doors/import/"), {"file": file})


def test_a_list_is_imported_again_without_doubling(manager: Client, east: Team) -> None:
    for _ in range(2):
        answer = upload(manager, east, "Ngõ;Số nhà;Người lớn\nNgõ 7;1;2\nNgõ 7;2;\n")
        assert answer.status_code == 302

    rows = Household.objects.filter(alley="Ngõ 7").values_list("label", "position", "adults")
    assert list(rows) == [("1", 1, 2), ("2", 2, None)]


def test_wrong_rows_are_named_and_nothing_is_kept(manager: Client, east: Team) -> None:
    before = Household.objects.count()
    text = "alley,label,order\nNgõ 7,1,x\n,2,2\nNgõ 7,0912 345 678,3\nNgõ 8,1,1\nNgõ 8,1,2\n"
    shown = page(upload(manager, east, text), 422)

    problems = [item.text for item in shown.select(".error-summary li")]
    places = [re.match(r"thon.csv, dòng (\d+), cột (\w+)", text) for text in problems]
    assert [place.groups() for place in places if place] == [
        ("2", "order"),
        ("3", "alley"),
        ("4", "label"),
        ("6", "label"),
    ]
    assert "số điện thoại" in problems[2]
    assert Household.objects.count() == before


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_is_imported_and_its_formulae_are_refused_by_cell(
    manager: Client, east: Team
) -> None:
    def sent(content: bytes) -> Any:
        file = SimpleUploadedFile("thon.xlsx", content)
        return manager.post(team_url(east, "doors/import/"), {"file": file})

    good = workbook(("Ngõ", "Số nhà", "Thứ tự"), ("Ngõ 7", 14, 2), ("Ngõ 7", "14A", 3))
    assert sent(good).status_code == 302
    rows = Household.objects.filter(alley="Ngõ 7").values_list("label", "position")
    assert list(rows) == [("14", 2), ("14A", 3)]

    sums = workbook(("Ngõ", "Số nhà", "Thứ tự"), ("Ngõ 8", "1", "=1+1"))
    assert "C2" in page(sent(sums), 422).select_one(".error-summary").text
    assert "XLS" in page(sent(b"\xd0\xcf\x11\xe0old"), 422).select_one(".error-summary").text
    assert not Household.objects.filter(alley="Ngõ 8").exists()


def test_the_good_rows_are_kept_if_asked_for_and_the_others_named(
    manager: Client, east: Team
) -> None:
    text = "alley,label,order\nNgõ 7,1,1\nNgõ 7,0912 345 678,2\nNgõ 7,3,x\nNgõ 7,4,4\n"
    file = SimpleUploadedFile("thon.csv", text.encode())
    body = {"file": file, "keep_good": "on"}
    shown = page(manager.post(team_url(east, "doors/import/"), body), 422)

    assert "2 hộ mới" in shown.select_one(".error-summary h2").text
    assert [item.text[:16] for item in shown.select(".error-summary li")] == [
        "thon.csv, dòng 3",
        "thon.csv, dòng 4",
    ]
    labels = Household.objects.filter(alley="Ngõ 7").values_list("label", flat=True)
    assert list(labels) == ["1", "4"]


def test_a_table_without_the_columns_or_too_long_is_refused(manager: Client, east: Team) -> None:
    assert "label" in page(upload(manager, east, "ngõ\nNgõ 1\n"), 422).text
    rows = "\n".join(f"Ngõ 1,{number}" for number in range(2001))
    assert "2000" in page(upload(manager, east, f"alley,label\n{rows}"), 422).text


def test_a_team_has_at_most_two_thousand_doors(east: Team) -> None:
    doors = [roster.Door("Ngõ 9", str(number), number) for number in range(1995)]
    with pytest.raises(FieldError):
        roster.add_households(east, doors, actor="hoa")


def test_an_alley_is_given_to_another_team_except_doors_visited(
    manager: Client, east: Team, west: Team, phone: Any, kit: Any
) -> None:
    visited = kit.doors(east)[0]
    phone.sync(phone.visit(visited, "helped", clock.now()))
    answer = manager.post(team_url(east, "alley/assign/"), {"alley": "Ngõ 1", "team": west.pk})

    assert answer.status_code == 302
    assert {door.label for door in kit.doors(east)} == {"1", "2", "4", "6"}
    again = manager.post(team_url(east, "alley/assign/"), {"alley": "Ngõ 1", "team": west.pk})
    assert "đã có lượt đến" in page(again, 422).text


def test_a_paper_list_is_printed_and_typed_back_once(manager: Client, east: Team, kit: Any) -> None:
    answer = manager.post(team_url(east, "paper/"), {"day": "2020-08-14", "alley": "Ngõ 1"})
    code = PaperList.objects.get().code
    assert answer["Location"] == f"/field/paper/{code}/print/"
    sheet = page(manager.get(answer["Location"]))
    assert len(sheet.select(".paper-list tbody tr")) == 3
    assert len(sheet.select(".paper-list tbody td.box")) == 18
    assert [cell.text for cell in sheet.select("tbody .row-number")] == ["1", "2", "3"]
    assert f"/field/paper/{code}/" in sheet.select_one(".address").text
    assert sheet.select_one("svg.qr") is not None

    first, second, _ = (door for door in kit.doors(east) if door.alley == "Ngõ 1")
    ticks = {"day": "2020-08-14", f"door_{first.pk}": " 2 "}
    url = f"/field/paper/{code}/"
    assert "Đã lưu 1 lượt" in page(manager.post(url, ticks)).text
    ticks[f"door_{second.pk}"] = "5a"
    assert "1 lượt đã có từ trước" in page(manager.post(url, ticks)).text
    ticks[f"door_{first.pk}"] = "4"
    again = page(manager.post(url, ticks), 422)
    assert f"Ngõ 1 · {first.label}" in again.select_one(".notice.danger").text
    totals = [cell.text for cell in again.select("#totals + .table tbody td")]
    assert totals == ["0", "1", "0", "0", "1", "0"]
    states = {door.label: door.state for door in kit.doors(east)}
    assert (states[first.label], states[second.label]) == ("installed", "refused")
    assert Visit.objects.filter(day=dt.date(2020, 8, 14)).count() == 0  # before the campaign opened
    assert Visit.objects.filter(day=TODAY).count() == 2


def test_a_list_is_in_walking_order(manager: Client, east: Team) -> None:
    doors = [roster.Door(alley, label, 1) for alley, label in (("Ngõ 10", "a"), ("Ngõ 2", "b"))]
    roster.add_households(east, doors, actor="hoa")
    made = manager.post(team_url(east, "paper/"), {"day": "2020-08-15", "alley": ""})

    sheet = page(manager.get(made["Location"]))
    alleys = [row.select("td")[1].text for row in sheet.select(".paper-list tbody tr")]
    assert alleys == ["Ngõ 1"] * 3 + ["Ngõ 2"] * 4 + ["Ngõ 10"]


@pytest.mark.parametrize("code", ["7", "5", "5F", "1A", "x", "ba"])
def test_a_wrong_code_is_named_with_its_row_and_nothing_is_stored(
    manager: Client, east: Team, code: str
) -> None:
    manager.post(team_url(east, "paper/"), {"day": "2020-08-15", "alley": ""})
    paper = PaperList.objects.get()
    ticks = {"day": "2020-08-15", f"door_{paper.rows[0]}": "1", f"door_{paper.rows[2]}": code}

    shown = page(manager.post(f"/field/paper/{paper.code}/", ticks), 422)
    [problem] = shown.select(".error-summary li")
    assert problem.text.startswith("3. Ngõ 1 · 5: ")
    assert shown.select_one(f"#id_door_{paper.rows[0]}")["value"] == "1"
    assert not Visit.objects.exists()


def test_a_list_keeps_its_rows_and_comes_in_numbered_sheets(
    manager: Client, east: Team, phone: Any, kit: Any
) -> None:
    doors = [roster.Door("Ngõ 9", str(number), number) for number in range(50)]
    roster.add_households(east, doors, actor="hoa")
    made = manager.post(team_url(east, "paper/"), {"day": "2020-08-15", "alley": ""})
    first = kit.doors(east)[0]
    phone.sync(phone.visit(first, "helped", clock.now()))

    sheet = page(manager.get(made["Location"]))
    assert [len(table.select("tbody tr")) for table in sheet.select(".paper-list")] == [13, 24, 19]
    assert "tờ 3/3" in sheet.select(".sheet-foot")[2].text
    assert "Cộng tờ 2" in sheet.select("tfoot")[1].text
    assert sheet.select_one("tbody th").text == first.label


def test_a_day_to_come_cannot_be_typed(manager: Client, east: Team, kit: Any) -> None:
    manager.post(team_url(east, "paper/"), {"day": "2020-08-16", "alley": ""})
    code = PaperList.objects.get().code
    ticks = {"day": "2020-08-16", f"door_{kit.doors(east)[0].pk}": "2"}

    shown = page(manager.post(f"/field/paper/{code}/", ticks), 422)
    assert "invalid_field_request" in shown.select_one(".error").text
    assert not Visit.objects.exists()


def test_a_paper_list_is_nobody_elses(east: Team, tam: User, nga: User, kit: Any) -> None:
    member, other = kit.signed_in(tam), kit.signed_in(nga)
    made = member.post(team_url(east, "paper/"), {"day": "2020-08-15", "alley": ""})

    assert member.get(made["Location"]).status_code == 200
    assert other.get(made["Location"]).status_code == 404
    assert other.post(team_url(east, "paper/"), {"day": "2020-08-15"}).status_code == 404


def test_progress_counts_by_day_team_and_unit(
    phone: Any, east: Team, west: Team, kit: Any, hands: Any
) -> None:
    first, second, third, *_ = kit.doors(east)
    phone.sync(phone.visit(first, "helped", clock.now(), phones=2))
    hands.advance(86_400)
    phone.sync(
        phone.visit(second, "refused", clock.now()), phone.visit(third, "absent", clock.now())
    )

    before, after = (
        services.progress(COMMUNE, TODAY),
        services.team_progress(east, dt.date(2020, 8, 16)),
    )

    assert (before.households, before.visited, before.installed, before.phones) == (12, 1, 1, 2)
    assert (before.visits, before.outcomes[Outcome.HELPED], before.visits_today) == (1, 1, 1)
    assert (after.households, after.visited, after.settled, after.to_do) == (6, 3, 2, 4)
    assert (after.visits, after.outcomes[Outcome.HELPED]) == (3, 0)
    assert after.states[State.ABSENT] == 1
    assert services.progress("vn2020.31", TODAY).households == 0


def test_many_units_are_counted_at_once_and_closing_changes_no_count(
    phone: Any,
    east: Team,
    west: Team,
    campaign: Campaign,
    kit: Any,
    hands: Any,
    django_assert_num_queries: Any,
) -> None:
    one, two, three, four, *_ = kit.doors(east)
    now = clock.now()
    phone.sync(phone.visit(one, "helped", now, phones=2), phone.visit(two, "absent", now))
    hands.advance(86_400)
    now = clock.now()
    phone.sync(phone.visit(three, "refused", now), phone.visit(four, "phone_too_old", now))
    units = [COMMUNE, east.unit_id, west.unit_id, "vn2020", "vn2025.1"]

    def counted(day: dt.date) -> list[Any]:
        with django_assert_num_queries(3):
            found = services.progress_by_unit(units, day)
        return [found[unit] for unit in units]

    days = [TODAY - dt.timedelta(days=1), TODAY, TODAY + dt.timedelta(days=1)]
    before = [counted(day) for day in days]
    commune, village, other, nation, elsewhere = before[2]
    assert (commune.doors, village.doors, other.doors, elsewhere.doors) == (12, 6, 6, 0)
    assert (village.visited, village.installed, village.helped, village.phones) == (4, 1, 1, 2)
    assert (village.refused, village.too_old, village.left, village.absent) == (1, 1, 3, 1)
    assert (village.visits, before[1][1].visits, before[1][1].left) == (2, 2, 5)
    assert nation.outcomes == commune.outcomes == village.outcomes

    progress = [services.progress(COMMUNE, day) for day in days[1:]]
    closing.close_campaign(campaign, actor="hoa", now=clock.now())
    assert [counted(day) for day in days[1:]] == before[1:]
    assert [services.progress(COMMUNE, day).settled for day in days[1:]] == [
        row.settled for row in progress
    ]


def test_closing_asks_first_then_keeps_counts_and_nothing_else(
    manager: Client, phone: Any, east: Team, kit: Any
) -> None:
    phone.sync(phone.visit(kit.doors(east)[0], "helped", clock.now(), phones=3))
    before = services.progress(COMMUNE, TODAY)
    url = f"/campaign/{COMMUNE}/teams/close/"

    assert "6 hộ" in page(manager.get(url)).text
    assert "xác nhận" in page(manager.post(url, {}), 422).text
    assert manager.post(url, {"confirm": "yes"}).status_code == 302

    assert not Household.objects.exists()
    assert not Visit.objects.exists()
    assert not TeamMember.objects.exists()
    assert not any("Ngõ" in row.what for row in DayCount.objects.all())
    assert services.progress(COMMUNE, TODAY) == before
    entry = Entry.objects.get(action="field.campaign_closed")
    assert '"households": 6' in entry.detail
    assert manager.get(url).status_code == 404


def test_after_closing_no_table_knows_a_door_an_alley_or_who_walked(
    manager: Client, phone: Any, east: Team, tam: User, campaign: Campaign, kit: Any
) -> None:
    roster.add_households(east, [roster.Door("Ngõ Rừng Thông", "Nhà 14A/3", 1)], actor="hoa")
    manager.post(team_url(east, "paper/"), {"day": "2020-08-15", "alley": "Ngõ Rừng Thông"})
    paper = PaperList.objects.get()
    phone.sync(phone.visit(kit.doors(east)[-1], "helped", clock.now()))
    assert {"Rừng Thông", "14A/3"} <= set(re.findall("Rừng Thông|14A/3", everything()))
    closing.close_campaign(campaign, actor="hoa", now=clock.now())

    left = everything()
    assert not re.findall(rf"Rừng Thông|14A/3|{paper.code}", left)
    device = Device.objects.get()
    assert (device.user, device.last_contact_at, device.clock_offset_s) == (None, None, 0)
    for model in (Household, Visit, PaperList, TeamMember):
        assert not model.objects.exists()


def everything() -> str:
    """Return every cell of every table of the portal as text: the audit's, too."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            found += [str(cell) for row in cursor.fetchall() for cell in row]
    return "\n".join(found)


def test_a_campaign_that_nobody_closes_closes_itself(east: Team, hands: Any) -> None:
    assert closing.close_due(now=clock.now()) == 0
    hands.advance(60 * 86_400)

    assert closing.close_due(now=clock.now()) == 1
    assert closing.close_due(now=clock.now()) == 0
    assert not Household.objects.exists()


def test_the_list_of_teams_takes_a_fixed_number_of_queries(
    manager: Client,
    campaign: Campaign,
    units: dict[str, Unit],
    kit: Any,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(12):
        kit.make_team(units[f"{COMMUNE}.v01"], f"Tổ {number}", doors=1)

    with django_assert_max_num_queries(22):
        shown = page(manager.get(f"/campaign/{COMMUNE}/teams/"))
    assert len(shown.select("tbody tr")) == 12


def test_the_shell_is_small_keeps_to_the_policy_and_knows_both_languages(
    stranger: Client, db: None
) -> None:
    answer = stranger.get("/field/")
    shown = page(answer)

    assert "manifest-src 'self'" in answer["Content-Security-Policy"]
    assert [
        tag
        for tag in shown.find_all("script")
        if not tag.get("src") and tag.get("type") != "application/json"
    ] == []
    assert not shown.find_all("style")
    size = len(answer.content) + sum(map(len, shell.contents()))
    assert size < 200_000
    assert "Chưa gửi: {count} lượt" in shown.select_one("#texts").text
    assert "Visits not sent" in shown.select_one("#texts").text


def test_the_worker_keeps_every_file_of_the_shell(stranger: Client, db: None) -> None:
    answer = stranger.get("/field/sw.js")
    script = answer.content.decode()

    assert answer["Service-Worker-Allowed"] == "/field/"
    for address in re.findall(r'"(/static/[^"]+)"', script):
        assert stranger.get(address).status_code == 200, address
    assert set(shell.MODULES) <= {path.name for path in shell.FOLDER.glob("*.js")}
    manifest = stranger.get("/field/manifest.webmanifest").json()
    assert (manifest["scope"], manifest["display"]) == ("/field/", "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512", "any"}


def test_every_module_that_the_app_imports_is_kept(db: None) -> None:
    for name in shell.MODULES:
        source = (shell.FOLDER / name).read_text(encoding="utf-8")
        assert set(re.findall(r'from "\./([\w.]+)"', source)) <= set(shell.MODULES), name


YOUNGER = ("replaceChildren", ".at(", ".findLast", "??=", "||=", "groupBy", "structuredClone",
           "hasOwn(", "replaceAll(", "AbortSignal.timeout", "toSorted")  # fmt: skip
"""What browsers of 2020 on old phones (Chrome 80) do not know, and is easily typed."""


def test_the_app_asks_nothing_of_a_browser_that_old_phones_lack(db: None) -> None:
    for name in (*shell.MODULES, "enrol.js"):
        source = (shell.FOLDER / name).read_text(encoding="utf-8")
        assert [word for word in YOUNGER if word in source] == [], name
