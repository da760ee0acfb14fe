"""Every address of the portal, every role, the own unit and others': one table, read as a whole.

The table is written by hand from docs/accounts.md and not made from the code. An address that
has no row fails, so nobody adds a page without saying whose it is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bluezone.portal.accounts.models import Role, User
from bluezone.portal.units.models import Unit

NATION, HAI_DUONG = "vn2020", "vn2020.30"
PROVINCE, COMMUNE, VILLAGE = HAI_DUONG, f"{HAI_DUONG}.290.10549", f"{HAI_DUONG}.290.10549.v01"
ELSEWHERE: Final = {
    PROVINCE: (NATION, "vn2020.31", "vn2020.300", "vn2020.99", "vn2025"),
    COMMUNE: ("vn2020.31.303.11290", "vn2020.31.303.99999"),
    VILLAGE: ("vn2020.31.303.11290.v01",),
}
"""Per unit asked for: above, beside, one whose path only begins alike, and units that are none."""

HEALTH, OFFICER, MANAGER = {Role.HEALTH_WORKER}, {Role.CAMPAIGN_OFFICER}, {Role.UNIT_MANAGER}
MEMBER, HEAD, AUDITOR, ADMINISTRATOR = (
    {Role.TEAM_MEMBER},
    {Role.AGENCY_HEAD},
    {Role.AUDITOR},
    {Role.ADMINISTRATOR},
)
LEADS = OFFICER | MANAGER
VIEWS = LEADS | MEMBER | AUDITOR
AGENCIES = LEADS | HEAD
EVERY = set(Role)


@dataclass(frozen=True)
class Row:
    """Whose a page is: `kind` open, signed, somewhere, whole or unit; `post` if it takes no GET."""

    kind: str
    roles: Iterable[str] = ()
    post: bool = False
    path: str = PROVINCE


def _rows(names: str, row: Row) -> dict[str, Row]:
    return dict.fromkeys(names.split(), row)


TABLE: Final[dict[str, Row]] = {
    # Everybody's.
    **_rows("front health sign-in invitation link jwks protection install copycats", Row("open")),
    **_rows("questions public-figures public-figures-unit materials material-file", Row("open")),
    **_rows("poster-file news-list news-feed news-detail news-print scan robots", Row("open")),
    **_rows("unit-install voucher voucher-key field-app field-worker", Row("open")),
    **_rows("field-manifest mfa_authenticate account_login help-receipt", Row("open")),
    **_rows("app-data-delete app-data-delete-send app-data-delete-done", Row("open")),
    **_rows("language voucher-sign voucher-redeem field-sync", Row("open", post=True)),
    **_rows("api-verify api-certificate api-issue api-batch-issue", Row("open", post=True)),
    **_rows("api-check-code-status api-expire-code api-unknown", Row("open", post=True)),
    # Of whoever is signed in: one's own account, and the tree, which is public knowledge.
    **_rows("account password account_reauthenticate mfa_index", Row("signed")),
    **_rows("mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp", Row("signed")),
    **_rows("mfa_view_recovery_codes mfa_generate_recovery_codes", Row("signed")),
    **_rows("mfa_list_webauthn mfa_add_webauthn mfa_reauthenticate_webauthn", Row("signed")),
    **_rows("mfa_edit_webauthn mfa_remove_webauthn", Row("signed")),
    **_rows("unit-search edition-list unit-detail unit-children", Row("signed")),
    **_rows("end-other-sessions end-session sign-out", Row("signed", post=True)),
    # Of a role in any unit.
    **_rows("case-list case-new case-detail code-issue", Row("somewhere", HEALTH)),
    **_rows("code-detail code-status help-code help-code-status", Row("somewhere", HEALTH)),
    **_rows("relay-check", Row("somewhere", HEALTH)),
    **_rows("code-revoke help-code-revoke shared-delete", Row("somewhere", HEALTH, post=True)),
    **_rows("outbox", Row("somewhere", HEALTH)),
    **_rows("staff person", Row("somewhere", MANAGER | ADMINISTRATOR)),
    **_rows(
        "person-state person-link role-change role-end",
        Row("somewhere", MANAGER | ADMINISTRATOR, post=True),
    ),
    **_rows("own-agencies", Row("somewhere", AGENCIES)),
    **_rows("field-start", Row("somewhere", MANAGER | MEMBER)),
    **_rows("field-enrol", Row("somewhere", MANAGER | MEMBER, post=True)),
    **_rows("field-paper field-paper-print", Row("somewhere", LEADS | MEMBER)),
    **_rows("site-units", Row("somewhere", LEADS | ADMINISTRATOR)),
    # Of a role in the whole installation only.
    **_rows("api-key-list audit declaration-list declaration person-search", Row("whole")),
    **_rows("push-list", Row("whole")),
    **_rows("api-key-revoke declaration-state", Row("whole", post=True)),
    # Of a role in this unit or above it.
    **_rows("staff-list invite", Row("unit", MANAGER | ADMINISTRATOR)),
    **_rows("invitation-withdraw", Row("unit", MANAGER | ADMINISTRATOR, post=True)),
    **_rows("village-new", Row("unit", LEADS | ADMINISTRATOR, path=COMMUNE)),
    **_rows("village-rename village-close", Row("unit", LEADS | ADMINISTRATOR, path=VILLAGE)),
    **_rows("campaign-unit campaign-report-text campaign-report-pdf", Row("unit", VIEWS)),
    **_rows("agency-list", Row("unit", VIEWS)),
    **_rows("agency-new agency-edit agency-import agencies-close", Row("unit", LEADS)),
    **_rows("agency-detail agency-print agency-report", Row("unit", AGENCIES)),
    **_rows("agency-void", Row("unit", AGENCIES, post=True)),
    **_rows("figure-list figure-table figure-held figure-conflicts", Row("unit", VIEWS)),
    **_rows("figure-detail", Row("unit", VIEWS)),
    **_rows("figure-new figure-upload-new figure-upload", Row("unit", LEADS)),
    **_rows("figure-upload-confirm figure-upload-cancel", Row("unit", LEADS, post=True)),
    **_rows("figure-correct figure-review", Row("unit", LEADS, post=True)),
    **_rows("inspection", Row("unit", AUDITOR)),
    **_rows("inspection-finding", Row("unit", AUDITOR)),
    **_rows("gift-days", Row("unit", LEADS | AUDITOR)),
    **_rows("gift-withdraw", Row("unit", LEADS | AUDITOR, post=True)),
    **_rows("target-list target-history", Row("unit", VIEWS)),
    **_rows("target-new target-edit target-end", Row("unit", LEADS)),
    **_rows("team-list", Row("unit", VIEWS)),
    **_rows("field-open field-close team-new team-detail", Row("unit", LEADS)),
    **_rows("door-import alley-detail", Row("unit", LEADS)),
    **_rows("team-member-add team-member-remove team-device-revoke", Row("unit", LEADS, post=True)),
    **_rows("door-add door-remove alley-assign", Row("unit", LEADS, post=True)),
    **_rows("paper-new", Row("unit", LEADS | MEMBER, post=True)),
    **_rows("site-unit site-poster-new site-poster", Row("unit", LEADS | ADMINISTRATOR)),
    **_rows("site-news-new site-news", Row("unit", LEADS | ADMINISTRATOR)),
    **_rows("site-news-publish site-news-withdraw", Row("unit", LEADS | ADMINISTRATOR, post=True)),
}
NOWHERE: Final = 999_999
SIGN_IN: Final = 1
VALUES: Final = {
    "token": "x", "pseudonym": "X", "uuid": "00000000-0000-4000-8000-000000000000",
    "path": "x", "label": "x", "kind": "x", "language": "vi", "ending": "pdf", "code": "x",
    "device_id": "x", "secret": "a" * 32, "pattern": "jump", "first": "2020-08-10",
}  # fmt: skip
"""Of arguments that are no number; a number is one that nothing has."""


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        else:
            yield entry


def _names() -> list[str]:
    return sorted({pattern.name or "api-unknown" for pattern in _patterns(get_resolver())})


def _address(name: str, unit_path: str) -> str:
    if name == "api-unknown":
        return "/api/nothing"
    known: Any = get_resolver().reverse_dict[name]
    [(form, arguments)] = known[0]
    values = {key: VALUES.get(key, NOWHERE) for key in arguments}
    return "/" + str(form % (values | {"unit_path": unit_path}))


def _ask(client: Client, name: str, unit_path: str) -> int:
    """Return the status of an address; `SIGN_IN` for "sign in first"."""
    ask = client.post if TABLE[name].post else client.get
    response = ask(_address(name, unit_path))
    asked = response.headers.get("Location", "").startswith(f"{resolve_url(settings.LOGIN_URL)}?")
    return SIGN_IN if asked else response.status_code


@pytest.fixture
def _villages(units: dict[str, Unit]) -> None:
    for path in (VILLAGE, *ELSEWHERE[VILLAGE]):
        parent = path.rpartition(".")[0]
        names = dict.fromkeys(("code", "name", "full_name"), "v01") | {"search_name": "v01"}
        place = {"edition_id": "vn2020", "parent_id": parent, "level": "village"}
        Unit.objects.create(path=path, search_full="v01", initials="v", **names, **place)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(TABLE) == _names()


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.usefixtures("_villages")
def test_a_role_opens_its_addresses_in_the_own_unit_and_no_other(
    role: str, member: Callable[..., User], hand: Any
) -> None:
    client = hand.browser_of(member("one", role))
    wrong = {}
    for name, row in TABLE.items():
        if name in {"sign-out", "end-other-sessions"}:
            continue
        status = _ask(client, name, row.path)
        allowed = row.kind in {"open", "signed"} or role in row.roles
        refused = status == SIGN_IN or (status == 403 and row.kind != "open")
        if allowed == refused or status >= 500:
            wrong[name] = status
        # Nothing has these numbers: whoever may use the page is told so, or gets its form.
        if row.kind == "unit":
            found = {path: _ask(client, name, path) for path in ELSEWHERE[row.path]}
            wrong |= {f"{name} {path}": got for path, got in found.items() if got != 404}
    assert wrong == {}


@pytest.mark.usefixtures("_villages")
def test_somebody_without_a_role_sees_only_what_every_account_has(
    member: Callable[..., User], hand: Any
) -> None:
    person = member("one", Role.TEAM_MEMBER)
    person.memberships.all().delete()
    client, wrong = hand.browser_of(person), {}
    for name, row in TABLE.items():
        if name in {"sign-out", "end-other-sessions"}:
            continue
        status = _ask(client, name, row.path)
        expected = {"unit": {404}, "somewhere": {403}, "whole": {403}}.get(row.kind)
        refused = status == SIGN_IN or (status == 403 and row.kind != "open")
        if refused if expected is None else status not in expected:
            wrong[name] = status
    assert wrong == {}


@pytest.mark.usefixtures("_villages")
def test_a_stranger_is_asked_to_sign_in_wherever_it_is_not_everybodys() -> None:
    client = Client()
    asked = {name for name, row in TABLE.items() if _ask(client, name, row.path) == SIGN_IN}
    assert asked == {name for name, row in TABLE.items() if row.kind != "open"}
