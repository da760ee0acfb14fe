"""Every text of the page's script, in English; the catalogue has the Vietnamese.

The template's own texts stand in the template.
"""

from typing import Final


def N_(text: str) -> str:  # noqa: N802 - the usual mark for texts that are translated later
    """Mark a text for the catalogue."""
    return text


TEXTS: Final[dict[str, str]] = {
    "caption.street": N_(
        "Every phone sends a random number (glow) and listens (dashed ring). "
        "People who stay near one another grow a line."
    ),
    "caption.night": N_("Night. Everybody is at home, the numbers of the day are used up."),
    "caption.ill": N_(
        "The next morning {name} has a positive test. The health worker gives {name} a code."
    ),
    "caption.preview": N_("{name} sees what would leave the phone, and decides."),
    "caption.window": N_(
        "The keys wait at the key server: every hour of keys leaves together, two hours later."
    ),
    "caption.fetch": N_("The signed file is out. Every phone fetches it and compares, by itself."),
    "caption.end.right": N_(
        "{count} people were near {name} long enough. Exactly they are warned, and only they know."
    ),
    "caption.end.wrong": N_("The warnings differ from the true positions: {who}."),
    "caption.end.nobody": N_("Nobody was near {name} long enough, and nobody is warned."),
    "play": N_("Play"),
    "pause": N_("Pause"),
    "speed.slow": N_("slow"),
    "speed.normal": N_("normal"),
    "speed.fast": N_("fast"),
    "times": N_("{count} times as fast"),
    "held": N_("The clock waits for you"),
    "day.1": N_("Day 1"),
    "day.2": N_("Day 2"),
    "person.ill": N_("{name}, positive test"),
    "person.warned": N_("{name}, warned"),
    "phone.of": N_("{name}'s phone"),
    "phone.on": N_("Bluezone is on"),
    "phone.advertising": N_("Sending now"),
    "phone.quiet": N_("Sending pauses"),
    "phone.scanning": N_("Listening now"),
    "phone.resting": N_("Listening pauses"),
    "phone.own": N_("My number now, a new one every 15 minutes"),
    "phone.heard": N_("Different numbers heard today"),
    "phone.signals": N_("signals kept on this phone only"),
    "phone.recent": N_("Just heard: numbers, no names"),
    "phone.none": N_("No warning. You have not been near anybody known to be ill."),
    "phone.checked": N_("Checked against the newest file of {count} keys."),
    "code.label": N_("I have a code from the health worker"),
    "code.hint": N_("8 digits, valid for 15 minutes"),
    "code.next": N_("Go on"),
    "code.wrong": N_("This code does not work ({code}). Ask the health worker for a new one."),
    "code.format": N_("A code has 8 digits."),
    "preview.title": N_("This would leave your phone"),
    "preview.keys": N_("{count} random keys, for {days}"),
    "preview.en": N_("Exposure Notification"),
    "preview.bluezone": N_("Bluezone"),
    "preview.type": N_("Kind of report: positive test"),
    "preview.onset": N_("First symptoms: {day}"),
    "preview.not": N_("Not your name, your number, where you were, or whom you met."),
    "preview.send": N_("Send these keys"),
    "preview.cancel": N_("Do not send"),
    "receipt.title": N_("Sent. Thank you."),
    "receipt.text": N_("The key server took {count} keys at {time}. Your phone has new keys now."),
    "helper.text": N_("Nobody there? The demo does it in {count} s."),
    "helper.now": N_("Do it for me"),
    "helper.busy": N_("Done for you, through the same pages"),
    "desk.code": N_("Code from the desk: {code}"),
    "step.phone.idle": N_("Nothing has left the phone"),
    "step.phone.done": N_("{count} keys leave, because {name} said yes"),
    "step.certificate.idle": N_("No certificate yet"),
    "step.certificate.done": N_("“These keys belong to a confirmed case.” No name in it."),
    "step.key_server.idle": N_("Holds no keys"),
    "step.key_server.active": N_("{count} keys wait until their day and 2 hours are over"),
    "step.key_server.done": N_("{count} keys checked and kept until they are of no more use"),
    "step.file.idle": N_("No file yet"),
    "step.file.done": N_("{count} keys in signed files, only {real} of them real"),
    "step.phones.idle": N_("Each phone compares by itself"),
    "step.phones.active": N_("{count} of 12 phones have fetched the file"),
    "step.phones.done": N_("12 phones compared, {count} warn their owner"),
    "state.idle": N_("not yet"),
    "state.active": N_("now"),
    "state.done": N_("done"),
    "knows.empty": N_("No row yet."),
    "knows.more": N_("and {count} more; all but {real} are made up, to hide how few are real"),
    "code.WAITING": N_("waiting"),
    "code.LINK_ONLY": N_("link only"),
    "code.USED": N_("used"),
    "code.REVOKED": N_("revoked"),
    "code.EXPIRED": N_("expired"),
    "again": N_("A new street is being set up. This page follows in a moment."),
    "lost": N_("The demo has stopped. Start it again with: make demo"),
}
