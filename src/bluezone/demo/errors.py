"""What can go wrong in the demo, each with a stable code."""

from bluezone.protocol.errors import BluezoneError


class DemoError(BluezoneError):
    """Root of the demo's own errors."""

    code = "demo_error"


class FolderError(DemoError):
    """The folder that was asked for cannot be used, or something lies in it."""

    code = "demo_folder_in_use"


class HostingError(DemoError):
    """A server of the demo could not be started."""

    code = "hosting_failed"


class DeskError(DemoError):
    """The health worker's desk did not answer as its pages should."""

    code = "desk_failed"


class StoryError(DemoError):
    """The story could not go on, e.g. a phone refused a step."""

    code = "story_failed"


class LeftError(DemoError):
    """Somebody asked the demo to end before its story was told."""

    code = "demo_left"


class CampaignError(DemoError):
    """The campaign's portal, which runs beside the street, is not there."""

    code = "campaign_failed"
