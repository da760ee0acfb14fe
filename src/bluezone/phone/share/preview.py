"""What the person sees before anything leaves the device, and the proof that they agreed.

Answers weaknesses W4 and W5 of the published app. The types keep the order: only a
`Preview` makes a `Confirmation`, only with the value that this very preview showed, and
only a `Confirmation` can be uploaded. No message of a server carries such a value.
"""

import hmac
from dataclasses import dataclass, field
from typing import Final

from bluezone.phone.key_store import OwnKeys
from bluezone.phone.share.errors import N_, ShareError

NOT_SENT: Final = (
    N_("your name, telephone number or address"),
    N_("whom you met: the identifiers that your phone heard stay on it"),
    N_("where you were"),
    N_("the keys of any other day, past or future"),
)
_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class Preview:
    """What would leave the device.

    Attributes:
        attempt: number of this attempt in the journal.
        test_type: kind of result, as the portal says: `confirmed`, `likely`, `user-report`.
        symptom_date: ISO day of onset as the portal says, empty if it does not.
        days: UTC day numbers (Unix seconds // 86400) whose keys would be shared.
        en_count: number of Exposure Notification keys.
        bluezone_count: number of Bluezone day keys.
        confirmation: the value that the person gives back by confirming; hidden in the repr.
    """

    attempt: int
    test_type: str
    symptom_date: str
    days: tuple[int, ...]
    en_count: int
    bluezone_count: int
    confirmation: str = field(repr=False)

    def confirm(self, value: str) -> "Confirmation":
        """Return the person's agreement to exactly this preview.

        Args:
            value: `confirmation` of this preview, given back by the page or the prompt.

        Raises:
            ShareError: `not_confirmed`: it is another value.
        """
        if not hmac.compare_digest(value.encode(), self.confirmation.encode()):
            raise ShareError("not_confirmed")
        return Confirmation(self.attempt, _SEAL)


class Confirmation:
    """A person's agreement; made by `Preview.confirm` alone."""

    __slots__ = ("attempt",)

    def __init__(self, attempt: int, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only a preview that a person confirmed gives a confirmation")
        self.attempt = attempt


def same_scope(preview: Preview, keys: OwnKeys) -> bool:
    """Say whether keys lie within what a preview showed: no other day, no more keys a day."""
    return (
        set(keys.days) <= set(preview.days)
        and len(keys.en) <= preview.en_count
        and len(keys.bluezone) <= preview.bluezone_count
    )
