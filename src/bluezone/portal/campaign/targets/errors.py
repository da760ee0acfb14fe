"""Errors of targets; each message is for the official who wrote the target."""

from bluezone.portal.errors import PortalError


class TargetError(PortalError):
    """A target that cannot be set; the message says why and what to do."""

    code = "invalid_target"


class SentenceError(TargetError):
    """A sentence that was not understood; the message names the words."""

    code = "sentence_not_understood"


class UnsuitableTargetError(TargetError):
    """The target does not fit the unit: no 63 units to be ranked among, or no base known."""

    code = "unsuitable_target"


class StaleTargetError(TargetError):
    """Somebody else changed or ended the target in between."""

    code = "target_changed_meanwhile"
