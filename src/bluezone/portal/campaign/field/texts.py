"""Every text of the field app, in both languages at once, so that it can change it offline.

`{word}` is filled in by the app. The health rules are short forms of what the health sector asked
of everybody who works among people in August 2020 (mask, distance, hands, air, stay away when
ill); whoever runs a campaign checks them against the rules in force.
"""

import json
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from bluezone.portal.campaign.field.choices import Outcome, Reason, State

LANGUAGES: Final = ("vi", "en")

Texts = dict[str, str | list[str]]


def texts_json() -> str:
    """Return the texts of all languages as JSON that may stand inside a script element."""
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = _texts()
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def health_rules() -> list[str]:
    """Return the rules for field work, in the language of the page."""
    return [
        _("Stay home if you have a fever, a cough, or are in quarantine. Tell your team leader."),
        _("Wear a mask at every door, over mouth and nose."),
        _("Keep two metres away. Talk outside, do not go in."),
        _("Clean your hands before the first door and after every door."),
        _("Let people hold their own phone. Clean your hands before and after touching one."),
        _("Do not visit a home in quarantine. Skip it and tell the health station."),
        _("Somebody at the door is ill: do not stay, tell the health station."),
    ]


def _texts() -> Texts:
    return {
        **_frame(),
        **_cards(),
        **_progress(),
        **_ends(),
        **{f"state_{state.value}": str(state.label) for state in State},
        **{f"outcome_{outcome.value}": str(outcome.label) for outcome in Outcome},
        **{f"reason_{reason.value}": str(reason.label) for reason in Reason},
        "rules": health_rules(),
    }


def _frame() -> Texts:
    return {
        "title": _("Door to door · Bluezone"),
        "brand": _("Door to door"),
        "tab_card": _("Next door"),
        "tab_list": _("Today's list"),
        "tab_progress": _("Progress"),
        "tab_rules": _("Rules"),
        "unsent": _("Visits not sent: {count}"),
        "all_sent": _("Everything is sent."),
        "never_sent": _("No contact with the server yet."),
        "undo": _("Undo"),
        "noted": _("{outcome}:"),
        "phones": _("Phones: {count}"),
        "phones_more": _("Phones with the app: {count}. Press for one more."),
        "rules_title": _("Before the first door"),
        "rules_why": _("The health rules for work in the field. They hold every day."),
        "rules_accept": _("I have read them and keep them"),
        "rules_done": _("Read and accepted today."),
        "server_trouble": _("The server has a problem. Everything stays on this phone."),
        "storage": _("This phone's memory is full: the last tap was NOT kept. Write it on paper."),
        "no_storage_title": _("This browser keeps nothing"),
        "no_storage": _(
            "Without memory for the app, visits would be lost. Close private windows, free memory, "
            "or use the paper list."
        ),
        "unknown_device": _(
            "The server does not know this phone. Set it up again; nothing is lost."
        ),
    }


def _cards() -> Texts:
    return {
        "place": _("{alley} · {label}"),
        "alley_left": _("{alley}: {count} left"),
        "what_happened": _("What happened at this door?"),
        "why": _("Why did they refuse?"),
        "back": _("Back"),
        "skip": _("Skip for now"),
        "take_back": _("Take back my last visit here"),
        "last_visit": _("last visit {day}"),
        "absent_so_far": _("Nobody home: {count} of {of} times"),
        "empty_title": _("No households yet"),
        "empty_text": _(
            "Connect once, so that the list comes. If it stays empty, ask your leader."
        ),
        "all_done": _("Every door has been visited."),
        "all_done_text": _("Thank you. Connect to the network so that everything is sent."),
        "list_open": _("To visit ({count})"),
        "list_today": _("Mine today ({count})"),
        "list_every": _("All ({count})"),
        "list_none_today": _("No visit from this phone today."),
        "not_sent_yet": _("not sent"),
    }


def _progress() -> Texts:
    return {
        "done_doors": _("Doors done"),
        "of": _("{count} of {of}"),
        "without_phone": _("No smartphone, or too old"),
        "left_doors": _("Still to visit"),
        "team_today": _("Doors the team visited today"),
        "mine_today": _("Visits from this phone today"),
        "send_now": _("Send now"),
        "install": _("Put it on the home screen"),
        "install_hint": _("To open it like an app: browser menu, “Add to home screen”."),
        "clock_off": _("This phone's clock is {minutes} minutes off; times were corrected."),
        "not_taken": _("Not taken by the server: {count}. Show this to your leader."),
        "not_taken_shown": _("I have shown it"),
        "not_safe": _(
            "When memory runs short, this browser may clear unsent visits. Put the app on the home "
            "screen, and send often."
        ),
        "ends_on": _("The campaign ends on {day}."),
    }


def _ends() -> Texts:
    return {
        "farewell_campaign_closed": _("The campaign is closed"),
        "farewell_device_revoked": _("This phone no longer belongs to the team"),
        "farewell_wiped": _("The list of households was removed from this phone."),
        "farewell_lost": _("Visits that came too late: {count}. Tell your leader these numbers:"),
        "farewell_nothing_lost": _("Every visit had been sent."),
        "farewell_read": _("I have read this"),
        "start_title": _("Set this phone up once"),
        "start_text": _("With network, sign in and choose your team. After that it works without."),
        "start_link": _("Sign in and choose a team"),
    }
