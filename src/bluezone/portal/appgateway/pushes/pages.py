"""Pushes as the outbox page shows them: what went out, how many, and why not; never to whom."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bluezone.portal.appgateway.phones.models import Phone
from bluezone.portal.appgateway.pushes import push_data
from bluezone.portal.appgateway.pushes.models import Bundle, Lane, Push, PushState

ROWS: Final = 50
KINDS: Final = {
    push_data.FIND: gettext_lazy("Look for contacts"),
    push_data.SHORT_NEWS: gettext_lazy("Message"),
    push_data.HTML_NEWS: gettext_lazy("News"),
    push_data.LINK_NEWS: gettext_lazy("News with a link"),
    push_data.PHONE_REMINDER: gettext_lazy("Reminder of the phone number"),
    push_data.TEXTS: gettext_lazy("Texts of the app"),
    push_data.SETTINGS: gettext_lazy("Settings of the app"),
}
FAULTS: Final = {
    "fcm_account_refused": gettext_lazy("Firebase does not accept the service account's key."),
    "fcm_unauthenticated": gettext_lazy("Firebase does not accept the service account's key."),
    "fcm_forbidden": gettext_lazy("The service account may not send for this project."),
    "fcm_not_found": gettext_lazy("Firebase does not know this project."),
    "sender_id_mismatch": gettext_lazy("The phones' tokens belong to another project."),
}
REASONS: Final = {
    "no_token": gettext_lazy("the phone has no token that lives"),
    "too_late": gettext_lazy("too late to be of use"),
    "no_answer": gettext_lazy("Firebase did not answer"),
    "quota_exceeded": gettext_lazy("too many messages at once"),
    "message_refused": gettext_lazy("Firebase refused the message"),
    "apple_key_missing": gettext_lazy("the project has no key for Apple's phones"),
    "unregistered": gettext_lazy("the token is dead"),
    "token_invalid": gettext_lazy("the token is none"),
}
STATES: Final = {
    PushState.WAITING: "on-course",
    PushState.SENDING: "on-course",
    PushState.SHOWN: "met",
    PushState.SENT: "met",
    PushState.FAILED: "missed",
}


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle, the word for its state and the look of it, and what was counted."""

    bundle: Bundle
    word: str
    look: str
    handed_over: int


@dataclass(frozen=True, slots=True)
class PushRow:
    """A single push, what it is, the look of its state, why, and its text where it is shown.

    `language` is that of the phones that show it, and of `title` and `text`.
    """

    push: Push
    kind: str
    look: str
    reason: str
    language: str = ""
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class LaneState:
    """Whether pushes go out: the fault and since when, or until when the lane is closed."""

    fault: str
    since: int | None
    closed_until: int | None


def lane_state(name: str, *, now: int) -> LaneState:
    """Return the state of the way to the phones."""
    lane = Lane.objects.filter(name=name).first()
    if lane is None:
        return LaneState("", None, None)
    fault = str(FAULTS.get(lane.fault, lane.fault))
    return LaneState(
        fault, lane.fault_since, lane.closed_until if lane.closed_until > now else None
    )


def bundle_rows(*, now: int) -> tuple[Sequence[BundleRow], int]:
    """Return the newest bundles, and how many there are."""
    newest = Phone.objects.aggregate(newest=Max("pk"))["newest"] or 0
    bundles = Bundle.objects.order_by("-pk")
    return [_bundle_row(bundle, newest, now=now) for bundle in bundles[:ROWS]], bundles.count()


def push_rows() -> tuple[Sequence[PushRow], int]:
    """Return the newest single pushes, and how many there are."""
    pushes = Push.objects.order_by("-created_at", "-pk")
    return [_push_row(push) for push in pushes[:ROWS]], pushes.count()


def _bundle_row(bundle: Bundle, newest: int, *, now: int) -> BundleRow:
    handed_over = bundle.sent + bundle.shown
    if bundle.withdrawn_at is not None:
        return BundleRow(bundle, _("Withdrawn"), "unknown", handed_over)
    if bundle.expires_at <= now:
        return BundleRow(bundle, _("Over"), "unknown", handed_over)
    if bundle.reached_id < newest:
        return BundleRow(bundle, _("Going out"), "on-course", handed_over)
    return BundleRow(bundle, _("With every phone"), "met", handed_over)


def _push_row(push: Push) -> PushRow:
    kind = str(KINDS.get(push.kind, push.kind))
    reason = str(REASONS.get(push.error_code, push.error_code))
    look = STATES[PushState(push.state)]
    if push.state != PushState.SHOWN or not push.data:
        return PushRow(push, kind, look, reason)
    return PushRow(push, kind, look, reason, *_words(push))


def _words(push: Push) -> tuple[str, str, str]:
    """Return the language of the phones that show a notice, and what they show."""
    notify = json.loads(push_data.restored(push.data).fields.get("Notify", "{}"))
    language = str(notify.get("TypeLanguage", ""))
    end = "En" if language == "en" else ""
    return language, str(notify.get(f"Title{end}", "")), str(notify.get(f"BigText{end}", ""))
