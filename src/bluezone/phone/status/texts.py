"""What to do about a fault, in words; the code stands beside them."""

from typing import Final

from bluezone.look.format import instant
from bluezone.look.i18n import translator
from bluezone.phone.fetch.state import LastRun
from bluezone.phone.share.errors import N_

_ADVICE: Final[dict[str, str]] = {
    "radio_no_controller": N_("No Bluetooth controller was found. Plug one in."),
    "radio_powered_off": N_("Bluetooth is switched off. Switch it on."),
    "radio_no_permission": N_("This program may not use Bluetooth. Start it with that right."),
    "radio_busy": N_("Another program uses the Bluetooth controller. Stop that program."),
    "radio_lost": N_("The Bluetooth controller is gone. Plug it in again."),
    "radio_no_answer": N_("The Bluetooth controller does not answer. Plug it out and in again."),
    "store_unavailable": N_("The phone's memory cannot be used. Check free space and rights."),
    "server_unreachable": N_("The server cannot be reached. Check the network."),
    "unexpected_server_answer": N_("The server gave an answer that is not right. Wait."),
    "invalid_export": N_("A file of keys was damaged and was not used. Wait."),
    "invalid_export_signature": N_("A file of keys was not signed by a trusted key."),
    "forged_form": N_("The form came from elsewhere or is too old. Open the page again."),
}


def fault_advice(code: str, message: str, language: str) -> str:
    """Return what to do about a fault: our words if the code is known, else the program's."""
    advice = _ADVICE.get(code)
    said = message if advice is None else translator("bluezone.phone", language)(advice)
    return f"{said.rstrip('.')} ({code})."


def fetch_text(run: LastRun | None, language: str) -> str:
    """Return when published keys were looked for last, in words."""
    _ = translator("bluezone.phone", language)
    if run is None:
        return _("Not yet.")
    good = _("never") if run.good_s is None else instant(run.good_s)
    if run.code:
        tried = instant(run.at_s)
        return _("Tried on {tried}, last success {good}.").format(tried=tried, good=good)
    return _("On {time}; files read so far: {files}.").format(time=good, files=run.files)
