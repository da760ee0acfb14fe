"""The relay check at the desk: two shared histories, one verdict, nothing stored but the audit.

The health worker must be allowed both cases. The result is computed for the page and forgotten
with it: it is worth nothing once one of the two people takes the history back.
"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from bluezone.portal import clock
from bluezone.portal.accounts.models import User
from bluezone.portal.accounts.permissions import Permission, requires, staff
from bluezone.portal.appgateway.bridge.forms import RelayForm
from bluezone.portal.appgateway.bridge.relay_histories import (
    Candidate,
    Opened,
    candidates_of,
    open_history,
)
from bluezone.portal.appgateway.bridge.relay_words import said, shown
from bluezone.portal.audit.services import record
from bluezone.portal.cases.services import cases_of
from bluezone.protocol.bluezone.relay_check import check_relay


@requires(Permission.OPEN_CASES)
@never_cache
def relay_page(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Choose two histories, and see what they say together."""
    user, now = staff(request), clock.now()
    case = get_object_or_404(cases_of(user), pseudonym=pseudonym)
    candidates = candidates_of(user, now=now)
    own = [one for one in candidates if one.pseudonym == case.pseudonym]
    others = [one for one in candidates if one.pseudonym != case.pseudonym]
    form = RelayForm(request.POST or None, own=own, others=others)
    context: dict[str, object] = {"case": case, "own": own, "others": others, "form": form}
    if form.is_valid():
        chosen = [form.cleaned_data["this"], form.cleaned_data["other"]]
        pair = [next(one for one in candidates if one.history_id == number) for number in chosen]
        context |= _compare((pair[0], pair[1]), user, now=now)
    return render(request, "bridge/relay.html", context, status=422 if form.errors else 200)


def _compare(pair: tuple[Candidate, Candidate], user: User, *, now: int) -> dict[str, object]:
    """Return what the page shows of a comparison; that it happened is recorded."""
    names = (pair[0].pseudonym, pair[1].pseudonym)
    with transaction.atomic():
        record(user.username, "relay.checked", f"case {names[0]}", {"other": names[1]})
    a, b = (open_history(one, user, now=now) for one in pair)
    missing = [name for name, one in zip(names, (a, b), strict=True) if _keys_gone(one)]
    if missing or a is None or b is None or a.keys is None or b.keys is None:
        return {"names": names, "missing": missing}
    report = check_relay(a.rows, a.keys, b.rows, keys_b=b.keys)
    return {
        "names": names,
        "verdict": said(report.verdict),
        "meetings": shown(report, names, get_language() or "vi"),
        "partial": [one.pseudonym for one in pair if not one.whole],
    }


def _keys_gone(one: Opened | None) -> bool:
    return one is None or one.keys is None
